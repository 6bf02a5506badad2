import { dig, equal, fieldsOf, get, isFields, set, stringOf, type Fields } from "../../json";
import type { Body, Strategy } from "../kinds";
import { cause, type Cause } from "../status";

const MAX_SIZE = 1024 * 1024;
const KEY = /^[-._a-zA-Z0-9]+$/;
const KEY_WHY =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

export const secretStrategy: Strategy = { prepare: prepareSecret, validate: validateSecret };

export const configMapStrategy: Strategy = {
  prepare: (body) => {
    dropEmpty(body, "data");
    dropEmpty(body, "binaryData");
  },
  validate: (body, old) => {
    const causes = [...keyProblems(fieldsOf(body, "data"), "data")];
    let size = 0;
    for (const value of Object.values(fieldsOf(body, "data") ?? {})) size += Buffer.byteLength(String(value));
    if (size > MAX_SIZE) causes.push(cause.tooLong("", MAX_SIZE));
    causes.push(...immutableProblems(body, old, ["data", "binaryData"]));
    return causes;
  },
};

/** `stringData` becomes `data`; the type is Opaque unless given, in updates too. */
function prepareSecret(body: Body): void {
  const plain = fieldsOf(body, "stringData");
  if (plain !== undefined) {
    const data: Fields = { ...fieldsOf(body, "data") };
    for (const key of Object.keys(plain)) set(data, key, Buffer.from(String(plain[key])).toString("base64"));
    body.data = data;
  }
  delete body.stringData;
  dropEmpty(body, "data");
  if (stringOf(body, "type") === undefined || body.type === "") body.type = "Opaque";
}

function dropEmpty(body: Body, key: string): void {
  const value = body[key];
  if (value === null || (isFields(value) && Object.keys(value).length === 0)) delete body[key];
}

/**
 * Values of `data` must be standard base64 with padding.
 * @throws ApiError 400, with the position like Go's decoder
 */
export function checkBase64(data: unknown, refuse: (why: string) => Error): void {
  if (!isFields(data)) return;
  for (const key of Object.keys(data)) {
    const value = data[key];
    const position = typeof value === "string" ? base64Problem(value) : undefined;
    if (position !== undefined) throw refuse(`illegal base64 data at input byte ${position}`);
  }
}

function base64Problem(text: string): number | undefined {
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  const clean = /^[A-Za-z0-9+/]*/.exec(text)?.[0].length ?? 0;
  return clean < text.length ? clean : text.length - (text.length % 4);
}

function validateSecret(body: Body, old: Body | undefined): readonly Cause[] {
  const data = fieldsOf(body, "data");
  const causes: Cause[] = [...keyProblems(data, "data")];
  let size = 0;
  for (const value of Object.values(data ?? {})) size += Buffer.byteLength(String(value), "base64");
  if (size > MAX_SIZE) causes.push(cause.tooLong("data", MAX_SIZE));
  causes.push(...typeProblems(body, data));
  if (old !== undefined && body.type !== old.type) causes.push(cause.invalid("type", body.type, "field is immutable"));
  causes.push(...immutableProblems(body, old, ["data"]));
  return causes;
}

function keyProblems(data: Fields | undefined, field: string): Cause[] {
  return Object.keys(data ?? {}).flatMap((key) => {
    const at = `${field}[${key}]`;
    if (!KEY.test(key)) return [cause.invalid(at, key, KEY_WHY)];
    if (key.length > 253) return [cause.invalid(at, key, "must be no more than 253 bytes")];
    if (key === "." || key === "..") return [cause.invalid(at, key, `must not be '${key}'`)];
    return key.startsWith("..") ? [cause.invalid(at, key, "must not start with '..'")] : [];
  });
}

function immutableProblems(body: Body, old: Body | undefined, fields: readonly string[]): readonly Cause[] {
  if (old?.immutable !== true) return [];
  const why = "field is immutable when `immutable` is set";
  return [
    ...(body.immutable === true ? [] : [cause.forbidden("immutable", why)]),
    ...fields.filter((field) => !equal(body[field], old[field])).map((field) => cause.forbidden(field, why)),
  ];
}

/** Which keys a type needs. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/dockercfg": [".dockercfg"],
};

function typeProblems(body: Body, data: Fields | undefined): readonly Cause[] {
  const type = String(body.type);
  const missing = (keys: readonly string[]): Cause[] =>
    keys.filter((key) => get(data, key) === undefined).map((key) => cause.required(`data[${key}]`));
  if (type === "kubernetes.io/basic-auth") {
    const absent = missing(["username", "password"]);
    return absent.length === 2 ? absent : [];
  }
  if (type === "kubernetes.io/service-account-token") {
    const account = dig(body, "metadata", "annotations", "kubernetes.io/service-account.name");
    return account === undefined || account === ""
      ? [cause.required("metadata.annotations[kubernetes.io/service-account.name]")]
      : [];
  }
  const needed = NEEDED[type];
  if (needed === undefined) return [];
  const absent = missing(needed);
  if (absent.length > 0 || !type.startsWith("kubernetes.io/docker")) return absent;
  return needed.flatMap((key) => {
    try {
      JSON.parse(Buffer.from(String(get(data, key)), "base64").toString());
      return [];
    } catch {
      return [
        cause.invalid(`data[${key}]`, "<secret contents redacted>", "invalid character looking for beginning of value"),
      ];
    }
  });
}
