import { secretKeyProblem, type JsonRecord } from "../../api";
import { isOutput, list, objectName, oneOf, record, text } from "./fields";
import { usedKeys } from "./go-template";
import { didYouMean } from "./nearest";
import type { Place } from "./problems";
import { quote, secretLike } from "./secret-like";

/**
 * What the Secret is made of, as Go templates over the fetched keys (ESO's `target.template`, engine v2). With `data` or `templateFrom` the
 * fetched keys are only what the templates see, unless `mergePolicy` is `Merge`. For the usual results there are functions that write it:
 * `envFile`, `dockerConfigJson`, `tls`, `jsonObject`, `connectionUrl`.
 */
export interface TemplateSpec {
  /** Type of the Secret. */
  readonly type?: string;
  /** Keys of the Secret and the template of each value: `{ dsn: "{{ .user }}@db" }`. */
  readonly data?: Readonly<Record<string, string>>;
  /** Of the Secret, beside the AppSecret's own; values of labels and annotations are templates too. */
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  };
  /** Rendered in this order and before `data`, which wins. */
  readonly templateFrom?: readonly TemplateSource[];
  /** `Merge`: the fetched keys are part of the Secret as well. Default `Replace`. */
  readonly mergePolicy?: "Replace" | "Merge";
  /** The only one there is. */
  readonly engineVersion?: "v2";
}

/** Templates that are not a value each: a text that renders to YAML of keys and values, or keys of a ConfigMap or Secret of the namespace. */
export type TemplateSource = SourceTarget &
  (
    | { readonly literal: string }
    | { readonly configMap: TemplateFile }
    /** ESO reads it with its own rights, so does keyturn. */
    | { readonly secret: TemplateFile }
  );

/** Where the keys of a template source go. */
export interface SourceTarget {
  /** Where the keys go. Default `Data`. With `manifest` also a path of that object, such as `spec.rules[0].matches` (ESO). */
  readonly target?: "Data" | "Labels" | "Annotations" | (string & Record<never, never>);
  /** Decodes the values of `literal` and `KeysAndValues`. Default `None`. */
  readonly valuesDecodingStrategy?: "None" | "Base64" | "Base64URL" | "Auto";
}

/** Templates that lie in a ConfigMap or Secret of the namespace. */
export interface TemplateFile {
  readonly name: string;
  readonly items: readonly {
    readonly key: string;
    /** `Values` (default): the text is the value of the key. `KeysAndValues`: it renders to YAML of keys and values. */
    readonly templateAs?: "Values" | "KeysAndValues";
  }[];
}

/** A template source with its defaults. */
export type ResolvedSource = Required<Pick<SourceTarget, "target">> &
  Pick<SourceTarget, "valuesDecodingStrategy"> &
  ({ readonly literal: string } | { readonly configMap: ResolvedFile } | { readonly secret: ResolvedFile });

/** A file of templates with its defaults. */
export interface ResolvedFile {
  readonly name: string;
  readonly items: readonly { readonly key: string; readonly templateAs: "Values" | "KeysAndValues" }[];
}

/** A template with its defaults; texts by name are sorted by it. */
export interface ResolvedTemplate {
  readonly type: string | undefined;
  readonly mergePolicy: "Replace" | "Merge";
  readonly data: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  readonly templateFrom: readonly ResolvedSource[];
}

/** What there is to make the Secret of. */
export interface Fetched {
  /** Names of the declared keys. */
  readonly keys: readonly string[];
  /** False when whole paths are taken as well, whose keys only Vault knows. */
  readonly complete: boolean;
}

const FIELDS = ["type", "data", "metadata", "templateFrom", "mergePolicy", "engineVersion"];

/**
 * Reads one template or several that are put together; undefined when there is none.
 * @param paths whether keys may go to any path of the object, as they may when it is no Secret
 */
