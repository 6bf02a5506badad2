import { request } from "node:https";
import fc from "fast-check";
import { open, type Opened } from "./open";

let opened: Opened;
beforeAll(async () => {
  opened = await open();
});
afterAll(() => opened.close());

const segment = fc.oneof(
  fc.constantFrom(
    "api",
    "apis",
    "v1",
    "namespaces",
    "default",
    "secrets",
    "x",
    "status",
    "token",
    "scale",
    "apps",
    "deployments",
  ),
  fc.constantFrom(
    "external-secrets.io",
    "externalsecrets",
    "secret",
    "data",
    "metadata",
    "sys",
    "auth",
    "kubernetes",
    "login",
  ),
  fc.constantFrom("policies", "acl", "mounts", "role", "..", ".", "", "%2e%2e", "%", "%zz", "__proto__", "constructor"),
  fc.string({ maxLength: 8 }).map(encodeURIComponent),
);
const path = fc.array(segment, { maxLength: 8 }).map((parts) => `/${parts.join("/")}`);
const query = fc.constantFrom(
  "",
  "?watch=1&timeoutSeconds=1",
  "?list=true",
  "?limit=1&continue=x",
  "?version=-1",
  "?labelSelector=%2C",
  "?fieldManager=a",
);
const method = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
const PATCHES = [
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
  "application/json-patch+json",
] as const;
const type = fc.constantFrom("application/json", "text/plain", ...PATCHES);
const body = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)),
  fc.string({ maxLength: 40 }),
  fc.constantFrom(
    '{"metadata":null}',
    '{"metadata":{"name":1}}',
    '{"spec":{"template":[]}}',
    "[{}]",
    '[{"op":"add"}]',
    "null",
    "1",
    '"x"',
  ),
  fc
    .tuple(
      fc.constantFrom("Secret", "Deployment", "ExternalSecret"),
      fc.jsonValue({ maxDepth: 5 }),
      fc.jsonValue({ maxDepth: 3 }),
    )
    .map(([kind, spec, metadata]) =>
      JSON.stringify({
        apiVersion: kind === "Secret" ? "v1" : kind === "Deployment" ? "apps/v1" : "external-secrets.io/v1",
        kind,
        metadata,
        spec,
        data: spec,
      }),
    ),
);

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
            schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "object" } } } },
            selectableFields: [{ jsonPath: ".spec.a" }],
          },
        ],
      },
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

const spoilt = fc
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

/** The status of a raw request; the body of the answer must be JSON where it says so. */
function send(
  base: string,
  ca: string,
  headers: Readonly<Record<string, string>>,
  ask: { readonly method: string; readonly path: string; readonly body: string },
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${base}/`, { ca, method: ask.method, path: ask.path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on("error", reject);
    sent.end(ask.method === "GET" ? undefined : ask.body);
  });
}

test("whatever is sent to the cluster is answered, without an internal error", async () => {
  const { server, caPem, adminToken } = opened.sandbox.cluster;
  await fc.assert(
    fc.asyncProperty(method, path, query, type, body, async (verb, where, ask, contentType, text) => {
      const headers = { Authorization: `Bearer ${adminToken}`, "Content-Type": contentType };
      const answer = await send(server, caPem, headers, { method: verb, path: where + ask, body: text });
      expect(answer.text).not.toContain("InternalError");
    }),
    { numRuns: 400 },
  );
  expect((await opened.kube.ask("GET", "/readyz")).status).toBe(200);
});

test("objects that are wrong in any place are answered, without an internal error, and the cluster goes on", async () => {
  const { server, caPem, adminToken } = opened.sandbox.cluster;
  const robot = await opened.kube.ask("POST", "/api/v1/namespaces/default/serviceaccounts/default/token", { body: {} });
  await fc.assert(
    fc.asyncProperty(spoilt, fc.constantFrom("POST", ...PATCHES), async ({ where, name, text }, how) => {
      const create = how === "POST";
      const headers = { Authorization: `Bearer ${adminToken}`, "Content-Type": create ? "application/json" : how };
      const answer = await send(server, caPem, headers, {
        method: create ? "POST" : "PATCH",
        path: create ? where : `${where}/${name}${how === PATCHES[2] ? "?fieldManager=fuzz&force=true" : ""}`,
        body: text,
      });
      expect(answer.text).not.toContain("InternalError");
    }),
    { numRuns: 400 },
  );
  // Controllers and the authorizer have met what was stored.
  const judged = await opened.kube.ask("GET", "/api/v1/namespaces/default/secrets", {
    headers: { Authorization: `Bearer ${robot.json.status.token}` },
  });
  expect([200, 403]).toContain(judged.status);
  await opened.kube.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "after" } } });
  expect((await opened.kube.ask("GET", "/api/v1/namespaces/after/serviceaccounts/default")).status).toBe(200);
});

test("whatever is sent to the Vault is answered, without an internal error", async () => {
  const { address, caPem, rootToken } = opened.sandbox.vault;
  await fc.assert(
    fc.asyncProperty(method, path, query, type, body, async (verb, where, ask, contentType, text) => {
      const headers = { "X-Vault-Token": rootToken, "Content-Type": contentType };
      fc.pre(!where.includes("seal") && !where.includes("revoke"));
      const answer = await send(address, caPem, headers, { method: verb, path: `/v1${where}${ask}`, body: text });
      expect(answer.text).not.toContain("internal error");
    }),
    { numRuns: 400 },
  );
  expect((await opened.vault.ask("GET", "/v1/auth/token/lookup-self")).status).toBe(200);
});
