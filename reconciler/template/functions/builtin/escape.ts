import { runeAt } from "../../go/bytes";
import { isPrint } from "../../go/unicode";
import type { Render } from "../function";

/** Replaces the bytes that `special` finds; the longest replacement is `growth` bytes long. */
function escape(text: string, special: RegExp, growth: number, by: (match: string) => string, render: Render): string {
  if (!special.test(text)) return text;
  render.room(text.length * growth);
  return text.replace(new RegExp(special, "g"), by);
}

const HTML: ReadonlyMap<string, string> = new Map([
  ["\0", "\xef\xbf\xbd"],
  ['"', "&#34;"],
  ["'", "&#39;"],
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
]);

/** `template.HTMLEscapeString`. */
export const htmlEscape = (text: string, render: Render): string =>
  escape(text, /[\0"'&<>]/, 5, (match) => HTML.get(match)!, render);

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, "0");

/** `template.JSEscapeString`: what has no glyph, and what HTML could read, as `\u` escapes. */
export const jsEscape = (text: string, render: Render): string =>
  escape(
    text,
    /[\\'"<>&=\0-\x1f]|[\x80-\xff]+/,
    6,
    (match) => {
      if (match.charCodeAt(0) >= 0x80) return jsRunes(match);
      return "\\'\"".includes(match) ? `\\${match}` : `\\u${hex(match.charCodeAt(0), 4)}`;
    },
    render,
  );

function jsRunes(bytes: string): string {
  let out = "";
  for (let at = 0; at < bytes.length;) {
    const { value, size } = runeAt(bytes, at);
    out += isPrint(value) ? bytes.slice(at, at + size) : `\\u${hex(value, 4)}`;
    at += size;
  }
  return out;
}

/** `url.QueryEscape`. */
export const queryEscape = (text: string, render: Render): string =>
  escape(text, /[^A-Za-z0-9\-_.~]/, 3, (match) => (match === " " ? "+" : `%${hex(match.charCodeAt(0), 2)}`), render);
