import { RE2JS } from "re2js";
import { clone, equal, get, isFields, set, type Fields } from "../json";
import { cause, type Cause } from "./status";

/** A structural OpenAPI schema of a CRD, as far as the sandbox follows it: no CEL (`x-kubernetes-validations`), no `not`. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "granular" | "atomic";
}

const propertyOf = (schema: Schema, key: string): Schema | undefined => {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
};

const child = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

/** Removes unknown fields in place and returns their paths. `apiVersion`, `kind` and `metadata` at the root are the caller's. */
export function prune(value: unknown, schema: Schema, path = "", root = true): readonly string[] {
  if (Array.isArray(value)) {
    if (schema.items === undefined) return [];
    const { items } = schema;
    return (value as unknown[]).flatMap((entry, index) => prune(entry, items, `${path}[${index}]`, false));
  }
  if (!isFields(value)) return [];
  const unknown: string[] = [];
  for (const key of Object.keys(value)) {
    if (root && (key === "metadata" || key === "apiVersion" || key === "kind")) continue;
    const below = propertyOf(schema, key);
    if (below !== undefined) unknown.push(...prune(value[key], below, child(path, key), false));
    else if (schema["x-kubernetes-preserve-unknown-fields"] !== true && schema.additionalProperties !== true) {
      delete value[key];
      unknown.push(child(path, key));
    }
  }
  return unknown;
}

/** Drops null where the schema neither allows it nor has a default for it, in place: what decoding a request does. */
export function dropNulls(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    for (const entry of value as unknown[]) if (schema.items !== undefined) dropNulls(entry, schema.items);
    return;
  }
  if (!isFields(value)) return;
  for (const key of Object.keys(value)) {
    const below = propertyOf(schema, key);
    if (below === undefined) continue;
    if (value[key] === null && below.nullable !== true && below.default === undefined) delete value[key];
    else dropNulls(value[key], below);
  }
}

/** Fills in defaults, in place, also where null is and may not be. */
export function applyDefaults(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    for (const entry of value as unknown[]) if (schema.items !== undefined) applyDefaults(entry, schema.items);
    return;
  }
  if (!isFields(value)) return;
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const present = get(value, key);
    if (property.default !== undefined && (present === undefined || (present === null && property.nullable !== true)))
      set(value, key, clone(property.default));
  }
  for (const key of Object.keys(value)) {
    const below = propertyOf(schema, key);
    if (below !== undefined) applyDefaults(value[key], below);
  }
}

/** What is wrong with a value; metadata is checked elsewhere. */
export function validate(value: unknown, schema: Schema, path = ""): readonly Cause[] {
  if (value === null && schema.nullable === true) return [];
  const wrongType = typeProblem(value, schema, path);
  if (wrongType !== undefined) return [wrongType];
  const causes: Cause[] = [];
  if (schema.enum !== undefined && !schema.enum.some((entry) => equal(entry, value)))
    causes.push(cause.unsupported(path, value, schema.enum.map(String)));
  if (typeof value === "string") causes.push(...stringProblems(value, schema, path));
  if (typeof value === "number") causes.push(...numberProblems(value, schema, path));
  if (Array.isArray(value)) causes.push(...listProblems(value as unknown[], schema, path));
  if (isFields(value)) causes.push(...objectProblems(value, schema, path));
  causes.push(...combinationProblems(value, schema, path));
  return causes;
}

function typeProblem(value: unknown, schema: Schema, path: string): Cause | undefined {
  const actual = typeName(value);
  if (schema["x-kubernetes-int-or-string"] === true)
    return actual === "integer" || actual === "string" ? undefined : wrong(path, actual, "integer,string");
  if (schema.type === undefined || schema.type === actual) return undefined;
  if (schema.type === "number" && actual === "integer") return undefined;
  return wrong(path, actual, schema.type);
}

const wrong = (path: string, actual: string, wanted: string): Cause =>
  cause.type(path, actual, `${path} in body must be of type ${wanted}: ${JSON.stringify(actual)}`);

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isSafeInteger(value) ? "integer" : "number";
  return typeof value;
}

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  "date-time": (text) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text)),
  byte: (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
};

function stringProblems(value: string, schema: Schema, path: string): readonly Cause[] {
  const causes: Cause[] = [];
  const { format, pattern, minLength, maxLength } = schema;
  if (format !== undefined && FORMATS[format]?.(value) === false) {
    const field = path.slice(path.lastIndexOf(".") + 1);
    const named = path.startsWith("status.") ? field : path;
    causes.push(cause.type(path, value, `${named} in body must be of type ${format}: ${JSON.stringify(value)}`));
  }
  const length = [...value].length;
  if (maxLength !== undefined && length > maxLength) causes.push(cause.tooLong(path, maxLength));
  if (minLength !== undefined && length < minLength)
    causes.push(cause.invalid(path, value, `${path} in body should be at least ${minLength} chars long`));
  if (pattern !== undefined && !compiled(pattern).matcher(value).find())
    causes.push(cause.invalid(path, value, `${path} in body should match '${pattern}'`));
  return causes;
}

const patterns = new Map<string, RE2JS>();

/** @throws RE2JSException for a pattern that {@link patternProblem} would have refused */
function compiled(pattern: string): RE2JS {
  let regexp = patterns.get(pattern);
  if (regexp === undefined) patterns.set(pattern, (regexp = RE2JS.compile(pattern)));
  return regexp;
}

