import {
  at,
  hasUnknown,
  isList,
  isMap,
  mapOf,
  markSecrets,
  reveal,
  sameValue,
  Secret,
  textAt,
  UNKNOWN,
  withAt,
  without,
  type Value,
  type ValueMap,
} from "../plugin/values";
import type { ObjectName } from "./api";

/** Output that keeps the field manager between operations; names with two underscores are the provider's own. */
export const MANAGER_OUTPUT = "__fieldManager";

/** Where the name of an object that was named by the provider is remembered, as the real provider does. */
export const AUTONAMED = "pulumi.com/autonamed";

/** Fields that the server fills and nobody declares. */
const SERVER_METADATA = ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"];

/** `kubernetes:core/v1:ConfigMap` -> `v1`, `ConfigMap`; `kubernetes:apps/v1:Deployment` -> `apps/v1`, `Deployment`. */
export function kindOfToken(token: string): { readonly apiVersion: string; readonly kind: string } {
  const [, groupVersion = "", kind = ""] = token.split(":");
  return { apiVersion: groupVersion.replace(/^core\//, ""), kind };
}

export function nameOf(token: string, inputs: ValueMap, id = ""): ObjectName {
  const parts = id.split("/");
  return {
    ...kindOfToken(token),
    namespace: textAt(inputs, "metadata", "namespace") ?? (parts.length > 1 ? parts[0] : undefined),
    name: textAt(inputs, "metadata", "name") ?? parts.at(-1) ?? "",
  };
}

export function idOf({ namespace, name }: ObjectName): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function annotation(inputs: ValueMap, key: string): string | undefined {
  return textAt(inputs, "metadata", "annotations", key);
}

/** State of a live object: without managedFields, secret where the inputs are, and always secret in a Secret. */
export function outputsOf(live: Value, inputs: ValueMap, manager: string | undefined): ValueMap {
  if (!isMap(live)) return mapOf<Value>([]);
  const metadata = at(live, "metadata");
  const object = isMap(metadata) ? withAt(live, ["metadata"], without(metadata, "managedFields")) : live;
  const withText =
    isSecretKind(live) && "stringData" in inputs ? withAt(object, ["stringData"], inputs["stringData"]) : object;
  const marked = markSecrets(withText, inputs) as ValueMap;
  return mapOf<Value>([...Object.entries(sealed(marked)), [MANAGER_OUTPUT, manager]]);
}

/** What a preview can say of an object that the server has not seen: the inputs, and server-made metadata as not known. */
export function plannedOutputs(inputs: ValueMap): ValueMap {
  return withoutServerValues(sealed(inputs));
}

/** What a dry run tells of an object to be created, less what the real creation will fill otherwise. */
export function withoutServerValues(outputs: ValueMap): ValueMap {
  if (!isMap(at(outputs, "metadata"))) return outputs;
  return ["uid", "resourceVersion", "creationTimestamp"].reduce(
    (object, key) => withAt(object, ["metadata", key], UNKNOWN),
    outputs,
  );
}

/** The inputs that would have led to the live object: what the program declares, with the values that are live. */
export function liveInputs(live: Value, declared: ValueMap | undefined): ValueMap {
  if (!isMap(live)) return mapOf<Value>([]);
  if (declared === undefined) return sealed(importedInputs(live));
  const projected = projection(live, declared);
  return markSecrets(isSecretKind(live) ? withStringData(live, declared, projected) : projected, declared) as ValueMap;
}

function importedInputs(live: ValueMap): ValueMap {
  const metadata = at(live, "metadata");
  const object = without(live, "status");
  return isMap(metadata) ? withAt(object, ["metadata"], without(metadata, ...SERVER_METADATA)) : object;
}

function projection(live: ValueMap, declared: ValueMap): ValueMap {
  return mapOf<Value>(
    Object.entries(declared).map(([key, value]) => [key, key in live ? project(live[key] ?? null, value) : undefined]),
  );
}

/**
 * Fields of other managers are not drift, so that only what is declared is compared. Items of a list that are named are
 * found by their name, as in Kubernetes' own lists of named things.
 */
function project(live: Value, declared: Value): Value {
  const wanted = reveal(declared);
  if (isMap(wanted) && isMap(live)) return projection(live, wanted);
  if (!isList(wanted) || !isList(live)) return live;
  const names = wanted.map((item) => textAt(item, "name"));
  if (names.length > 0 && names.every((name) => name !== undefined)) {
    return wanted.flatMap((item) => {
      const found = live.find((candidate) => textAt(candidate, "name") === textAt(item, "name"));
      return found === undefined ? [] : [project(found, item)];
    });
  }
  return live.map((item, index) => (index < wanted.length ? project(item, wanted[index] ?? null) : item));
}

/** A Secret's stringData is write-only: its live values are found in data. */
function withStringData(live: ValueMap, declared: ValueMap, projected: ValueMap): ValueMap {
  const texts = at(declared, "stringData");
  const data = at(live, "data");
  if (!isMap(texts)) return projected;
  const found = Object.entries(texts).map(([key, text]): [string, Value | undefined] => {
    const bytes = isMap(data) ? textAt(data[key]) : undefined;
    if (bytes === undefined) return [key, undefined];
    const value = Buffer.from(bytes, "base64").toString("utf8");
    return [key, sameValue(value, text) ? text : value];
  });
  return withAt(projected, ["stringData"], mapOf(found));
}

function isSecretKind(object: ValueMap): boolean {
  return object["kind"] === "Secret" && object["apiVersion"] === "v1";
}

function sealed(object: ValueMap): ValueMap {
  if (!isSecretKind(object)) return object;
  return mapOf(
    Object.entries(object).map(([key, value]) => {
      const seal = (key === "data" || key === "stringData") && !(value instanceof Secret) && !hasUnknown(value);
      return [key, seal ? new Secret(value) : value];
    }),
  );
}
