import { FunctionError } from "../../functions/function";
import { GoInteger, GoMap, GoObject, GoSlice, type Value } from "../value";
import { escapeJson, jsonString } from "./string";

export interface MarshalOptions {
  /** Escapes `<`, `>` and `&`; true by default as in `json.Marshal`. */
  readonly html?: boolean;
  /** One level of `json.MarshalIndent`. */
  readonly indent?: string;
  /** Told how many bytes are about to be added. */
  readonly charge?: (bytes: number) => void;
}

/** Go looks for cycles from this depth on. */
const CYCLE_DEPTH = 1000;
/** `MarshalIndent` reads its own output back, with the reader's bound on nesting. */
const INDENT_DEPTH = 10_000;

/** An array or object being written. */
interface Open {
  readonly value: object;
  readonly items: readonly Value[];
  /** `"name":` before each item of an object. */
  readonly names: readonly string[] | undefined;
  next: number;
}

/**
 * `json.Marshal`: the bytes of the JSON. Throws `FunctionError` for what JSON cannot hold: NaN, infinities, values that contain
 * themselves. Nesting is not bound by the stack.
 */
export function marshal(value: Value, { html = true, indent, charge }: MarshalOptions = {}): string {
  const stack: Open[] = [];
  const path = new Set<object>();
  let out = "";
  let charged = 0;
  let current = value;
  for (;;) {
    const leaf = scalar(current, html);
    if (leaf !== undefined) {
      out += leaf;
    } else {
      const open = opened(current as GoSlice | GoMap | GoObject, html);
      stack.push(open);
      if (stack.length > CYCLE_DEPTH) enter(open, stack.length, path, indent !== undefined);
      out += open.names === undefined ? "[" : "{";
    }
    if (charge !== undefined && out.length - charged > 4096) {
      charge(out.length - charged);
      charged = out.length;
    }
    let top = stack.at(-1);
    while (top !== undefined && top.next === top.items.length) {
      stack.pop();
      path.delete(top.value);
      if (indent !== undefined && top.items.length > 0) out += `\n${indent.repeat(stack.length)}`;
      out += top.names === undefined ? "]" : "}";
      top = stack.at(-1);
    }
    if (top === undefined) break;
    if (top.next > 0) out += ",";
    if (indent !== undefined) out += `\n${indent.repeat(stack.length)}`;
    if (top.names !== undefined) out += indent === undefined ? top.names[top.next] : `${top.names[top.next]} `;
    current = top.items[top.next++] as Value;
  }
  charge?.(out.length - charged);
  return out;
}

function enter(open: Open, depth: number, path: Set<object>, indented: boolean): void {
  if (indented && depth > INDENT_DEPTH) throw new FunctionError("is nested too deeply");
  if (path.has(open.value)) throw new FunctionError("contains itself");
  path.add(open.value);
}

/** The JSON of what is not an array or object; undefined for those. */
function scalar(value: Value, html: boolean): string | undefined {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return jsonString(value, html);
    case "bigint":
    case "boolean":
      return String(value);
    case "number":
      return float(value);
    default:
      if (value instanceof GoInteger) return String(value.value);
      if (value instanceof GoObject) {
        const json = value.json();
        return json === undefined || !html ? json : escapeJson(json);
      }
      if (value.isNil) return "null";
      if (value instanceof GoSlice && value.type.kind === "slice" && value.type.elem?.kind === "uint8") {
        return `"${base64(value.items)}"`;
      }
      return undefined;
  }
}

/** As JavaScript's own text, but for minus zero: Go follows ECMAScript here. */
function float(value: number): string {
  if (!Number.isFinite(value)) throw new FunctionError("is not a number JSON can hold");
  return Object.is(value, -0) ? "-0" : String(value);
}

const base64 = (items: readonly Value[]): string =>
  Buffer.from(items.map((item) => (item instanceof GoInteger ? Number(item.value) : 0))).toString("base64");

function opened(value: GoSlice | GoMap | GoObject, html: boolean): Open {
  if (value instanceof GoSlice) return { value, items: value.items, names: undefined, next: 0 };
  const keys = value instanceof GoMap ? value.sortedKeys() : [...value.fields.keys()];
  const entries = value instanceof GoMap ? value.entries : value.fields;
  return {
    value,
    items: keys.map((key) => entries.get(key) as Value),
    names: keys.map((key) => `${jsonString(key, html)}:`),
    next: 0,
  };
}
