import { randomUUID } from "node:crypto";
import { isFields, type Fields } from "../json";
import type { Body, Kind, Meta } from "./kinds";
import { badRequest, cause, type Cause } from "./status";

const SUBDOMAIN = {
  regexp: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  limit: 253,
  why: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
};
const LABEL = {
  regexp: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  limit: 63,
  why: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
};
const NAME_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const NAME_PART_WHY =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_WHY =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const ANNOTATIONS_LIMIT = 256 * 1024;

/** The fields of ObjectMeta; others are unknown fields. */
const META_FIELDS = new Set([
  "name",
  "namespace",
  "generateName",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "labels",
  "annotations",
  "finalizers",
  "ownerReferences",
  "managedFields",
  "selfLink",
]);

/**
 * Reads the metadata of a request's object in place: unknown fields go, wrong shapes are refused.
 * @returns the paths of unknown fields
 * @throws ApiError 400
 */
export function readMetadata(object: Fields, kind: Kind, version: string): readonly string[] {
  if (object.metadata === undefined || object.metadata === null) object.metadata = {};
  const refuse = (why: string): never => {
    throw badRequest(`${kind.kind} in version "${version}" cannot be handled as a ${kind.kind}: ${why}`);
  };
  const metadata = object.metadata;
  if (!isFields(metadata))
    return refuse(`json: cannot unmarshal ${goType(metadata)} into Go struct field ${kind.kind}.metadata`);
  const unknown: string[] = [];
  for (const key of Object.keys(metadata)) {
    if (metadata[key] === null) delete metadata[key];
    else if (!META_FIELDS.has(key)) {
      delete metadata[key];
      unknown.push(`metadata.${key}`);
    }
  }
  const at = kind.custom ? "ObjectMeta" : "ObjectMeta.metadata";
  for (const key of ["labels", "annotations"] as const) {
    const map = metadata[key];
    if (map === undefined) continue;
    if (!isFields(map))
      return refuse(
        `json: cannot unmarshal ${goType(map)} into Go struct field ${at}.${key} of type map[string]string`,
      );
    for (const name of Object.keys(map)) {
      if (map[name] === null) map[name] = "";
      if (typeof map[name] !== "string")
        return refuse(`json: cannot unmarshal ${goType(map[name])} into Go struct field ${at}.${key} of type string`);
    }
    if (Object.keys(map).length === 0) delete metadata[key];
  }
  for (const key of ["name", "namespace", "generateName", "uid", "resourceVersion"] as const) {
    const value = metadata[key];
    if (value !== undefined && typeof value !== "string")
      return refuse(`json: cannot unmarshal ${goType(value)} into Go struct field ${at}.${key} of type string`);
    if (value === "") delete metadata[key];
  }
  for (const key of ["finalizers", "ownerReferences", "managedFields"] as const) {
    const value = metadata[key];
    if (value !== undefined && !Array.isArray(value))
      return refuse(`json: cannot unmarshal ${goType(value)} into Go struct field ${at}.${key}`);
    if (Array.isArray(value) && value.length === 0 && key !== "managedFields") delete metadata[key];
  }
  return unknown;
}

/** How Go's decoder names a JSON value of the wrong type. */
export function goType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}

/** Fills in what the server decides for a new object. */
export function completeMetadata(metadata: Meta, kind: Kind, namespace: string | undefined, now: string): void {
  if (metadata.name === undefined && metadata.generateName !== undefined)
    metadata.name = metadata.generateName.slice(0, 58) + suffix();
  if (namespace === undefined) delete metadata.namespace;
  else metadata.namespace = namespace;
  metadata.uid = randomUUID();
  metadata.creationTimestamp = now;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  if (kind.generation) metadata.generation = 1;
  else delete metadata.generation;
}

const SUFFIX = "bcdfghjklmnpqrstvwxz2456789";

/** Five characters, as `generateName` adds them. */
export function suffix(length = 5): string {
  let text = "";
  for (let index = 0; index < length; index += 1) text += SUFFIX[Math.floor(Math.random() * SUFFIX.length)];
  return text;
}

