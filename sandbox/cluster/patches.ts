import { load } from "js-yaml";
import { clone, fieldsOf, isFields, stringOf, type Fields } from "../json";
import { checkBase64 } from "./builtins/secret";
import { decodeObject, jsonProblem, type FieldValidation } from "./decode";
import { dropNullFields, metadataShape, mismatch, shapes } from "./builtins/shapes";
import { apiVersionOf, type Body, type Kind } from "./kinds";
import { applyConfiguration } from "./managed-fields";
import { readMetadata } from "./metadata";
import { notSettable, type Objects, type WriteContext } from "./objects";
import { jsonPatch, mergePatch, strategicPatch } from "./patch";
import { untypedProblem } from "./schema";
import { ApiError, badRequest, cause, invalid, notFound, unsupportedMediaType } from "./status";

const JSON_PATCH = "application/json-patch+json";
const MERGE = "application/merge-patch+json";
const STRATEGIC = "application/strategic-merge-patch+json";
const APPLY = "application/apply-patch+yaml";
const ALL = [JSON_PATCH, MERGE, STRATEGIC, APPLY];

export interface PatchRequest {
  readonly contentType: string;
  readonly text: string;
  readonly force: boolean | undefined;
  readonly fieldManagerGiven: boolean;
  readonly validation: FieldValidation;
}

export interface Written {
  readonly body: Body;
  readonly created: boolean;
  readonly unknown: readonly string[];
}

/**
 * A PATCH of any kind.
 * @throws ApiError 400, 404, 409, 415, 422
 */
export function patchObject(objects: Objects, context: WriteContext, name: string, request: PatchRequest): Written {
  const type = request.contentType.split(";")[0]?.trim() ?? "";
  if (!ALL.includes(type)) throw new ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
  if (type === STRATEGIC && context.kind.custom) throw unsupportedMediaType(ALL.filter((entry) => entry !== STRATEGIC));
  checkPatchOptions(type, request);
  if (type === APPLY) return apply(objects, context, name, request);
  const patch = parsePatch(request.text, type);
  let unknown: readonly string[] = [];
  const body = objects.update(context, name, (current) => {
    const { kind, version } = context;
    const whole: Fields = { apiVersion: apiVersionOf(kind, version), kind: kind.kind, ...clone(current) };
    const changed =
      type === JSON_PATCH
        ? jsonPatch(whole, patch)
        : type === MERGE
          ? mergePatch(whole, patch)
          : strategicPatch(whole, patch, kind.type);
    const decoded = decodePatched(changed, context, request.validation);
    unknown = decoded.unknown;
    return decoded.body;
  });
  return { body, created: false, unknown };
}

