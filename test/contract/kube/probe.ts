import { APPLY, eventually, type Target } from "../target";

/** A kind of the contract's own, with every schema feature that keyturn or its users rely on. */
export const probeDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "probes.contract.example.com" },
  spec: {
    group: "contract.example.com",
    scope: "Namespaced",
    names: { kind: "Probe", listKind: "ProbeList", plural: "probes", singular: "probe" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  s: { type: "string", minLength: 2, maxLength: 3 },
                  i: { type: "integer", minimum: 2, maximum: 4 },
                  n: { type: "number" },
                  b: { type: "boolean" },
                  l: { type: "array", minItems: 1, maxItems: 2, items: { type: "string" } },
                  st: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
                  mp: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["k"],
                    items: {
                      type: "object",
                      required: ["k"],
                      properties: { k: { type: "string" }, v: { type: "string", default: "dv" } },
                    },
                  },
                  o: { type: "object", minProperties: 1, maxProperties: 1, additionalProperties: { type: "string" } },
                  ios: { "x-kubernetes-int-or-string": true },
                  any: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                  dt: { type: "string", format: "date-time" },
                  by: { type: "string", format: "byte" },
                  nul: { type: "string", nullable: true },
                  nd: { type: "string", default: "x" },
                  one: {
                    type: "object",
                    oneOf: [{ required: ["a"] }, { required: ["c"] }],
                    properties: { a: { type: "string" }, c: { type: "string" } },
                  },
                  e: { type: "integer", enum: [1, 2] },
                },
              },
              status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            },
          },
        },
      },
    ],
  },
};

/** Makes the cluster serve the kind. */
export async function installProbe({ kube }: Target): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${probeDefinition.metadata.name}`;
  await kube.ask("PATCH", `${path}?fieldManager=contract&force=true`, { body: probeDefinition, headers: APPLY });
  await eventually("the contract's kind is served", async () => {
    expect((await kube.ask("GET", "/apis/contract.example.com/v1/probes")).status).toBe(200);
  });
}