export function validateMetadata({ metadata }: Body, kind: Kind): readonly Cause[] {
  const causes: Cause[] = [];
  if (metadata.name === undefined) return [cause.required("metadata.name", "name or generateName is required")];
  causes.push(...nameProblems(metadata.name, kind));
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    causes.push(...qualifiedNameProblems(key, "metadata.labels"));
    if (String(value).length > 63)
      causes.push(cause.invalid("metadata.labels", value, "must be no more than 63 bytes"));
    else if (value !== "" && !NAME_PART.test(String(value)))
      causes.push(cause.invalid("metadata.labels", value, LABEL_VALUE_WHY));
  }
  let size = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    causes.push(...qualifiedNameProblems(key.toLowerCase(), "metadata.annotations"));
    size += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  }
  if (size > ANNOTATIONS_LIMIT) causes.push(cause.tooLong("metadata.annotations", ANNOTATIONS_LIMIT));
  causes.push(...ownerProblems(metadata));
  for (const finalizer of metadata.finalizers ?? [])
    causes.push(...qualifiedNameProblems(finalizer, "metadata.finalizers"));
  return causes;
}

export function validateMetadataUpdate(next: Meta, old: Meta): readonly Cause[] {
  const causes: Cause[] = [];
  if (next.uid !== old.uid) causes.push(cause.invalid("metadata.uid", next.uid, "field is immutable"));
  const added = (next.finalizers ?? []).filter((finalizer) => !(old.finalizers ?? []).includes(finalizer));
  if (old.deletionTimestamp !== undefined && added.length > 0)
    causes.push(
      cause.forbidden(
        "metadata.finalizers",
        `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(", ")}}`,
      ),
    );
  return causes;
}

function nameProblems(name: string, kind: Kind): readonly Cause[] {
  if (kind.group === "rbac.authorization.k8s.io")
    return /[/%]/.test(name) || name === "." || name === ".."
      ? [cause.invalid("metadata.name", name, "may not contain '/'")]
      : [];
  const rule = kind.id === "namespaces" || kind.id === "services" ? LABEL : SUBDOMAIN;
  if (name.length > rule.limit)
    return [cause.invalid("metadata.name", name, `must be no more than ${rule.limit} bytes`)];
  return rule.regexp.test(name) ? [] : [cause.invalid("metadata.name", name, rule.why)];
}

function qualifiedNameProblems(key: string, field: string): readonly Cause[] {
  const slash = key.indexOf("/");
  const [prefix, name] = slash < 0 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  if (prefix !== undefined && !SUBDOMAIN.regexp.test(prefix))
    return [cause.invalid(field, key, `prefix part ${SUBDOMAIN.why}`)];
  if (name === "") return [cause.invalid(field, key, "name part must be non-empty")];
  if (name.length > 63) return [cause.invalid(field, key, "name part must be no more than 63 bytes")];
  return NAME_PART.test(name) ? [] : [cause.invalid(field, key, NAME_PART_WHY)];
}

function ownerProblems(metadata: Meta): readonly Cause[] {
  const causes: Cause[] = [];
  for (const owner of metadata.ownerReferences ?? [])
    for (const key of ["apiVersion", "kind", "name", "uid"] as const)
      if (typeof owner[key] !== "string" || owner[key] === "")
        causes.push(
          cause.invalid(
            `metadata.ownerReferences.${key}`,
            "",
            key === "apiVersion" ? "version must not be empty" : "must not be empty",
          ),
        );
  const controllers = (metadata.ownerReferences ?? []).filter((owner) => owner.controller === true);
  if (controllers.length > 1)
    causes.push(
      cause.invalid(
        "metadata.ownerReferences",
        metadata.ownerReferences,
        `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]?.kind}/${controllers[0]?.name} and ${controllers[1]?.kind}/${controllers[1]?.name}`,
      ),
    );
  return causes;
}
