import { type Literal, type Position } from "./syntax";
import { TextReader } from "./text";
import { unquote } from "./unquote";

export type Token =
  | { readonly type: Literal["type"] | "identifier"; readonly value: string; readonly at: Position }
  | { readonly type: "{" | "}" | "[" | "]" | "," | "=" | "." | "+" | "-" | "end"; readonly at: Position };

/** Divides HCL into tokens, comments left out; the last is `end`. */
export function scanHcl(source: string): readonly Token[] {
  const reader = new TextReader(source.replace(/\r\n/g, "\n"));
  const forbidden = /[\0\uE123]/.exec(reader.text);
  if (forbidden !== null) reader.fail("a character that HCL does not allow (U+0000 or U+E123)", forbidden.index);
  const tokens: Token[] = [];
  for (;;) {
    reader.match(/[ \t\n\r]+/y);
    if (skipComment(reader)) continue;
    const token = scanToken(reader);
    tokens.push(token);
    if (token.type === "end") return tokens;
  }
}

function skipComment(reader: TextReader): boolean {
  if (reader.match(/(?:#|\/\/)[^\n]*|\/\*[^]*?\*\//y) !== undefined) return true;
  if (reader.peek() !== "/") return false;
  return reader.fail(reader.peek(1) === "*" ? "comment not terminated" : 'expected "/" for a comment');
}

function scanToken(reader: TextReader): Token {
  const start = reader.index;
  const at = reader.positionOf(start);
  const next = reader.peek();
  if (next === "") return { type: "end", at };
  const name = reader.match(/[A-Za-z_\p{L}][A-Za-z0-9_\p{L}\p{Nd}.-]*/uy);
  if (name !== undefined) return { type: name === "true" || name === "false" ? "bool" : "identifier", value: name, at };
  const number = scanNumber(reader);
  if (number !== undefined) return { ...number, at };
  if (next === '"') return { type: "string", value: scanString(reader), at };
  if (next === "<") return { type: "heredoc", value: scanHeredoc(reader), at };
  reader.index += 1;
  switch (next) {
    case "{":
    case "}":
    case "[":
    case "]":
    case ",":
    case "=":
    case ".":
    case "+":
    case "-":
      return { type: next, at };
    default:
      return reader.fail(`illegal character ${JSON.stringify(next)}`, start);
  }
}

function scanNumber(reader: TextReader): { readonly type: "number" | "float"; readonly value: string } | undefined {
  const start = reader.index;
  const fraction = reader.match(/\.[0-9]+[eE]?/y);
  if (fraction !== undefined) return { type: "float", value: fraction };
  const hexadecimal = reader.match(/-?0[xX][0-9a-fA-F]*/y);
  if (hexadecimal !== undefined) {
    if (/[xX]$/.test(hexadecimal)) reader.fail("illegal hexadecimal number", start);
    return { type: "number", value: hexadecimal };
  }
  // An exponent without digits swallows the character after it.
  const value = reader.match(/-?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?(?:[0-9]+|[^]?))?/y);
  if (value === undefined) return undefined;
  if (/[.eE]/.test(value)) return { type: "float", value };
  if (/^-?0[0-9]+[89]/.test(value)) reader.fail("illegal octal number", start);
  return { type: "number", value };
}

function scanString(reader: TextReader): string {
  const start = reader.index;
  reader.index += 1;
  let braces = 0;
  for (;;) {
    const next = reader.peek();
    if (next === "" || (next === "\n" && braces === 0)) reader.fail("string not terminated", start);
    if (next === '"' && braces === 0) break;
    if (next === "\\") {
      reader.escape();
      continue;
    }
    if (braces === 0 && next === "$" && reader.peek(1) === "{") {
      braces = 1;
      reader.index += 2;
      continue;
    }
    if (braces > 0 && next === "{") braces += 1;
    if (braces > 0 && next === "}") braces -= 1;
    reader.index += 1;
  }
  reader.index += 1;
  const value = unquote(reader.text.slice(start + 1, reader.index - 1), "hcl");
  return value ?? reader.fail("an escape that is no character", start);
}

/** `<<MARK` or `<<-MARK` to the line with the mark; the last line needs its newline. */
function scanHeredoc(reader: TextReader): string {
  const start = reader.index;
  const anchor = reader.match(/<<-?[A-Za-z0-9_\p{L}\p{Nd}]*\r?\n/uy);
  if (anchor === undefined) reader.fail("invalid heredoc anchor", start);
  const written = anchor.slice(2, anchor.search(/\r?\n/));
  const mark = written.replace(/^-/, "");
  if (mark === "") reader.fail("heredoc anchor without a name", start);
  const bodyStart = reader.index;
  for (let lineStart = bodyStart; ;) {
    const lineEnd = reader.text.indexOf("\n", lineStart);
    if (lineEnd === -1) reader.fail("heredoc not terminated", start);
    const line = reader.text.slice(lineStart, lineEnd);
    // The length is compared with the dash counted: `<<-E` does not end at an `E` without indentation.
    if (line.length >= written.length && line.replace(/\r*$/, "").replace(/^[\t\v\f\r ]*/, "") === mark) {
      reader.index = lineEnd + 1;
      const body = reader.text.slice(bodyStart, lineEnd + 1);
      return written.startsWith("-") ? unindent(body, mark) : body.slice(0, body.length - mark.length - 1);
    }
    lineStart = lineEnd + 1;
  }
}

/** Takes the last line's indentation off every line, where every line has it. */
function unindent(body: string, mark: string): string {
  const content = body.slice(0, body.length - mark.length - 1);
  const lines = content.split("\n");
  const indentation = lines.at(-1) ?? "";
  if (!lines.every((line) => line.startsWith(indentation))) return content.slice(0, -1).replace(/[ \t]+$/, "");
  return [...lines.slice(0, -1).map((line) => line.slice(indentation.length)), ""].join("\n");
}
