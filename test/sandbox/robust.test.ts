import { request } from "node:https";
import fc from "fast-check";
import { open, type Opened } from "./open";
import { spoilt } from "./spoilt";

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
