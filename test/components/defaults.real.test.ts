import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { plan } from "keyturn";
import type { JsonRecord } from "../../api";
import { request } from "../bed/kube";
import { companyOf } from "./arbitraries";
import { apply } from "./bed";

// What an operator's CRD fills in is a difference for ever to whoever compares what was applied with what is there: Argo CD, Flux, Pulumi's
// refresh. The installed CRDs have the defaults of External Secrets' v1 (reference/eso.md 2.1, 3.2), the table those that v1beta1 has besides.
const V1BETA1 = { metadataPolicy: "None", conversionStrategy: "Default", decodingStrategy: "None" };

const run = randomBytes(3).toString("hex");
const objects = fc
  .sample(companyOf(`d${run}`), { numRuns: 24, seed: 20261128 })
  .flatMap(({ declarations }) => plan(declarations).manifests)
  .filter(({ kind }) => kind === "ExternalSecret" || kind === "SecretStore");

it("an API server with External Secrets' defaults adds nothing to any declared object", async () => {
  const namespaces = new Set(objects.map(({ metadata }) => metadata.namespace ?? ""));
  for (const name of namespaces)
    await request("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  for (const object of objects) {
    const { status, body } = await apply(object, { dryRun: true });
    expect({ status, spec: specOf(body) }).toEqual({ status: 201, spec: specOf(object) });
  }
});

it("the API server does fill them in: an ExternalSecret without them has them", async () => {
  const object = objects.find(({ kind, spec }) => kind === "ExternalSecret" && !("template" in targetOf(spec)));
  if (object === undefined) throw new Error("no ExternalSecret");
  const { target, refreshInterval, ...spec } = specOf(object);
  const { body } = await apply({ ...object, spec }, { dryRun: true });
  expect(specOf(body)).toEqual({
    ...spec,
    refreshInterval: "1h0m0s",
    target: { creationPolicy: "Owner", deletionPolicy: "Retain" },
  });
  expect([target, refreshInterval]).not.toContain(undefined);
});

it("neither would v1beta1, whose CRD has more of them", () => {
  const references = objects.flatMap(({ spec }) => referencesOf(spec as JsonRecord));
  expect(references.length).toBeGreaterThan(50);
  for (const reference of references) {
    // A find has no metadata policy.
    const { metadataPolicy, ...find } = V1BETA1;
    const defaults = "path" in reference ? find : { metadataPolicy, ...find };
    expect({ ...defaults, ...reference }).toEqual(reference);
  }
});

function specOf(object: unknown): JsonRecord {
  return (object as { readonly spec: JsonRecord }).spec;
}

function targetOf(spec: unknown): object {
  return (spec as { readonly target: object }).target;
}

function referencesOf(spec: JsonRecord): readonly JsonRecord[] {
  const data = (spec.data ?? []) as readonly { readonly remoteRef: JsonRecord }[];
  const from = (spec.dataFrom ?? []) as readonly { readonly extract?: JsonRecord; readonly find?: JsonRecord }[];
  return [
    ...data.map(({ remoteRef }) => remoteRef),
    ...from.flatMap(({ extract, find }) => [extract, find].filter((one) => one !== undefined)),
  ];
}
