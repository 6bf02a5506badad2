import { isAscii, isValidUtf8 } from "../go/bytes";
import { GoInteger, GoMap, GoSlice, type Value } from "../go/value";
import type { Budget } from "./decode";

/** From here on `encoding/json` looks for values that contain themselves. */
const DEPTH = 1000;
/** A key in JSON is read back as a key up to 1,024 characters, of which each of ours may need six. */
const KEY = 160;

/**
 * Whether a value survives Go's way through JSON as it is, so that the way need not be gone: no type with a JSON of its own, no NaN,
 * no cycle, and no string that yaml.v2 does not read back (controls and U+FFFE, which `encoding/json` leaves unescaped).
 */
export function isPlain(root: Value, budget?: Budget): boolean {
  const open: Value[] = [root];
  const depths: number[] = [1];
  while (open.length > 0) {
    const value = open.pop()!;
    const depth = depths.pop()!;
    if (typeof value === "string") {
      if (!isPlainText(value)) return false;
    } else if (typeof value === "number") {
      if (!Number.isFinite(value)) return false;
    } else if (typeof value === "object" && value !== null && !(value instanceof GoInteger)) {
      if (depth > DEPTH) return false;
      if (value instanceof GoMap) {
        budget?.step(value.entries.size);
        for (const [key, entry] of value.entries) {
          if (key.length > KEY || !isPlainText(key)) return false;
          open.push(entry);
          depths.push(depth + 1);
        }
      } else if (value instanceof GoSlice && value.type.elem?.kind !== "uint8") {
        budget?.step(value.items.length);
        for (const item of value.items) {
          open.push(item);
          depths.push(depth + 1);
        }
      } else return false;
    }
  }
  return true;
}

const isPlainText = (text: string): boolean =>
  isAscii(text) ? !text.includes("\x7f") : !/\x7f|\xc2[\x80-\x9f]|\xef\xbf[\xbe\xbf]/.test(text) && isValidUtf8(text);
