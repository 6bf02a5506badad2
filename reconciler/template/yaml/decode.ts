import { isValidUtf8, runeBytes, runesOf } from "../go/bytes";
import { formatFloat } from "../go/strconv";
import { ANY_MAP, ANY_SLICE } from "../go/type";
import { GoMap, GoSlice, type Value } from "../go/value";
import { YamlError } from "./error";
import type { AliasNode, MappingNode, SequenceNode, YamlNode } from "./node";
import { isUnsigned, resolvePlain, resolveTagged, type Scalar } from "./resolve";

/** What a render lends, see functions/function.ts. */
export interface Budget {
  step(count?: number): void;
  room(size: number): void;
}

export interface DecodeOptions {
  /** What integers become: a float64 as `encoding/json` has it, or what they are. */
  readonly integers: "float64" | "exact";
  readonly budget?: Budget;
}

/** A collection whose children are being decoded. `step` counts them; a merge list is walked from its end. */
interface Frame {
  readonly kind: "sequence" | "mapping" | "merges";
  readonly children: readonly YamlNode[];
  readonly map: GoMap;
  readonly items: Value[];
  readonly depth: number;
  /** The alias that led here, to be left with it. */
  readonly alias?: AliasNode;
  at: number;
}

/** Nested arrays and objects that `encoding/json` takes. */
const MAX_JSON_DEPTH = 10_000;
const NO_MAP = new GoMap(ANY_MAP, new Map());
const NO_ITEMS: Value[] = [];

/**
 * Nodes to values, as yaml.v2 decodes into an `interface{}` and sigs.k8s.io/yaml makes JSON of it: keys become strings, merges (`<<`)
 * are applied where they stand, so that they win over keys before them, and the number of nodes that aliases may add is bounded.
 *
 * @throws YamlError
 */
export function decodeDocument(root: YamlNode, options: DecodeOptions): Value {
  const decoder = new Decoder(options);
  const value = decoder.decode(root);
  decoder.check(value);
  return value;
}

/**
 * The same into a `map[string]string`: numbers and booleans become text (a float64 with the precision of a float32, `.nan` is
 * `NaN`), null is the empty string.
 *
 * @throws YamlError also if a value is a map or a sequence
 */
export function decodeStrings(root: YamlNode, budget?: Budget): Map<string, string> {
  const decoder = new Decoder({ integers: "exact", budget });
  const value = decoder.decode(root);
  if (value === null) return new Map();
  if (!(value instanceof GoMap)) throw wrongType(value, "map[string]string");
  if (decoder.isUnfit(value)) throw unfitKey();
  const strings = new Map<string, string>();
  for (const [key, entry] of value.entries) strings.set(key, textOfScalar(entry));
  return strings;
}

function textOfScalar(value: Value): string {
  if (typeof value === "number") return formatFloat(value, "g", -1, 32);
  if (value === null) return "";
  if (typeof value === "object") throw wrongType(value, "string");
  return String(value);
}

const unfitKey = (): YamlError => new YamlError("unsupported map key", 0, "convert");

/** `encoding/json` cannot put a value into a type. */
export function wrongType(value: Value, type: string): YamlError {
  const kind =
    value instanceof GoMap
      ? "object"
      : value instanceof GoSlice
        ? "array"
        : typeof value === "boolean"
          ? "bool"
          : typeof value === "string"
            ? "string"
            : "number";
  return new YamlError(`cannot unmarshal ${kind} into Go value of type ${type}`, 0, "json");
}

class Decoder {
  private readonly frames: Frame[] = [];
  private readonly active = new Set<AliasNode>();
  /** The document is one. */
  private decoded = 1;
  private aliased = 0;
  /** Maps with a key that JSON cannot have. They are an error unless a later key of the same name drops them. */
  private readonly unfit = new Set<GoMap>();
  private suspicious = false;

  constructor(private readonly options: DecodeOptions) {}

  decode(root: YamlNode): Value {
    const value = this.open(root, 1);
    for (let frame = this.frames.at(-1); frame !== undefined; frame = this.frames.at(-1)) this.advance(frame);
    return value;
  }

  isUnfit(map: GoMap): boolean {
    return this.unfit.has(map);
  }

  private advance(frame: Frame): void {
    const { children } = frame;
    if (frame.kind === "merges") {
      const node = frame.at > 0 ? children[--frame.at] : undefined;
      if (node === undefined) this.close(frame);
      else this.merge(node, frame);
    } else if (frame.at === children.length) this.close(frame);
    else if (frame.kind === "sequence") {
      const index = frame.at++;
      frame.items[index] = this.open(children[index]!, frame.depth + 1);
    } else {
      const key = children[frame.at]!;
      const value = children[frame.at + 1]!;
      frame.at += 2;
      if (isMerge(key)) this.mergeInto(value, frame);
      else {
        const name = this.key(key, frame.map);
        const decoded = this.open(value, frame.depth + 1);
        if (name !== undefined) frame.map.entries.set(name, decoded);
      }
    }
  }

  private close(frame: Frame): void {
    this.frames.pop();
    if (frame.alias !== undefined) this.active.delete(frame.alias);
  }

  /** The value of a node; a collection is returned empty and filled later. */
  private open(node: YamlNode, depth: number, into?: GoMap): Value {
    this.count();
    if (node.kind !== "alias") return this.openTarget(node, depth, undefined, into);
    this.enter(node);
    this.count();
    const value = this.openTarget(node.target, depth, node, into);
    if (node.target.kind === "scalar") this.active.delete(node);
    return value;
  }

