import { isUtf8 } from "node:buffer";
import { isRecord } from "../../api";
import { compileTemplate, TemplateError, type World } from "../../reconciler/template";
import { LimitError } from "../../reconciler/template/functions/function";
import { query, type Result } from "../../reconciler/template/gjson";
import { bytesOf, fromBuffer, isValidUtf8, textOf, toBuffer } from "../../reconciler/template/go/bytes";

/** What a line of a batch is answered with; one of the keys is set. */
export interface TemplateAnswer {
  readonly out?: string;
  /** Instead of `out`, when the bytes are not UTF-8. */
  readonly outB64?: string;
  readonly error?: {
    /** `request`: the line is no request. The others are {@link TemplateError}'s. */
    readonly code: "request" | "parse" | "exec" | "limit";
    readonly message: string;
    /** In the template, from 1. */
    readonly line?: number;
  };
}

/** gjson's Result. `rawB64` and `strB64` stand instead of `raw` and `str` when the bytes are not UTF-8. */
export interface QueryAnswer {
  readonly exists?: boolean;
  readonly type?: string;
  readonly raw?: string;
  readonly str?: string;
  readonly rawB64?: string;
  readonly strB64?: string;
  readonly error?: { readonly code: "request" | "limit"; readonly message: string };
}

/** Answers `{"template","data":{...},"dataB64":{...}?,"delims":["{{","}}"]?}`. */
export function answerTemplate(line: Uint8Array, world: World): TemplateAnswer {
  const request = record(line);
  if (typeof request === "string") return refuse(request);
  const { template, data = {}, dataB64 = {}, delims } = request;
  if (typeof template !== "string") return refuse('"template" is not a text');
  if (!isTexts(data)) return refuse('"data" is not an object of texts');
  if (!isTexts(dataB64) || !Object.values(dataB64).every(isBase64))
    return refuse('"dataB64" is not an object of base64 texts');
  if (delims !== undefined && !isPair(delims)) return refuse('"delims" is not a list of two texts');
  const values = new Map<string, Uint8Array>(Object.entries(data).map(([key, text]) => [key, Buffer.from(text)]));
  for (const [key, text] of Object.entries(dataB64)) values.set(key, Buffer.from(text, "base64"));
  return renderAnswer(template, values, world, delims);
}

/** A render as an answer: errors of the template are answers too. */
export function renderAnswer(
  template: string,
  data: ReadonlyMap<string, Uint8Array>,
  world: World,
  delimiters?: readonly [string, string],
  name?: string,
): TemplateAnswer {
  try {
    const compiled = compileTemplate(template, {
      ...(delimiters === undefined ? {} : { delimiters }),
      ...(name === undefined ? {} : { name }),
    });
    const out = Buffer.from(compiled.render(data, world));
    return isUtf8(out) ? { out: out.toString("utf8") } : { outB64: out.toString("base64") };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { error: { code: error.code, message: error.message, line: error.line } };
  }
}

/** Answers `{"json","path"}` as gjson does; `jsonB64` and `pathB64` can stand instead of them. */
export function answerQuery(line: Uint8Array): QueryAnswer {
  const request = record(line);
  if (typeof request === "string") return { error: { code: "request", message: request } };
  const json = bytesIn(request["json"], request["jsonB64"]);
  const path = bytesIn(request["path"], request["pathB64"]);
  if (json === undefined) return { error: { code: "request", message: '"json" is not a text' } };
  if (path === undefined) return { error: { code: "request", message: '"path" is not a text' } };
  let result: Result;
  try {
    result = query(json, path);
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    return { error: { code: "limit", message: `the query exceeds the bound of its ${error.bound}` } };
  }
  const { exists, type, raw, str } = result;
  if (isValidUtf8(raw) && isValidUtf8(str)) return { exists, type, raw: textOf(raw), str: textOf(str) };
  const [rawB64, strB64] = [toBuffer(raw).toString("base64"), toBuffer(str).toString("base64")];
  return { exists, type, raw: "", str: "", rawB64, strB64 };
}

const refuse = (message: string): TemplateAnswer => ({ error: { code: "request", message } });

function record(line: Uint8Array): Readonly<Record<string, unknown>> | string {
  if (!isUtf8(line)) return "the line is not UTF-8";
  try {
    const value: unknown = JSON.parse(Buffer.from(line).toString("utf8"));
    return isRecord(value) ? value : "the line is not a JSON object";
  } catch {
    return "the line is not JSON";
  }
}

/** `__proto__` among the keys stays one of them: JSON.parse makes it an own property, and Object.entries lists it. */
const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  isRecord(value) && Object.values(value).every((entry) => typeof entry === "string");

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

const isPair = (value: unknown): value is readonly [string, string] =>
  Array.isArray(value) && value.length === 2 && value.every((entry) => typeof entry === "string");

function bytesIn(text: unknown, encoded: unknown): string | undefined {
  if (typeof encoded === "string" && isBase64(encoded)) return fromBuffer(Buffer.from(encoded, "base64"));
  return typeof text === "string" ? bytesOf(text) : undefined;
}
