import { get, isFields, type Fields } from "../json";
import { bad } from "./error";

/** Reads a field as a string; absent is "". */
export function text(data: Fields, key: string): string {
  const value = get(data, key);
  return value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
}

/** A list: an array, or text with commas. */
export function strings(data: Fields, key: string): readonly string[] {
  const value = get(data, key);
  if (Array.isArray(value)) return (value as unknown[]).map(String);
  if (typeof value !== "string" || value === "") return [];
  return value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Seconds of a duration: a number, digits, or Go's form with days.
 * @throws VaultError 400
 */
export function seconds(value: unknown, refuse = (why: string): Error => bad(why)): number {
  if (value === undefined || value === null || value === "") return 0;
  if (typeof value === "number") return value;
  const given = typeof value === "string" ? value : JSON.stringify(value);
  if (/^\d+$/.test(given)) return Number(given);
  const parts = [...given.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== given)
    throw refuse(`time: invalid duration ${JSON.stringify(given)}`);
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNITS[unit ?? ""] ?? 0), 0);
}

/** RFC 3339 with nanoseconds, as Go prints times. */
export function goTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000000Z");
}

interface Lossless {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
}
const lossless = JSON as unknown as Lossless;

/** JSON whose numbers stay as they were written: `12345678901234567890` and `1.0` survive. */
export function parseLossless(source: string): unknown {
  const revive = (_: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === "number" && context?.source !== undefined ? lossless.rawJSON(context.source) : value;
  return JSON.parse(source, revive);
}

export const isRawNumber = (value: unknown): boolean => lossless.isRawJSON(value);

/** Go marshals maps with their keys in order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value) || isRawNumber(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** Go's words for a body that is not JSON. */
export function decodeProblem(source: string): string {
  try {
    JSON.parse(source);
    return "";
  } catch (error) {
    const token = /Unexpected token '?(.)'?/.exec(error instanceof Error ? error.message : "")?.[1];
    return token === undefined ? "unexpected EOF" : `invalid character '${token}' looking for beginning of value`;
  }
}