  private enter(node: AliasNode): void {
    if (this.active.has(node)) throw new YamlError("anchor value contains itself");
    this.active.add(node);
  }

  private openTarget(
    node: Exclude<YamlNode, AliasNode>,
    depth: number,
    alias: AliasNode | undefined,
    into: GoMap | undefined,
  ): Value {
    if (node.kind === "scalar") return this.scalar(scalarOf(node));
    if (depth > MAX_JSON_DEPTH) this.suspicious = true;
    return node.kind === "sequence"
      ? this.openSequence(node, depth, alias)
      : this.openMapping(node, depth, alias, into);
  }

  private openSequence({ children }: SequenceNode, depth: number, alias: AliasNode | undefined): GoSlice {
    const items: Value[] = [];
    this.frames.push({ kind: "sequence", children, map: NO_MAP, items, depth, alias, at: 0 });
    return new GoSlice(ANY_SLICE, items);
  }

  private openMapping(
    { children }: MappingNode,
    depth: number,
    alias: AliasNode | undefined,
    into: GoMap | undefined,
  ): GoMap {
    const map = into ?? new GoMap(ANY_MAP, new Map());
    this.frames.push({ kind: "mapping", children, map, items: NO_ITEMS, depth, alias, at: 0 });
    return map;
  }

  private scalar(value: Scalar): Value {
    if (typeof value === "bigint") return this.options.integers === "exact" ? value : Number(value);
    if (typeof value === "number" && !Number.isFinite(value)) this.suspicious = true;
    return value;
  }

  /** A key as JSON has it; undefined for one that it cannot have. */
  private key(node: YamlNode, map: GoMap): string | undefined {
    this.count();
    let target = node;
    if (node.kind === "alias") {
      this.enter(node);
      this.count();
      this.active.delete(node);
      target = node.target;
    }
    if (target.kind !== "scalar") throw new YamlError("invalid map key");
    const value = scalarOf(target);
    if (typeof value === "string") return value;
    if (value === null || (typeof value === "bigint" && isUnsigned(value))) {
      this.unfit.add(map);
      this.suspicious = true;
      return undefined;
    }
    return typeof value === "number" ? floatKey(value) : String(value);
  }

  private mergeInto(node: YamlNode, frame: Frame): void {
    if (node.kind !== "sequence") return this.merge(node, frame);
    const { children } = node;
    this.frames.push({ ...frame, kind: "merges", children, alias: undefined, at: children.length });
  }

  private merge(node: YamlNode, { map, depth }: Frame): void {
    const target = node.kind === "alias" ? node.target : node;
    if (target.kind !== "mapping") throw new YamlError("map merge requires map or sequence of maps as the value");
    this.open(node, depth, map);
  }

  /** yaml.v2's bound on what aliases may add: of few nodes almost all, of many a tenth. */
  private count(): void {
    this.decoded++;
    if (this.active.size > 0) this.aliased++;
    if (this.aliased > 100 && this.decoded > 1000 && this.aliased / this.decoded > allowedAliasRatio(this.decoded))
      throw new YamlError("document contains excessive aliasing");
    if ((this.decoded & 0xff) === 0) {
      this.options.budget?.step(0x100);
      this.options.budget?.room(0x100);
    }
  }

  /** What `encoding/json` refuses, in what is left when all keys are set. */
  check(root: Value): void {
    if (!this.suspicious) return;
    const open: (readonly [value: Value, depth: number])[] = [[root, 1]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [value, depth] = next;
      if (typeof value === "number" && !Number.isFinite(value))
        throw new YamlError("json: unsupported value", 0, "convert");
      if (!(value instanceof GoMap) && !(value instanceof GoSlice)) continue;
      if (depth > MAX_JSON_DEPTH) throw new YamlError("exceeded max depth", 0, "json");
      if (value instanceof GoMap && this.unfit.has(value)) throw unfitKey();
      for (const child of value instanceof GoMap ? value.entries.values() : value.items) open.push([child, depth + 1]);
    }
  }
}

const isMerge = (node: YamlNode): boolean =>
  node.kind === "scalar" && node.value === "<<" && (node.implicit || node.tag === "tag:yaml.org,2002:merge");

function scalarOf({ tag, value, implicit }: { tag: string; value: string; implicit: boolean }): Scalar {
  if (tag === "") return implicit ? resolvePlain(value) : value;
  const resolved = resolveTagged(tag, value);
  return typeof resolved === "string" ? replaceInvalid(resolved) : resolved;
}

/** Binary data becomes a string of JSON: U+FFFD for each byte that is no UTF-8. */
function replaceInvalid(bytes: string): string {
  if (isValidUtf8(bytes)) return bytes;
  let out = "";
  for (const rune of runesOf(bytes)) out += runeBytes(rune.value);
  return out;
}

/** sigs.k8s.io/yaml prints a float64 key with the precision of a float32. */
function floatKey(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  const text = formatFloat(value, "g", -1, 32);
  return text === "+Inf" ? ".inf" : text === "-Inf" ? "-.inf" : text;
}

function allowedAliasRatio(decoded: number): number {
  if (decoded <= 400_000) return 0.99;
  if (decoded >= 4_000_000) return 0.1;
  return 0.99 - 0.89 * ((decoded - 400_000) / 3_600_000);
}