/** Why Go's regexp package, whose syntax the API server takes, would refuse a pattern. */
export function patternProblem(pattern: string): string | undefined {
  try {
    compiled(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "not a regular expression";
  }
}

function numberProblems(value: number, { minimum, maximum }: Schema, path: string): readonly Cause[] {
  const causes: Cause[] = [];
  if (minimum !== undefined && value < minimum)
    causes.push(cause.invalid(path, value, `${path} in body should be greater than or equal to ${minimum}`));
  if (maximum !== undefined && value > maximum)
    causes.push(cause.invalid(path, value, `${path} in body should be less than or equal to ${maximum}`));
  return causes;
}

function listProblems(value: readonly unknown[], schema: Schema, path: string): readonly Cause[] {
  const causes: Cause[] = [];
  const { minItems, maxItems, items } = schema;
  if (minItems !== undefined && value.length < minItems)
    causes.push(cause.invalid(path, value.length, `${path} in body should have at least ${minItems} items`));
  if (maxItems !== undefined && value.length > maxItems) causes.push(cause.tooMany(path, value.length, maxItems));
  if (items !== undefined) value.forEach((entry, index) => causes.push(...validate(entry, items, `${path}[${index}]`)));
  if (causes.length > 0) return causes;
  const seen = new Set<string>();
  value.forEach((entry, index) => {
    const key = uniqueKey(entry, schema);
    if (key !== undefined && seen.has(key))
      causes.push({
        reason: "FieldValueDuplicate",
        message: `Duplicate value: ${key}`,
        field: `${path}[${index}]`,
      });
    if (key !== undefined) seen.add(key);
  });
  return causes;
}

function uniqueKey(entry: unknown, schema: Schema): string | undefined {
  if (schema["x-kubernetes-list-type"] === "set") return JSON.stringify(entry);
  if (schema["x-kubernetes-list-type"] !== "map" || !isFields(entry)) return undefined;
  const keys: Fields = {};
  for (const key of schema["x-kubernetes-list-map-keys"] ?? []) set(keys, key, get(entry, key));
  return JSON.stringify(keys);
}

function objectProblems(value: Fields, schema: Schema, path: string): readonly Cause[] {
  const causes: Cause[] = [];
  const { minProperties, maxProperties, required } = schema;
  const keys = Object.keys(value);
  for (const key of keys) {
    const below = propertyOf(schema, key);
    if (below !== undefined && !(path === "" && key === "metadata"))
      causes.push(...validate(value[key], below, child(path, key)));
  }
  for (const key of required ?? []) if (!Object.hasOwn(value, key)) causes.push(cause.required(child(path, key)));
  if (minProperties !== undefined && keys.length < minProperties)
    causes.push(cause.invalid(path, keys.length, `${path} in body should have at least ${minProperties} properties`));
  if (maxProperties !== undefined && keys.length > maxProperties)
    causes.push({
      reason: "FieldValueTooMany",
      message: `Too many: ${keys.length}: must have at most ${maxProperties} item${maxProperties === 1 ? "" : "s"}`,
      field: path,
    });
  return causes;
}

function combinationProblems(value: unknown, schema: Schema, path: string): readonly Cause[] {
  const fits = (branch: Schema): boolean => validate(value, branch, path).length === 0;
  const problem = (text: string): Cause => ({
    reason: "FieldValueInvalid",
    message: `Invalid value: "": "${path}" must validate ${text}`,
    field: "<nil>",
  });
  const causes: Cause[] = [];
  if (schema.oneOf !== undefined) {
    const valid = schema.oneOf.filter(fits).length;
    if (valid === 0) causes.push(problem("one and only one schema (oneOf). Found none valid"));
    if (valid > 1) causes.push(problem(`one and only one schema (oneOf). Found ${valid} valid alternatives`));
  }
  if (schema.anyOf !== undefined && !schema.anyOf.some(fits)) causes.push(problem("at least one schema (anyOf)"));
  for (const branch of schema.allOf ?? []) causes.push(...validate(value, branch, path));
  return causes;
}

/** Fields and types a configuration may not have (server-side apply checks before it merges): the first, as the server words it. */
export function untypedProblem(value: unknown, schema: Schema, path = ""): string | undefined {
  if (value === null) return undefined;
  const type = schema.type;
  if (type === "object" && !isFields(value)) return `${path}: expected map, got ${goValue(value)}`;
  if (type === "array" && !Array.isArray(value)) return `${path}: expected list, got ${goValue(value)}`;
  if (type === "string" && typeof value !== "string") return `${path}: expected string, got ${goValue(value)}`;
  if (type === "boolean" && typeof value !== "boolean") return `${path}: expected boolean, got ${goValue(value)}`;
  if ((type === "integer" || type === "number") && typeof value !== "number")
    return `${path}: expected numeric (int or float), got ${typeof value}`;
  if (Array.isArray(value)) {
    for (const entry of value as unknown[]) {
      const problem = schema.items === undefined ? undefined : untypedProblem(entry, schema.items, `${path}[]`);
      if (problem !== undefined) return problem;
    }
  } else if (isFields(value)) {
    for (const key of Object.keys(value)) {
      if (path === "" && (key === "metadata" || key === "apiVersion" || key === "kind")) continue;
      const below = propertyOf(schema, key);
      if (below === undefined && schema["x-kubernetes-preserve-unknown-fields"] !== true)
        return `${path}.${key}: field not declared in schema`;
      const problem = below === undefined ? undefined : untypedProblem(value[key], below, `${path}.${key}`);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

const goValue = (value: unknown): string => `&value.valueUnstructured{Value:${JSON.stringify(value)}}`;
