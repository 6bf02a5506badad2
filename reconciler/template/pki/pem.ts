import { trimSpace } from "../go/strings";
import { decodeBase64 } from "./base64";

/** `pem.Block`; texts are byte strings. */
export interface PemBlock {
  readonly type: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

const START = "-----BEGIN ";
const END = "\n-----END ";
const DASHES = "-----";

/**
 * `pem.Decode` of Go 1.26: the next block, and what follows it. Without a block `rest` is the whole text. A block must start at
 * the beginning of a line; broken blocks are skipped. Linear: each try continues behind the END line of the last.
 */
export function decodePem(text: string): { readonly block?: PemBlock; readonly rest: string } {
  const none = { rest: text };
  let from = 0;
  for (;;) {
    const end = text.indexOf(END, from);
    if (end < 0) return none;
    const trailer = end + END.length;
    const begin = lastIndexIn(text, START, from, end);
    if (begin < 0 || (begin > from && text[begin - 1] !== "\n")) {
      from = trailer;
      continue;
    }
    const typeLine = lineAt(text, begin + START.length);
    let at = typeLine.next;
    if (!typeLine.text.endsWith(DASHES)) {
      from = trailer;
      continue;
    }
    const type = typeLine.text.slice(0, -DASHES.length);
    const headers = new Map<string, string>();
    for (;;) {
      if (at >= text.length) return none;
      const line = lineAt(text, at);
      const colon = line.text.indexOf(":");
      if (colon < 0) break;
      headers.set(trimSpace(line.text.slice(0, colon)), trimSpace(line.text.slice(colon + 1)));
      at = line.next;
    }
    // Lines with a colon were taken for headers beyond the END line: Go gives up there.
    if (trailer < at) return none;
    from = trailer;
    if (headers.size > 0 && end < at) continue;
    if (!text.startsWith(`${type}${DASHES}`, trailer)) continue;
    if (lineAt(text, trailer + type.length + DASHES.length).text !== "") continue;
    const bytes = end > at ? decodeBase64(text.slice(at, end).replace(/[ \t]+/g, "")) : Buffer.alloc(0);
    if (bytes === undefined) continue;
    return { block: { type, headers, bytes }, rest: text.slice(lineAt(text, end + 1).next) };
  }
}

/** `bytes.LastIndex(text[from:to], part)`, as an index into `text`. */
function lastIndexIn(text: string, part: string, from: number, to: number): number {
  const at = text.slice(from, to).lastIndexOf(part);
  return at < 0 ? -1 : from + at;
}

/** The line at `at` without its line break and trailing blanks, and where the next one starts. */
function lineAt(text: string, at: number): { readonly text: string; readonly next: number } {
  const newline = text.indexOf("\n", at);
  let end = newline < 0 ? text.length : newline;
  if (newline > at && text[end - 1] === "\r") end--;
  while (end > at && (text[end - 1] === " " || text[end - 1] === "\t")) end--;
  return { text: text.slice(at, end), next: newline < 0 ? text.length : newline + 1 };
}

/** `pem.Encode`: lines of 64 characters; Proc-Type first among the headers, the others sorted. Undefined for a key with a colon. */
export function encodePem(type: string, bytes: Uint8Array, headers: ReadonlyMap<string, string> = new Map()): string {
  let out = `${START}${type}${DASHES}\n`;
  if (headers.size > 0) {
    const rank = (key: string): number => (key === "Proc-Type" ? 0 : 1);
    const keys = [...headers.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    for (const key of keys) out += `${key}: ${headers.get(key) ?? ""}\n`;
    out += "\n";
  }
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  for (let at = 0; at < body.length; at += 64) out += `${body.slice(at, at + 64)}\n`;
  return `${out}${END.slice(1)}${type}${DASHES}\n`;
}
