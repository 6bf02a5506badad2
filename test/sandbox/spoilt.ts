import fc from "fast-check";

const metadata = {
  name: "x",
  labels: { a: "b" },
  annotations: { c: "d" },
  finalizers: ["example.com/f"],
  ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "o", uid: "u" }],
};
const template = {
  metadata: { labels: { app: "x" }, annotations: { e: "f" } },
  spec: {
    containers: [
      {
        name: "c",
        image: "i",
        env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }],
        ports: [{ containerPort: 80 }],
        livenessProbe: { httpGet: { port: 80 } },
      },
    ],
    volumes: [
      { name: "v", secret: { secretName: "s" } },
      { name: "p", projected: { sources: [{ secret: { name: "t" } }] } },
    ],
  },
};
const selector = { matchLabels: { app: "x" }, matchExpressions: [{ key: "app", operator: "In", values: ["x"] }] };
const workload = { replicas: 1, selector, template, minReadySeconds: 1 };
/** Valid objects, which the fuzzing spoils in places. */
const objects = [
  [
    "/api/v1/namespaces/default/secrets",
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata,
      data: { k: "dg==" },
      stringData: { s: "t" },
      type: "Opaque",
      immutable: false,
    },
  ],
  ["/api/v1/namespaces/default/configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata, data: { k: "v" } }],
  ["/api/v1/namespaces/default/pods", { apiVersion: "v1", kind: "Pod", metadata, spec: template.spec }],
  [
    "/api/v1/namespaces/default/events",
    {
      apiVersion: "v1",
      kind: "Event",
      metadata,
      involvedObject: { namespace: "default", name: "x" },
      firstTimestamp: "2026-01-01T00:00:00Z",
      eventTime: "2026-01-01T00:00:00.000000Z",
    },
  ],
  [
    "/api/v1/namespaces/default/services",
    { apiVersion: "v1", kind: "Service", metadata, spec: { ports: [{ port: 80 }] } },
  ],
  [
    "/apis/apps/v1/namespaces/default/deployments",
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { ...workload, strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } } },
    },
  ],
  [
    "/apis/apps/v1/namespaces/default/statefulsets",
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata,
      spec: { ...workload, updateStrategy: { rollingUpdate: { partition: 1 } } },
    },
  ],
  [
    "/apis/apps/v1/namespaces/default/daemonsets",
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata,
      spec: { selector, template, updateStrategy: { rollingUpdate: { maxUnavailable: "50%" } } },
    },
  ],
  [
    "/apis/apps/v1/namespaces/default/replicasets",
    { apiVersion: "apps/v1", kind: "ReplicaSet", metadata, spec: workload },
  ],
  [
    "/apis/batch/v1/namespaces/default/cronjobs",
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata,
      spec: {
        schedule: "@daily",
        jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: "Never" } } } },
      },
    },
  ],
  [
    "/apis/coordination.k8s.io/v1/namespaces/default/leases",
    {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata,
      spec: { holderIdentity: "h", leaseDurationSeconds: 1, renewTime: "2026-01-01T00:00:00.000000Z" },
    },
  ],
  [
    "/apis/external-secrets.io/v1/namespaces/default/externalsecrets",
    {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata,
      spec: {
        refreshInterval: "1h",
        secretStoreRef: { name: "s" },
        data: [{ secretKey: "k", remoteRef: { key: "p" } }],
        target: { template: { data: { a: "b" } } },
      },
    },
  ],
  [
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "xs.fuzz.example.com" },
      spec: {
        group: "fuzz.example.com",
        scope: "Namespaced",
        names: { plural: "xs", kind: "X" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: "object",
                properties: {
                  spec: {
                    type: "object",
                    required: ["a"],
                    properties: {
                      a: {
                        type: "string",
                        pattern: "^a",
                        enum: ["a", "ab"],
                        minLength: 1,
                        format: "byte",
                        default: "a",
                      },
                      n: { type: "integer", minimum: 1, nullable: true },
                      l: {
                        type: "array",
                        items: { type: "object", properties: { k: { type: "string" } } },
                        "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": ["k"],
                      },
                      m: { type: "object", additionalProperties: { type: "string" } },
                      o: { oneOf: [{ required: ["x"] }, { required: ["y"] }] },
                    },
                  },
                },
              },
            },
            selectableFields: [{ jsonPath: ".spec.a" }],
          },
        ],
      },
    },
  ],
  [
    "/apis/fuzz.example.com/v1/namespaces/default/xs",
    {
      apiVersion: "fuzz.example.com/v1",
      kind: "X",
      metadata,
      spec: { a: "ab", n: 1, l: [{ k: "v" }], m: { p: "q" }, o: { x: 1 } },
    },
  ],
  [
    "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata,
      roleRef: { kind: "Role", name: "r" },
      subjects: [{ kind: "ServiceAccount", name: "default" }],
    },
  ],
  [
    "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles",
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata,
      rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
    },
  ],
] as const;

/** Places of a JSON value that can be replaced. */
function places(value: unknown, found: { readonly parent: Record<string, unknown>; readonly key: string }[] = []) {
  if (typeof value !== "object" || value === null) return found;
  for (const key of Object.keys(value)) {
    const parent = value as Record<string, unknown>;
    found.push({ parent, key });
    places(parent[key], found);
  }
  return found;
}

/** A valid object of some kind with one or two places replaced by anything. */
export const spoilt = fc
  .tuple(
    fc.constantFrom(...objects),
    fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 2 }))), {
      minLength: 1,
      maxLength: 2,
    }),
  )
  .map(([[where, object], changes]) => {
    const copy = JSON.parse(JSON.stringify(object)) as unknown;
    for (const [at, replacement] of changes) {
      const all = places(copy).filter(({ key }) => key !== "apiVersion" && key !== "kind");
      const place = all[at % all.length];
      if (place !== undefined) place.parent[place.key] = replacement;
    }
    return { where, name: (object.metadata as { name: string }).name, text: JSON.stringify(copy) };
  });
