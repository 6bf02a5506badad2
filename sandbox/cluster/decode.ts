import { isFields, type Fields } from "../json";
import { apiVersionOf, type Body, type Kind } from "./kinds";
import { goType, readMetadata } from "./metadata";
import { dropNulls, prune } from "./schema";
import { ApiError, badRequest } from "./status";
import { checkBase64 } from "./builtins/secret";
import { dropNullFields, metadataShape, mismatch, shapes } from "./builtins/shapes";

export type FieldValidation = "Ignore" | "Warn" | "Strict";

/**
 * JSON of a request body.
 * @throws ApiError 400
 */
export function parseObject(text: string, kind: Kind): Fields {
  const unrecognized = (why: string): ApiError =>
    badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unrecognized(`couldn't get version/kind; json parse error: ${jsonProblem(text)} (${excerpt(text)})`);
  }
  if (!isFields(value))
    throw unrecognized(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${goType(value)} into Go value of type struct { APIVersion string; Kind string } (${Buffer.from(excerpt(text)).toString("hex")})`,
    );
  return value;
}

/** Go's words for broken JSON. */
export function jsonProblem(text: string): string {
  if (text.trim() === "") return "unexpected end of JSON input";
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const bad = /Unexpected token '?(.)'?/.exec(message)?.[1];
    return /end of JSON|Unterminated|position \d+ \(line \d+ column \d+\)$/.test(message) && bad === undefined
      ? "unexpected end of JSON input"
      : `invalid character '${bad ?? "?"}' looking for beginning of value`;
  }
}

const excerpt = (text: string): string => (text.length > 30 ? `${text.slice(0, 30)} ...` : text);

export interface Decoded {
  readonly body: Body;
  /** Dropped fields, as in `unknown field "spec.x"`. */
  readonly unknown: readonly string[];
}

/**
 * An object of the kind, without `apiVersion` and `kind`, unknown fields dropped. Changes its argument.
 * @throws ApiError 400
 */
export function decodeObject(object: Fields, kind: Kind, version: string, validation: FieldValidation): Decoded {
  const refuse = (why: string): ApiError =>
    badRequest(`${kind.kind} in version "${version}" cannot be handled as a ${kind.kind}: ${why}`);
  checkType(object, kind, version);
  delete object.apiVersion;
  delete object.kind;
  const unknown = [...readMetadata(object, kind, version), ...dropUnknown(object, kind, version)];
  checkShape(object, kind, refuse);
  if (kind.id === "secrets") checkBase64(object.data, refuse);
  checkTimes(object, kind, refuse);
  if (validation === "Strict" && unknown.length > 0)
    throw refuse(`strict decoding error: ${unknown.map((path) => `unknown field ${JSON.stringify(path)}`).join(", ")}`);
  return { body: object as Body, unknown };
}

function checkType(object: Fields, kind: Kind, version: string): void {
  const wanted = apiVersionOf(kind, version);
  if (kind.custom) {
    if (object.kind === undefined || object.kind === "") {
      const text = JSON.stringify(object);
      throw badRequest(
        `the object provided is unrecognized (must be of type ${kind.kind}): Object 'Kind' is missing in '${text}' (${excerpt(text)})`,
      );
    }
    if (object.apiVersion !== wanted)
      throw badRequest(
        `the API version in the data (${textOf(object.apiVersion)}) does not match the expected API version (${wanted})`,
      );
  }
  const typed = object.kind === undefined && object.apiVersion === undefined;
  if (typed || (object.kind === kind.kind && object.apiVersion === wanted)) return;
  if (object.kind !== undefined && object.kind !== kind.kind)
    throw badRequest(
      `${textOf(object.kind)} in version "${version}" cannot be handled as a ${kind.kind}: converting (${version}.${textOf(object.kind)}) to (${kind.kind}): unknown conversion`,
    );
  if (object.apiVersion !== undefined && object.apiVersion !== wanted)
    throw badRequest(
      `the API version in the data (${textOf(object.apiVersion)}) does not match the expected API version (${wanted})`,
    );
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function dropUnknown(object: Fields, kind: Kind, version: string): readonly string[] {
  const schema = kind.schemas.get(version);
  if (schema !== undefined) {
    const unknown = prune(object, schema);
    dropNulls(object, schema);
    return unknown;
  }
  const unknown: string[] = [];
  for (const key of Object.keys(object)) {
    if (key === "metadata" || kind.fields?.has(key) === true) continue;
    delete object[key];
    unknown.push(key);
  }
  return unknown;
}

const GO_TYPES = { string: "string", number: "int32", boolean: "bool", list: "[]", map: "map" } as const;

/** Built-in kinds: values of the types that Go's structs have. */
function checkShape(object: Fields, kind: Kind, refuse: (why: string) => ApiError): void {
  const shape = kind.custom ? undefined : shapes[kind.kind];
  const wrong =
    mismatch(object.metadata, metadataShape, "metadata") ??
    (shape === undefined ? undefined : mismatch(object, shape, ""));
  if (wrong !== undefined)
    throw refuse(
      `json: cannot unmarshal ${goType(wrong.value)} into Go struct field ${kind.kind}.${wrong.path} of type ${GO_TYPES[wrong.wanted]}`,
    );
  dropNullFields(object.metadata, metadataShape);
  if (shape !== undefined) dropNullFields(object, shape);
}

const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Leases and events: a MicroTime has exactly six fractional digits; a Time keeps whole seconds only. */
function checkTimes(object: Fields, kind: Kind, refuse: (why: string) => ApiError): void {
  const micro = (fields: unknown, key: string): void => {
    const value = isFields(fields) ? fields[key] : undefined;
    if (typeof value === "string" && !MICRO_TIME.test(value))
      throw refuse(
        `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse ${JSON.stringify(value.slice(19))} as ".000000"`,
      );
  };
  if (kind.id === "leases.coordination.k8s.io") {
    micro(object.spec, "acquireTime");
    micro(object.spec, "renewTime");
  } else if (kind.id === "events") {
    micro(object, "eventTime");
    for (const key of ["firstTimestamp", "lastTimestamp"]) {
      const value = object[key];
      if (typeof value !== "string") continue;
      if (!TIME.test(value))
        throw refuse(`parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse`);
      object[key] = `${new Date(value).toISOString().slice(0, 19)}Z`;
    }
  }
}