export function readTemplate(
  place: Place,
  value: unknown,
  fetched: Fetched,
  paths: boolean,
): ResolvedTemplate | undefined {
  if (value === undefined) return undefined;
  const parts: readonly (readonly [Place, unknown])[] = Array.isArray(value)
    ? value.map((part: unknown, index) => [place.at(index), part] as const)
    : [[place, value]];
  const template = parts.reduce<ResolvedTemplate | undefined>((before, [at, part]) => {
    const template = readPart(at, part, fetched, paths);
    return before === undefined ? template : template === undefined ? before : together(at, before, template);
  }, undefined);
  if (template?.mergePolicy === "Merge") refuseLost(place.at("data"), template.data, fetched);
  return template;
}

function readPart(place: Place, value: unknown, fetched: Fetched, paths: boolean): ResolvedTemplate | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, FIELDS);
  const metadata = fields.metadata === undefined ? {} : (record(place.at("metadata"), fields.metadata) ?? {});
  place.at("metadata").onlyFields(metadata, ["labels", "annotations", "finalizers"]);
  if (fields.engineVersion !== undefined) oneOf(place.at("engineVersion"), fields.engineVersion, ["v2"]);
  const mergePolicy =
    fields.mergePolicy === undefined
      ? undefined
      : oneOf(place.at("mergePolicy"), fields.mergePolicy, ["Replace", "Merge"]);
  const data = readTexts(place.at("data"), fields.data, fetched, readDataKey);
  return {
    type: fields.type === undefined ? undefined : text(place.at("type"), fields.type),
    mergePolicy: mergePolicy ?? "Replace",
    data,
    labels: readTexts(place.at("metadata").at("labels"), metadata.labels, fetched),
    annotations: readTexts(place.at("metadata").at("annotations"), metadata.annotations, fetched),
    finalizers:
      metadata.finalizers === undefined ? [] : list(place.at("metadata").at("finalizers"), metadata.finalizers, text),
    templateFrom:
      fields.templateFrom === undefined
        ? []
        : list(place.at("templateFrom"), fields.templateFrom, (at, entry) => readSource(at, entry, fetched, paths)),
  };
}

function readDataKey(place: Place, key: string): void {
  const problem = key === "__proto__" ? "is not usable in JavaScript programs" : secretKeyProblem(key);
  if (problem !== undefined) place.report(`the key of the Secret ${problem}`);
}

