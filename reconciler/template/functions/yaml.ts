import { anyMap, type Value } from "../go/value";
import { messageOf, parseYamlMap, printYaml } from "../yaml";
import type { GoFunction, Render } from "./function";

/** External Secrets' own two functions for YAML. Both swallow errors. */
export const yamlFunctions: readonly GoFunction[] = [
  {
    name: "fromYaml",
    signature: "func(str string) map[string]interface {}",
    doc: "Reads a YAML 1.1 map; numbers become float64. Where that fails the map holds the reason, without any value, as `Error`.",
    example: ["{{ (fromYaml `port: 010`).port }}", "8"],
    call: ([text], render) => read(text as string, render),
  },
  {
    name: "toYaml",
    signature: "func(v interface {}) string",
    doc: "Writes YAML with sorted keys and no line feed at the end; nothing if the value cannot be written.",
    example: ['{{ toYaml (dict "b" (list 1 "yes") "a" "x: y") }}', "a: 'x: y'\nb:\n- 1\n- \"yes\""],
    call: ([value], render) => write(value as Value, render),
  },
];

function read(text: string, render: Render): Value {
  try {
    return parseYamlMap(text, render);
  } catch (error) {
    return anyMap([["Error", messageOf(error)]]);
  }
}

function write(value: Value, render: Render): string {
  try {
    const text = printYaml(value, render);
    return text.endsWith("\n") ? text.slice(0, -1) : text;
  } catch (error) {
    messageOf(error);
    return "";
  }
}
