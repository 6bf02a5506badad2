import { ESO_GROUP, isRecord, type JsonRecord } from "../../api";
import type { Path, RuleSubject } from "../rules/rule";
import { read, readList, readText, UNKNOWN } from "../rules/unknown";
import type { Location, Subject } from "./report";
import type { Manifest, ManifestSource } from "./manifest";

/** An object to judge: itself, or the objects it stands for. */
export interface Target {
  readonly subject: Subject;
  readonly object: JsonRecord;
  readonly parts: readonly Part[];
  readonly locate: (path: Path) => Location | undefined;
}

/** What rules are given, and where a field of it is in the object that was written. */
export interface Part {
  readonly subject: RuleSubject;
  readonly toPath: (path: Path) => Path;
}

/** Deeper than any list that YAML's nesting limit lets through. */
const DEEPEST_LIST = 64;

/**
 * The objects of a manifest: the items of `List` and `XList` kinds and of OpenShift Templates one by one, a ClusterExternalSecret
 * as the ExternalSecrets it makes. What is no object is left out.
 */
export function expand(manifest: Manifest): readonly Target[] {
  const targets: Target[] = [];
  collect(manifest.object, [], manifest.source, 0, targets);
  return targets;
}

function collect(value: unknown, at: Path, source: ManifestSource | undefined, depth: number, into: Target[]): void {
  if (!isRecord(value)) return;
  const apiVersion = textOr(readText(value, "apiVersion"), "");
  const kind = textOr(readText(value, "kind"), "");
  if (kind === "") return;
  const list = itemsOf(value, apiVersion, kind);
  if (list !== undefined && depth < DEEPEST_LIST) {
    list.items.forEach((item, index) => {
      const whole = isRecord(item) && item.kind === undefined ? { ...list.itemType, ...item } : item;
      collect(whole, [...at, list.field, index], source, depth + 1, into);
    });
    return;
  }
  const namespace = readText(value, "metadata", "namespace");
  const [group = "", version] = apiVersion.split("/");
  const own: RuleSubject = {
    object: value,
    group: version === undefined ? "" : group,
    kind,
    namespace: namespace === "" ? undefined : namespace,
  };
  into.push({
    subject: {
      apiVersion,
      kind,
      ...(typeof namespace === "string" && namespace !== "" ? { namespace } : {}),
      name: nameOf(value),
    },
    object: value,
    parts:
      own.group === ESO_GROUP && kind === "ClusterExternalSecret"
        ? externalSecretsOf(value, apiVersion)
        : [{ subject: own, toPath: (path) => path }],
    locate: (path) => locate(source, [...at, ...path]),
  });
}

function locate(source: ManifestSource | undefined, path: Path): Location | undefined {
  if (source === undefined) return undefined;
  const found = path.length === 0 ? undefined : source.locate?.(path);
  if (found !== undefined) return { file: source.file, ...found };
  return { file: source.file, ...(source.line === undefined ? {} : { line: source.line }) };
}

function itemsOf(
  value: JsonRecord,
  apiVersion: string,
  kind: string,
): { readonly field: string; readonly items: readonly unknown[]; readonly itemType: JsonRecord } | undefined {
  const field = kind === "Template" && apiVersion.startsWith("template.openshift.io/") ? "objects" : "items";
  if (field === "items" && !kind.endsWith("List")) return undefined;
  const items = readList(value, field);
  if (items === undefined || items === UNKNOWN) return undefined;
  // The API server leaves the type out of the items of typed lists: a SecretList's items are Secrets.
  const itemType = kind.endsWith("List") && kind !== "List" ? { apiVersion, kind: kind.slice(0, -"List".length) } : {};
  return { field, items, itemType };
}

/** A ClusterExternalSecret makes one ExternalSecret in each namespace it names or selects. */
function externalSecretsOf(object: JsonRecord, apiVersion: string): readonly Part[] {
  const names = readList(object, "spec", "namespaces");
  const listed = names === undefined || names === UNKNOWN ? [] : names.filter((name) => typeof name === "string");
  const selects =
    names === UNKNOWN ||
    ["namespaceSelectors", "namespaceSelector"].some((field) => read(object, "spec", field) !== undefined);
  const annotations = {
    ...recordOr(read(object, "spec", "externalSecretMetadata", "annotations")),
    ...recordOr(read(object, "metadata", "annotations")),
  };
  const part = (namespace: string | typeof UNKNOWN, namespacePath: Path): Part => ({
    subject: {
      object: {
        apiVersion,
        kind: "ExternalSecret",
        metadata: { name: nameOf(object), namespace, annotations },
        spec: read(object, "spec", "externalSecretSpec"),
      },
      group: ESO_GROUP,
      kind: "ExternalSecret",
      namespace,
    },
    toPath: (path) => {
      if (path[0] === "spec") return ["spec", "externalSecretSpec", ...path.slice(1)];
      return path[1] === "namespace" ? namespacePath : path;
    },
  });
  return [
    ...listed.map((namespace, index) => part(namespace, ["spec", "namespaces", index])),
    ...(selects || listed.length === 0 ? [part(UNKNOWN, ["spec"])] : []),
  ];
}

function nameOf(object: JsonRecord): string {
  const name = readText(object, "metadata", "name");
  if (typeof name === "string" && name !== "") return name;
  const prefix = readText(object, "metadata", "generateName");
  return typeof prefix === "string" && prefix !== "" ? `${prefix}*` : "(no name)";
}

function textOr(value: string | undefined | typeof UNKNOWN, byDefault: string): string {
  return typeof value === "string" ? value : byDefault;
}

function recordOr(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}
