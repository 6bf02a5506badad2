import type { CreationPolicy, DeletionPolicy, JsonRecord } from "../../api";
import { boolean, oneOf, record, text } from "./fields";
import type { Place } from "./problems";
import { quote } from "./secret-like";
import { readTemplate, type Fetched, type ResolvedTemplate, type TemplateSpec } from "./template";
import { checkType, keysOfSecret } from "./template-keys";

/** What an AppSecret makes of the fetched keys, and who owns it (ESO's `target`). */
export interface TargetSpec {
  /** What the Secret is made of instead of the fetched keys as they are. A list is put together. */
  readonly template?: TemplateSpec | readonly TemplateSpec[];
  /** Type of the Secret. Default `Opaque`, or that of the template. */
  readonly type?: string;
  /** Whether Kubernetes refuses every later change of the Secret. Default false. */
  readonly immutable?: boolean;
  /**
   * Who owns the Secret (ESO's `creationPolicy`). Default `Owner`. `Merge` adds keys to a Secret that something else makes, `CreateOrMerge`
   * makes it where it is missing; the other keys are then nobody's business here, and a workload may name any. `None` makes no Secret,
   * so there is nothing to roll for.
   */
  readonly creationPolicy?: CreationPolicy;
  /** What happens to the Secret when its source is gone (ESO's `deletionPolicy`). Default `Retain`. */
  readonly deletionPolicy?: DeletionPolicy;
  /**
   * Another object than a Secret, such as `{ apiVersion: "v1", kind: "ConfigMap" }` (ESO's `target.manifest`, which its flag
   * `--unsafe-allow-generic-targets` allows). Whoever may read that kind sees the values. No workload is rolled for it.
   */
  readonly manifest?: ManifestSpec;
}

/** The kind of object that is made instead of a Secret. */
export interface ManifestSpec {
  /** `v1`, `example.com/v1`. */
  readonly apiVersion: string;
  /** Namespaced: `ConfigMap`. */
  readonly kind: string;
}

/** What is made, with everything derived. */
export interface ResolvedTarget {
  readonly template: ResolvedTemplate | undefined;
  /** The keys that are written, sorted; undefined when only Vault, a generator or a template knows them. */
  readonly writtenKeys: readonly string[] | undefined;
  /** All keys the Secret will have: those, unless something else may write it too. */
  readonly secretKeys: readonly string[] | undefined;
  /** Undefined: as the Secret is, `Opaque` for a new one. */
  readonly type: string | undefined;
  readonly immutable: boolean;
  readonly creationPolicy: CreationPolicy;
  readonly deletionPolicy: DeletionPolicy;
  readonly manifest: ManifestSpec | undefined;
}

/** Names of the fields. */
export const TARGET_FIELDS: readonly (keyof TargetSpec)[] = [
  "template",
  "type",
  "immutable",
  "creationPolicy",
  "deletionPolicy",
  "manifest",
];
const CREATION = ["Owner", "Orphan", "Merge", "CreateOrMerge", "None"] as const;
const DELETION = ["Retain", "Delete", "Merge"] as const;

export function readTarget(place: Place, fields: JsonRecord, fetched: Fetched): ResolvedTarget {
  const creationPolicy = oneOf(place.at("creationPolicy"), fields.creationPolicy ?? "Owner", CREATION) ?? "Owner";
  const deletionPolicy = oneOf(place.at("deletionPolicy"), fields.deletionPolicy ?? "Retain", DELETION) ?? "Retain";
  if (deletionPolicy === "Delete" && creationPolicy !== "Owner")
    place.at("deletionPolicy").report('may be "Delete" only with creationPolicy "Owner"');
  const manifest = fields.manifest === undefined ? undefined : readManifest(place.at("manifest"), fields.manifest);
  const without = (names: readonly string[], why: string): void => {
    for (const name of names) if (fields[name] !== undefined) place.at(name).report(`has no effect: ${why}`);
  };
  if (creationPolicy === "None") {
    const why = 'creationPolicy "None" makes no Secret';
    without(["template", "type", "immutable", "manifest"], why);
    if (deletionPolicy === "Merge") place.at("deletionPolicy").report(`has no effect: ${why}`);
  } else if (manifest !== undefined) without(["type", "immutable"], `a ${manifest.kind} is made, no Secret`);
  const template = readTemplate(place.at("template"), fields.template, fetched, manifest !== undefined);
  const own = creationPolicy === "Owner" || creationPolicy === "Orphan";
  const writtenKeys = keysOfSecret(fetched, template);
  const secretKeys = own ? writtenKeys : undefined;
  return {
    template,
    writtenKeys,
    secretKeys,
    type: readType(place, fields, template, secretKeys),
    immutable: fields.immutable === undefined ? false : boolean(place.at("immutable"), fields.immutable),
    creationPolicy,
    deletionPolicy,
    manifest,
  };
}

/** Why there is no Secret that a workload could use; undefined when there is. */
export function noSecret({
  creationPolicy,
  manifest,
}: Partial<Pick<ResolvedTarget, "creationPolicy" | "manifest">>): string | undefined {
  if (creationPolicy === "None") return 'creationPolicy "None" makes no Secret';
  return manifest === undefined ? undefined : `a ${manifest.kind} is made, no Secret`;
}

function readType(
  place: Place,
  fields: JsonRecord,
  template: ResolvedTemplate | undefined,
  secretKeys: readonly string[] | undefined,
): string | undefined {
  const given = fields.type === undefined ? undefined : text(place.at("type"), fields.type);
  if (given !== undefined && template?.type !== undefined && given !== template.type)
    place.at("type").report(`${quote(given)} is another than ${quote(template.type)} of the template`);
  const type = given ?? template?.type;
  const at = given === undefined ? place.at("template").at("type") : place.at("type");
  checkType(at, type, secretKeys, template ?? { annotations: {}, templateFrom: [] });
  return type;
}

function readManifest(place: Place, value: unknown): ManifestSpec | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["apiVersion", "kind"]);
  const apiVersion = text(place.at("apiVersion"), fields.apiVersion);
  const kind = text(place.at("kind"), fields.kind);
  if (apiVersion === undefined || kind === undefined) return undefined;
  if (!/^(?:[a-z0-9][a-z0-9.-]*\/)?v[a-z0-9]+$/.test(apiVersion))
    place.at("apiVersion").report(`${quote(apiVersion)} is not one like "v1" or "example.com/v1"`);
  if (!/^[A-Z][A-Za-z0-9]*$/.test(kind)) place.at("kind").report(`${quote(kind)} is not a kind like "ConfigMap"`);
  if (apiVersion === "v1" && kind === "Secret") place.report("is what an AppSecret makes anyway; leave it out");
  return { apiVersion, kind };
}
