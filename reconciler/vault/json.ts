import { JsonNumber, type Json } from "./types";

/** `JSON.parse` hands the source text of numbers to its reviver (Node 21 and newer); TypeScript's types do not know it yet. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * Parses JSON without losing anything: numbers keep their text, objects become Maps (`__proto__` is a valid key).
 * @throws SyntaxError or RangeError, whose messages may quote the text: never show them
 */
export function parseJson(text: string): Json {
  const revive: Reviver = (_key, value, context) => {
    if (typeof value === "number") return new JsonNumber(context.source ?? String(value));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return new Map(Object.entries(value));
    return value;
  };
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown) as Json;
}

export function isMap(value: Json | undefined): value is ReadonlyMap<string, Json> {
  return value instanceof Map;
}