function parsePatch(text: string, type: string): unknown {
  let patch: unknown;
  try {
    patch = JSON.parse(text);
  } catch {
    throw badRequest(`error decoding patch: ${jsonProblem(text)}`);
  }
  if (type !== JSON_PATCH && !isFields(patch))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${Array.isArray(patch) ? "array" : typeof patch} into Go value of type map[string]interface {}`,
    );
  return patch;
}

/** What does not decode after a patch is refused with the whole object in the message: the API server's habit, values included. */
function decodePatched(
  changed: unknown,
  context: WriteContext,
  validation: FieldValidation,
): ReturnType<typeof decodeObject> {
  if (!isFields(changed)) throw badRequest("error decoding patch: the patched object is not an object");
  const text = JSON.stringify(changed);
  try {
    return decodeObject(changed, context.kind, context.version, validation);
  } catch (error) {
    if (
      !(error instanceof ApiError) ||
      error.reason !== "BadRequest" ||
      !error.message.includes("cannot be handled as")
    )
      throw error;
    const why = error.message.replace(/^.* cannot be handled as a \S+: /, "");
    throw invalid({ group: "", kind: "", name: "" }, [cause.invalid("patch", text, why)]);
  }
}

function checkPatchOptions(type: string, request: PatchRequest): void {
  const subject = { group: "meta.k8s.io", kind: "PatchOptions", name: "" };
  if (type === APPLY && !request.fieldManagerGiven)
    throw invalid(subject, [cause.required("fieldManager", "is required for apply patch")]);
  if (type !== APPLY && request.force !== undefined)
    throw invalid(subject, [cause.forbidden("force", "may not be specified for non-apply patch")]);
}

function apply(objects: Objects, context: WriteContext, name: string, request: PatchRequest): Written {
  const { kind, namespace, version } = context;
  const config = parseConfiguration(request.text);
  const given = `${stringOf(config, "apiVersion") ?? ""}, Kind=${stringOf(config, "kind") ?? ""}`;
  const wanted = apiVersionOf(kind, version);
  if (config.kind !== kind.kind || config.apiVersion !== wanted)
    throw badRequest(`invalid object type: ${kind.group === "" ? "/" : ""}${given}`);
  const live = objects.storage.get(kind, namespace, name);
  if (live === undefined && context.subresource !== "") throw notFound({ group: kind.group, kind: kind.plural, name });
  checkDeclared(config, context, name);
  const metadata = fieldsOf(config, "metadata");
  const resourceVersion = metadata?.resourceVersion;
  if (metadata?.name === undefined)
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  const writer = objects.writer(context);
  delete config.apiVersion;
  delete config.kind;
  const merge = (current: Body | undefined): Body => {
    const merged = applyConfiguration(current, config, kind, writer, {
      force: request.force === true,
      ignore: notSettable(context),
    });
    readMetadata(merged, kind, version);
    const shape = kind.custom ? undefined : shapes[kind.kind];
    if (shape !== undefined) dropNullFields(merged, shape);
    if (kind.id === "secrets")
      checkBase64(merged.data, (why) => badRequest(`Secret in version "v1" cannot be handled as a Secret: ${why}`));
    return merged as Body;
  };
  if (live === undefined) {
    const body = merge(undefined);
    if (body.metadata.name !== name)
      throw badRequest(`the name of the object (${body.metadata.name}) does not match the name on the URL (${name})`);
    if (body.metadata.uid !== undefined)
      throw invalid(objects.named(kind, name), [
        cause.invalid("metadata.uid", body.metadata.uid, "field is immutable"),
      ]);
    return { body: objects.create(context, body, { tracked: true }), created: true, unknown: [] };
  }
  const body = objects.update(
    context,
    name,
    (current) => {
      const merged = merge(current);
      if (resourceVersion === undefined) merged.metadata.resourceVersion = current.metadata.resourceVersion;
      return merged;
    },
    { tracked: true },
  );
  return { body, created: false, unknown: [] };
}

function parseConfiguration(text: string): Fields {
  let config: unknown;
  try {
    config = text.trimStart().startsWith("{") ? JSON.parse(text) : load(text);
  } catch {
    try {
      config = load(text);
    } catch {
      throw badRequest("error decoding YAML: error converting YAML to JSON: yaml: found unexpected end of stream");
    }
  }
  if (!isFields(config)) throw badRequest("error decoding YAML: the configuration is not an object");
  return config;
}

/** Server-side apply refuses fields its schema does not know; of built-in kinds the sandbox knows the top level. */
function checkDeclared(config: Fields, { kind, version }: WriteContext, name: string): void {
  const refuse = (problem: string): never => {
    const gvk = `${kind.group}/${version}, Kind=${kind.kind}`;
    const where = stringOf(fieldsOf(config, "metadata"), "namespace") ?? "";
    throw new ApiError(
      500,
      undefined,
      `failed to create typed patch object (${where}/${name}; ${kind.group === "" ? gvk : `${apiVersionOf(kind, version)}, Kind=${kind.kind}`}): ${problem}`,
    );
  };
  const schema = kind.schemas.get(version);
  const problem = schema === undefined ? builtInProblem(config, kind) : untypedProblem(config, schema);
  if (problem !== undefined) refuse(problem);
  const wrong = mismatch(config.metadata, metadataShape, ".metadata");
  if (wrong !== undefined) refuse(`${wrong.path}: expected ${wrong.wanted}`);
  if (hasNullEntry(kind.custom ? config.metadata : config)) refuse("a list has a null element");
}

function hasNullEntry(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((entry) => entry === null || hasNullEntry(entry));
  return isFields(value) && Object.values(value).some(hasNullEntry);
}

function builtInProblem(config: Fields, kind: Kind): string | undefined {
  const shape = shapes[kind.kind];
  const wrong = shape === undefined ? undefined : mismatch(config, shape, "");
  return wrong === undefined ? unknownField(config, kind.fields) : `.${wrong.path}: expected ${wrong.wanted}`;
}

function unknownField(config: Fields, known: ReadonlySet<string> | undefined): string | undefined {
  const unknown = Object.keys(config).find(
    (key) => !["apiVersion", "kind", "metadata"].includes(key) && known?.has(key) !== true,
  );
  return unknown === undefined ? undefined : `.${unknown}: field not declared in schema`;
}
