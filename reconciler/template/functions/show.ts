import { strval, strslice } from "../go/cast";
import type { Value } from "../go/value";
import type { Render } from "./function";

/** A value as text, as sprig's `strval` makes it; what it takes is charged to the render. */
export const show = (value: Value | undefined, render: Render): string =>
  typeof value === "string" ? value : strval(value as Value, (size) => render.room(size));

/** A list as texts, as sprig's `strslice` makes it. */
export const showAll = (value: Value | undefined, render: Render): readonly string[] =>
  strslice(value as Value, (size) => render.room(size));

/** Joins texts; their sum is charged before it is made, as one text can stand in a list many times. */
export function joined(texts: readonly string[], separator: string, render: Render): string {
  let size = separator.length * Math.max(0, texts.length - 1);
  for (const text of texts) size += text.length;
  render.room(size);
  return texts.join(separator);
}
