import { isRecord } from "../../api";
import type { Path } from "./rule";

/** Stands in an object for a value that is not known yet, such as an output at preview. Never equal to any value of a manifest. */
export const UNKNOWN: unique symbol = Symbol("unknown value");

/** The value at a path: undefined when it is not there, {@link UNKNOWN} when it or something above it is not known yet. */
export function read(value: unknown, ...path: Path): unknown {
  let current = value;
  for (const part of path) {
    if (current === UNKNOWN) return UNKNOWN;
    if (typeof part === "number") {
      if (!Array.isArray(current)) return undefined;
      current = current[part];
    } else {
      if (!isRecord(current) || !Object.hasOwn(current, part)) return undefined;
      current = current[part];
    }
  }
  return current;
}

/** The text at a path; undefined when there is none or it is of another type, which the API server refuses. */
export function readText(value: unknown, ...path: Path): string | undefined | typeof UNKNOWN {
  const found = read(value, ...path);
  return typeof found === "string" || found === UNKNOWN ? found : undefined;
}

/** The list at a path; undefined when there is none or it is of another type. */
export function readList(value: unknown, ...path: Path): readonly unknown[] | undefined | typeof UNKNOWN {
  const found = read(value, ...path);
  if (found === UNKNOWN) return UNKNOWN;
  return Array.isArray(found) ? (found as unknown[]) : undefined;
}
