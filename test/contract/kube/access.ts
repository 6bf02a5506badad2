import type { Answer, Client } from "../http";
import { causesOf, eventually, expectStatus, freshNamespace, unique, type Target } from "../target";

/**
 * Tokens, who is who, and what they may do. A real API server learns of roles and bindings by a watch of its own: what one grants or
 * takes away holds a moment after the answer to the write, and is awaited here.
 */
export function accessContract(open: () => Target): void {
  let namespace = "";
  const path = (rest: string): string => `/api/v1/namespaces/${namespace}${rest}`;
  const rbac = (rest: string): string => `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/${rest}`;
  const account = async (name = unique("robot")): Promise<string> => {
    expect((await open().kube.ask("POST", path("/serviceaccounts"), { body: { metadata: { name } } })).status).toBe(
      201,
    );
    return name;
  };
  const tokenOf = (name: string, spec: object = {}): Promise<Answer> =>
    open().kube.ask("POST", path(`/serviceaccounts/${name}/token`), {
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec },
    });
  const as = async (name: string, spec: object = {}): Promise<Client> =>
    open().kubeAs((await tokenOf(name, spec)).json.status.token);

  beforeAll(async () => {
    namespace = await freshNamespace(open());
  });

  test("a TokenRequest gives a JWT for the audience and the time that were asked for", async () => {
    const { json, status } = await tokenOf("default", { audiences: ["vault"], expirationSeconds: 600 });
    expect([status, json.kind, json.spec]).toEqual([
      201,
      "TokenRequest",
      { audiences: ["vault"], expirationSeconds: 600, boundObjectRef: null },
    ]);
    const [, payload = ""] = String(json.status.token).split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as {
      readonly exp: number;
      readonly iat: number;
      readonly [claim: string]: unknown;
    };
    const accountUid = (await open().kube.ask("GET", path("/serviceaccounts/default"))).json.metadata.uid;
    expect(claims).toMatchObject({
      aud: ["vault"],
      iss: "https://kubernetes.default.svc.cluster.local",
      sub: `system:serviceaccount:${namespace}:default`,
      "kubernetes.io": { namespace, serviceaccount: { name: "default", uid: accountUid } },
    });
    expect(claims.exp - claims.iat).toBe(600);
    expect(Date.parse(json.status.expirationTimestamp)).toBe(claims.exp * 1000);
  });

  test("without a spec it lasts an hour", async () => {
    const { json } = await tokenOf("default");
    expect(json.spec.expirationSeconds).toBe(3600);
  });

  test("less than ten minutes is 422, a missing account 404", async () => {
    const short = await tokenOf("default", { expirationSeconds: 60 });
    expectStatus(short, 422, "Invalid");
    expect([causesOf(short), short.json.details.kind]).toEqual([
      ["spec.expirationSeconds: FieldValueInvalid"],
      "TokenRequest",
    ]);
    const missing = await tokenOf("nobody");
    expectStatus(missing, 404, "NotFound");
    expect(missing.json.details).toEqual({ name: "nobody", kind: "serviceaccounts" });
  });

  test("a token that is none, or is for another audience, is 401", async () => {
    const other = await as("default", { audiences: ["vault"] });
    for (const client of [open().kubeAs("nonsense"), other]) {
      const refused = await client.ask("GET", "/api/v1/namespaces");
      expectStatus(refused, 401, "Unauthorized");
      expect(refused.json.message).toBe("Unauthorized");
    }
  });

  test("a token ends with its ServiceAccount", async () => {
    const name = await account();
    const client = await as(name);
    expectStatus(await client.ask("GET", path("/secrets")), 403, "Forbidden");
    await open().kube.ask("DELETE", path(`/serviceaccounts/${name}`));
    await account(name); // a new one of the same name is another one
    await eventually(
      "the token is refused", // a real API server remembers good tokens for some seconds
      async () => expectStatus(await client.ask("GET", path("/secrets")), 401, "Unauthorized"),
    );
  });

  test("a ServiceAccount may do what its roles say and nothing else", async () => {
    const { kube } = open();
    const name = await account();
    const client = await as(name);
    const refused = await client.ask("GET", path("/secrets/x"));
    expectStatus(refused, 403, "Forbidden");
    expect(refused.json.message).toBe(
      `secrets "x" is forbidden: User "system:serviceaccount:${namespace}:${name}" cannot get resource "secrets" in API group "" in the namespace "${namespace}"`,
    );
    expect(refused.json.details).toEqual({ name: "x", kind: "secrets" });
    await kube.ask("POST", rbac("roles"), {
      body: {
        metadata: { name },
        rules: [
          { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] },
          { apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: ["default"], verbs: ["create"] },
          { apiGroups: ["external-secrets.io"], resources: ["externalsecrets/status"], verbs: ["patch"] },
        ],
      },
    });
    const binding = await kube.ask("POST", rbac("rolebindings"), {
      body: {
        metadata: { name },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      },
    });
    expect(binding.status).toBe(201);
    const status = async (method: string, rest: string, body?: object): Promise<number> =>
      (await client.ask(method, path(rest), body === undefined ? {} : { body })).status;
    await eventually("role and binding count", async () => expect(await status("GET", "/secrets")).toBe(200));
    expect(await status("GET", "/secrets/x")).toBe(404);
    expect(await status("GET", "/secrets?watch=1&timeoutSeconds=1")).toBe(403);
    expect(await status("POST", "/secrets", { metadata: { name: "x" } })).toBe(403);
    expect(await status("POST", "/serviceaccounts/default/token", { spec: {} })).toBe(201);
    expect(await status("POST", `/serviceaccounts/${name}/token`, { spec: {} })).toBe(403);
    expect((await client.ask("GET", "/api/v1/secrets")).status).toBe(403);
    expect((await client.ask("GET", "/api/v1/namespaces/default/secrets")).status).toBe(403);
    const es = `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets/none`;
    const headers = { "Content-Type": "application/merge-patch+json" };
    expect((await client.ask("PATCH", `${es}/status`, { body: {}, headers })).status).toBe(404);
    expect((await client.ask("PATCH", es, { body: {}, headers })).status).toBe(403);
  });

  test("a ClusterRole bound in a namespace counts there only, bound in the cluster everywhere", async () => {
    const { kube } = open();
    const name = await account();
    const client = await as(name);
    const cluster = "/apis/rbac.authorization.k8s.io/v1";
    await kube.ask("POST", `${cluster}/clusterroles`, {
      body: { metadata: { name }, rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }] },
    });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
    const subjects = [{ kind: "ServiceAccount", name, namespace }];
    await kube.ask("POST", rbac("rolebindings"), { body: { metadata: { name }, roleRef, subjects } });
    const lists = async (): Promise<readonly number[]> => [
      (await client.ask("GET", path("/configmaps"))).status,
      (await client.ask("GET", "/api/v1/configmaps?limit=1")).status,
    ];
    const become = (what: string, statuses: readonly number[]): Promise<void> =>
      eventually(what, async () => expect(await lists()).toEqual(statuses));
    await become("the RoleBinding counts", [200, 403]);
    await kube.ask("POST", `${cluster}/clusterrolebindings`, { body: { metadata: { name }, roleRef, subjects } });
    await become("the ClusterRoleBinding counts", [200, 200]);
    await kube.ask("DELETE", `${cluster}/clusterrolebindings/${name}`);
    await become("the ClusterRoleBinding is gone", [200, 403]);
    await kube.ask("DELETE", `${cluster}/clusterroles/${name}`);
    await become("the ClusterRole is gone", [403, 403]);
  });

  test("reviews answer who a token is and what someone may do", async () => {
    const { kube } = open();
    const name = await account();
    const { token } = (await tokenOf(name, { audiences: ["vault"] })).json.status;
    const review = (spec: object) =>
      kube.ask("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
        body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec },
      });
    const known = await review({ token, audiences: ["vault", "other"] });
    expect(known.status).toBe(201);
    expect(known.json.status).toMatchObject({
      authenticated: true,
      audiences: ["vault"],
      user: { username: `system:serviceaccount:${namespace}:${name}` },
    });
    expect((await review({ token, audiences: ["other"] })).json.status.authenticated ?? false).toBe(false);
    const robot = await as(name);
    const self = await robot.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { namespace, verb: "get", resource: "secrets" } },
      },
    });
    expect([self.status, self.json.status.allowed]).toEqual([201, false]);
  });

  test("health and version are for everyone", async () => {
    const nobody = open().kubeAs("");
    for (const health of ["/readyz", "/livez", "/healthz"]) {
      const answer = await nobody.ask("GET", health);
      expect([answer.status, answer.text]).toEqual([200, "ok"]);
    }
    const version = await nobody.ask("GET", "/version");
    expect([version.status, version.json.major, version.json.gitVersion]).toEqual([
      200,
      "1",
      expect.stringMatching(/^v1\./),
    ]);
  });

  test("without a token the rest is refused", async () => {
    const refused = await open().kubeAs("").ask("GET", path("/secrets"));
    expect([401, 403]).toContain(refused.status);
  });
}
