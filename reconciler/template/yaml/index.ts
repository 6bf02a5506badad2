import { FunctionError } from "../functions/function";
import { marshal } from "../go/json";
import { anyMap, GoMap, type Value } from "../go/value";
import { decodeDocument, decodeStrings, wrongType, type Budget } from "./decode";
import { emitYaml } from "./emit";
import { YamlError } from "./error";
import { composeDocument, type YamlNode } from "./node";
import { isPlain } from "./plain";

/**
 * sigs.k8s.io/yaml as External Secrets uses it: YAML 1.1 of go.yaml.in/yaml/v2, through JSON in both directions. All texts are byte
 * strings. Only the first document of a text counts.
 */
export { YamlError } from "./error";

/**
 * `yaml.Unmarshal` into a `map[string]any`: numbers are float64; nothing, or null, is an empty map.
 *
 * @throws YamlError
 */
export function parseYamlMap(bytes: string, budget?: Budget): GoMap {
  const root = compose(bytes, budget);
  const value = root === undefined ? null : decodeDocument(root, { integers: "float64", budget });
  if (value === null) return anyMap();
  if (value instanceof GoMap) return value;
  throw wrongType(value, "map[string]interface {}");
}

/**
 * `yaml.Unmarshal` into a `map[string]string`, which is what a template rendered for keys and values becomes. Scalars become text the
 * YAML 1.1 way: `1.50` is `1.5`, `yes` is `true`, `0x10` is `16`, null is nothing; a float has the precision of a float32
 * (`3.141592653589793` is `3.1415927`). Keys too: `y` is `true`.
 *
 * @throws YamlError if the text is not YAML, not a map, or a value is a map or a sequence
 */
export function parseYamlStringMap(bytes: string, budget?: Budget): ReadonlyMap<string, string> {
  const root = compose(bytes, budget);
  return root === undefined ? new Map() : decodeStrings(root, budget);
}

/**
 * `yaml.Marshal`: the JSON of a value, written as YAML. The result ends in a line feed.
 *
 * @throws FunctionError if the value has no JSON
 * @throws YamlError if yaml.v2 does not take that JSON (control characters, keys of more than 1,000 characters)
 */
export function printYaml(value: Value, budget?: Budget): string {
  if (isPlain(value, budget)) return emitYaml(value, budget);
  const json = marshal(value, { charge: (bytes) => budget?.room(bytes) });
  return emitYaml(decodeJson(json, budget), budget);
}

function decodeJson(json: string, budget?: Budget): Value {
  const root = composeDocument(json);
  return root === undefined ? null : decodeDocument(root, { integers: "exact", budget });
}

/** One step for 256 bytes, as the engine counts text. */
function compose(bytes: string, budget?: Budget): YamlNode | undefined {
  budget?.step(bytes.length >> 8);
  budget?.room(bytes.length);
  return composeDocument(bytes);
}

/** The error of {@link parseYamlMap} or {@link printYaml} that a template swallows; anything else is thrown on. */
export function messageOf(error: unknown): string {
  if (error instanceof YamlError || error instanceof FunctionError) return error.message;
  throw error;
}
