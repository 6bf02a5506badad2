import type { Problem, Resource } from "../plugin/provider";
import { at, isList, isMap, mapOf, textAt, withAt, type Value, type ValueMap } from "../plugin/values";
import { UnknownKind, type KubernetesApi } from "./api";
import { annotation, AUTONAMED, kindOfToken } from "./objects";

/** Kinds that CustomResourceDefinitions of the same program will bring: `apiVersion/kind` -> namespaced. */
export type ComingKinds = Map<string, boolean>;

export interface CheckRequest {
  readonly resource: Resource;
  readonly olds: ValueMap;
  readonly news: ValueMap;
  readonly seed: Uint8Array;
}

/** Test fixture. Fills in what the real provider fills in: apiVersion, kind, namespace, and a name where none is given. */
export async function checkObject(
  { resource, olds, news, seed }: CheckRequest,
  api: KubernetesApi,
  defaultNamespace: string,
  coming: ComingKinds,
): Promise<{ readonly inputs: ValueMap; readonly problems: readonly Problem[] }> {
  const { apiVersion, kind } = kindOfToken(resource.type);
  const problem = (property: string, reason: string) => ({ inputs: news, problems: [{ property, reason }] });
  if (apiVersion.startsWith("helm.sh/") || kind === "") {
    return problem("kind", `${resource.type} is not supported by this test fixture`);
  }
  if ((textAt(news, "kind") ?? kind) !== kind || (textAt(news, "apiVersion") ?? apiVersion) !== apiVersion) {
    return problem(
      "kind",
      `${resource.type} (a patch or a list of another kind) is not supported by this test fixture`,
    );
  }
  const metadata = at(news, "metadata");
  if (at(metadata, "generateName") !== undefined) {
    return problem(
      "metadata.generateName",
      "is not supported by this test fixture; leave the name out to have one made",
    );
  }
  const identified = mapOf<Value>([["apiVersion", apiVersion], ["kind", kind], ...Object.entries(news)]);
  if (metadata !== undefined && metadata !== null && !isMap(metadata)) return { inputs: identified, problems: [] };

  let inputs = identified;
  if (at(inputs, "metadata", "name") === undefined) inputs = named(inputs, olds, resource.name, seed);
  if (at(inputs, "metadata", "namespace") === undefined && (await isNamespaced(api, apiVersion, kind, coming))) {
    inputs = withAt(inputs, ["metadata", "namespace"], defaultNamespace);
  }
  remember(inputs, coming);
  return { inputs, problems: [] };
}

function named(inputs: ValueMap, olds: ValueMap, logicalName: string, seed: Uint8Array): ValueMap {
  const kept = annotation(olds, AUTONAMED) === "true" ? textAt(olds, "metadata", "name") : undefined;
  const suffix = Buffer.from(seed).toString("hex").slice(0, 8);
  const name = withAt(inputs, ["metadata", "name"], kept ?? `${logicalName}-${suffix}`);
  return withAt(name, ["metadata", "annotations", AUTONAMED], "true");
}

/** A kind that nobody knows is taken as namespaced, which most are. */
async function isNamespaced(
  api: KubernetesApi,
  apiVersion: string,
  kind: string,
  coming: ComingKinds,
): Promise<boolean> {
  try {
    return (await api.kind(apiVersion, kind)).namespaced;
  } catch (error) {
    if (error instanceof UnknownKind) return coming.get(`${apiVersion}/${kind}`) ?? true;
    throw error;
  }
}

function remember(inputs: ValueMap, coming: ComingKinds): void {
  if (inputs["kind"] !== "CustomResourceDefinition") return;
  const kind = textAt(inputs, "spec", "names", "kind");
  const versions = at(inputs, "spec", "versions");
  for (const version of isList(versions) ? versions : []) {
    const apiVersion = `${textAt(inputs, "spec", "group")}/${textAt(version, "name")}`;
    coming.set(`${apiVersion}/${kind}`, at(inputs, "spec", "scope") !== "Cluster");
  }
}
