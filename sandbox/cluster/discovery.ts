import type { Kind } from "./kinds";
import type { Registry } from "./registry";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

export const VERSION = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.3+keyturn-sandbox",
  gitCommit: "",
  gitTreeState: "",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "",
} as const;

/** Groups of requests that are answered but not stored. */
const REVIEWS: ReadonlyMap<string, readonly { readonly name: string; readonly kind: string }[]> = new Map([
  ["authentication.k8s.io", [{ name: "tokenreviews", kind: "TokenReview" }]],
  [
    "authorization.k8s.io",
    [
      { name: "selfsubjectaccessreviews", kind: "SelfSubjectAccessReview" },
      { name: "subjectaccessreviews", kind: "SubjectAccessReview" },
    ],
  ],
]);

/** A discovery document, or undefined when the path is none. */
export function discover(registry: Registry, path: string): object | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts[0] === "api") {
    if (parts.length === 1) return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
    return parts[1] === "v1" && parts.length === 2 ? resources(registry, "", "v1") : undefined;
  }
  if (parts[0] !== "apis" || parts.length > 3) return undefined;
  const groups = new Map([...registry.groups(), ...[...REVIEWS.keys()].map((name) => [name, ["v1"]] as const)]);
  groups.delete("");
  const [, group = "", version] = parts;
  if (group === "")
    return {
      kind: "APIGroupList",
      apiVersion: "v1",
      groups: [...groups].map(([name, versions]) => describeGroup(name, versions)),
    };
  const versions = groups.get(group);
  if (versions === undefined) return undefined;
  if (version === undefined) return { kind: "APIGroup", apiVersion: "v1", ...describeGroup(group, versions) };
  return versions.includes(version) ? resources(registry, group, version) : undefined;
}

function describeGroup(name: string, versions: readonly string[]): { readonly name: string } & object {
  const described = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: described, preferredVersion: described[0] } as { readonly name: string } & object;
}

function resources(registry: Registry, group: string, version: string): object {
  const kinds = registry.all().filter((kind) => kind.group === group && kind.versions.includes(version));
  const reviews = (REVIEWS.get(group) ?? []).map(({ name, kind }) => ({
    name,
    singularName: "",
    namespaced: false,
    kind,
    verbs: ["create"],
  }));
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: group === "" ? version : `${group}/${version}`,
    resources: [...kinds.flatMap((kind) => describeKind(kind)), ...reviews],
  };
}

function describeKind(kind: Kind): readonly object[] {
  const main = {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: VERBS,
    ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
    ...(kind.categories.length === 0 ? {} : { categories: kind.categories }),
  };
  const subresources = kind.subresources.map((name) => ({
    name: `${kind.plural}/${name}`,
    singularName: "",
    namespaced: kind.namespaced,
    ...subresourceKind(kind, name),
  }));
  return [main, ...subresources];
}

function subresourceKind(kind: Kind, name: string): object {
  switch (name) {
    case "token":
      return { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", verbs: ["create"] };
    case "scale":
      return { group: "autoscaling", version: "v1", kind: "Scale", verbs: ["get", "patch", "update"] };
    default:
      return { kind: kind.kind, verbs: ["get", "patch", "update"] };
  }
}