function readTexts(
  place: Place,
  value: unknown,
  fetched: Fetched,
  checkKey: (place: Place, key: string) => void = () => undefined,
): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  const fields: JsonRecord = record(place, value) ?? {};
  const prototype: unknown = Object.getPrototypeOf(fields);
  if (prototype !== Object.prototype && prototype !== null)
    place.report("must be a plain object; __proto__ was written as a key, or an instance of a class was given");
  const entries = Object.entries(fields).flatMap(([key, template]): readonly [string, string][] => {
    const at = place.at(key);
    checkKey(at, key);
    const source = template === "" ? "" : text(at, template);
    if (source === undefined) return [];
    checkTemplate(at, source, fetched);
    return [[key, source]];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A template may be read by more people than the Secret, and can use only what was fetched. */
function checkTemplate(place: Place, template: string, { keys, complete }: Fetched): void {
  const use = usedKeys(template);
  if (use.problem !== undefined) place.report(use.problem);
  const looksLike = secretLike(use.plain);
  if (looksLike !== undefined)
    place.report(`has what looks like ${looksLike}; everyone who sees the ExternalSecret sees it. It is not shown`);
  if (complete)
    for (const key of use.keys)
      if (!keys.includes(key))
        place.report(`uses ${quote(key)}, which is not fetched (${keys.join(", ")})${didYouMean(key, keys)}`);
}

/** With `Merge` a template takes the place of the fetched key of its name; not to use that is a mistake. */
function refuseLost(place: Place, data: Readonly<Record<string, string>>, { keys }: Fetched): void {
  for (const [key, template] of Object.entries(data))
    if (keys.includes(key) && !usedKeys(template).keys.includes(key))
      place.at(key).report("is fetched as a key too, and would be lost: the template does not use it");
}

function readSource(place: Place, value: unknown, fetched: Fetched, paths: boolean): ResolvedSource | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  const kinds = ["literal", "configMap", "secret"] as const;
  place.onlyFields(fields, [...kinds, "target", "valuesDecodingStrategy"]);
  const given = kinds.filter((kind) => fields[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    place.report("must have exactly one of literal, configMap and secret");
    return undefined;
  }
  const decoding =
    fields.valuesDecodingStrategy === undefined
      ? undefined
      : oneOf(place.at("valuesDecodingStrategy"), fields.valuesDecodingStrategy, [
          "None",
          "Base64",
          "Base64URL",
          "Auto",
        ]);
  const base = {
    target: fields.target === undefined ? "Data" : readTarget(place.at("target"), fields.target, paths),
    ...(decoding === undefined ? {} : { valuesDecodingStrategy: decoding }),
  } as const;
  if (kind === "literal") {
    const literal = text(place.at("literal"), fields.literal);
    if (literal === undefined) return undefined;
    checkTemplate(place.at("literal"), literal, fetched);
    return { literal, ...base };
  }
  const file = readFile(place.at(kind), fields[kind]);
  if (file === undefined) return undefined;
  return kind === "configMap" ? { configMap: file, ...base } : { secret: file, ...base };
}

const PATH = /^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[\d{1,4}\])*$/;

function readTarget(place: Place, value: unknown, paths: boolean): string {
  if (!paths || (typeof value !== "string" && !isOutput(value)))
    return oneOf(place, value, ["Data", "Labels", "Annotations"]) ?? "Data";
  const path = text(place, value);
  if (path !== undefined && !PATH.test(path)) place.report(`${quote(path)} is not a path like "spec.rules[0]"`);
  return path ?? "Data";
}

function readFile(place: Place, value: unknown): ResolvedFile | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["name", "items"]);
  const name = objectName(place.at("name"), fields.name);
  const items = list(place.at("items"), fields.items, (at, entry) => {
    const item = record(at, entry);
    if (item === undefined) return undefined;
    at.onlyFields(item, ["key", "templateAs"]);
    const key = text(at.at("key"), item.key);
    const problem = key === undefined ? undefined : secretKeyProblem(key);
    if (problem !== undefined) at.at("key").report(problem);
    const templateAs =
      item.templateAs === undefined
        ? "Values"
        : oneOf(at.at("templateAs"), item.templateAs, ["Values", "KeysAndValues"]);
    return key === undefined || templateAs === undefined ? undefined : { key, templateAs };
  });
  if (Array.isArray(fields.items) && fields.items.length === 0) place.at("items").report("is empty");
  return name === undefined ? undefined : { name, items };
}

function together(place: Place, before: ResolvedTemplate, next: ResolvedTemplate): ResolvedTemplate {
  const texts = (at: Place, field: "data" | "labels" | "annotations"): Readonly<Record<string, string>> => {
    for (const name of Object.keys(next[field]))
      if (Object.hasOwn(before[field], name)) at.at(name).report("is made by another template of the list already");
    return Object.fromEntries(
      Object.entries({ ...before[field], ...next[field] }).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  };
  if (before.type !== undefined && next.type !== undefined && before.type !== next.type)
    place.at("type").report(`${quote(next.type)} is another than ${quote(before.type)} of a template before`);
  return {
    type: before.type ?? next.type,
    mergePolicy: before.mergePolicy === "Merge" ? "Merge" : next.mergePolicy,
    data: texts(place.at("data"), "data"),
    labels: texts(place.at("metadata").at("labels"), "labels"),
    annotations: texts(place.at("metadata").at("annotations"), "annotations"),
    finalizers: [...new Set([...before.finalizers, ...next.finalizers])],
    templateFrom: [...before.templateFrom, ...next.templateFrom],
  };
}
