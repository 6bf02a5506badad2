import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { KeyturnError } from "../../../api";
import {
  CONFIG_MAPS,
  connect,
  EXTERNAL_SECRETS,
  KubeError,
  NAMESPACES,
  SECRETS,
  type KubeRequest,
} from "../../../reconciler/kube";
import { eventually } from "../../bed/eventually";
import { closedPort, failure, faultServer, inFlight, json, otherTls, tls, type Handler } from "../http/fault-server";
import { clientOf, later, status, tempFolder } from "./support";

const serve = async (handler: Handler): Promise<Awaited<ReturnType<typeof faultServer>>> => {
  const server = await faultServer(handler);
  later(server.close);
  return server;
};
const ok: Handler = (_request, response) => json(response, 200, { kind: "Secret", metadata: { name: "db" } });

describe("verbs", () => {
  const cases: [string, (client: ReturnType<typeof clientOf>) => Promise<unknown>, string, string, unknown, string?][] =
    [
      ["get", (c) => c.get(SECRETS, "pay", "db"), "GET", "/api/v1/namespaces/pay/secrets/db", ""],
      ["get of a cluster-scoped kind", (c) => c.get(NAMESPACES, undefined, "pay"), "GET", "/api/v1/namespaces/pay", ""],
      [
        "create",
        (c) =>
          c.create(
            SECRETS,
            { apiVersion: "v1", kind: "Secret", metadata: { name: "db", namespace: "pay" } },
            { fieldManager: "k" },
          ),
        "POST",
        "/api/v1/namespaces/pay/secrets?fieldManager=k",
        { apiVersion: "v1", kind: "Secret", metadata: { name: "db", namespace: "pay" } },
        "application/json",
      ],
      [
        "merge patch of a status",
        (c) => c.patch(EXTERNAL_SECRETS, "pay", "db", { status: {} }, { type: "merge", subresource: "status" }),
        "PATCH",
        "/apis/external-secrets.io/v1/namespaces/pay/externalsecrets/db/status",
        { status: {} },
        "application/merge-patch+json",
      ],
      [
        "server-side apply",
        (c) => c.patch(SECRETS, "pay", "db", { data: {} }, { type: "apply", fieldManager: "a b", force: true }),
        "PATCH",
        "/api/v1/namespaces/pay/secrets/db?fieldManager=a%20b&force=true",
        { data: {} },
        "application/apply-patch+yaml",
      ],
      [
        "server-side apply without a named manager",
        (c) => c.patch(SECRETS, "pay", "db", {}, { type: "apply" }),
        "PATCH",
        "/api/v1/namespaces/pay/secrets/db?fieldManager=keyturn",
        {},
        "application/apply-patch+yaml",
      ],
      [
        "delete with preconditions",
        (c) => c.delete(CONFIG_MAPS, "pay", "db", { uid: "u", resourceVersion: "7" }),
        "DELETE",
        "/api/v1/namespaces/pay/configmaps/db",
        { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid: "u", resourceVersion: "7" } },
        "application/json",
      ],
      [
        "a name with odd characters",
        (c) => c.get(SECRETS, "pay", "a/b?c"),
        "GET",
        "/api/v1/namespaces/pay/secrets/a%2Fb%3Fc",
        "",
      ],
    ];
  for (const [name, call, method, path, body, contentType] of cases)
    test(name, async () => {
      const server = await serve(ok);
      await call(clientOf(server));
      expect(server.requests).toHaveLength(1);
      const [request] = server.requests;
      expect([request?.method, request?.path]).toEqual([method, path]);
      expect(request?.body === "" ? "" : JSON.parse(request?.body ?? "")).toEqual(body);
      expect(request?.headers["content-type"]).toBe(contentType);
      expect(request?.headers.authorization).toBe("Bearer canary-token");
      expect(request?.headers["user-agent"]).toBe("keyturn/test");
      expect(request?.headers["accept-encoding"]).toBeUndefined();
    });

  test.each(["", ".", ".."])(
    "a name %p, which would address something else, is refused before anything is sent",
    async (name) => {
      const server = await serve(ok);
      expect(() => clientOf(server).get(SECRETS, "pay", name)).toThrow(KeyturnError);
      expect(server.requests).toHaveLength(0);
    },
  );

  test("a path of the server is kept, as of clusters behind a gateway", async () => {
    const server = await serve(ok);
    await clientOf({ url: `${server.url}/k8s/clusters/c-1/` }).get(SECRETS, "pay", "db");
    expect(server.requests[0]?.path).toBe("/k8s/clusters/c-1/api/v1/namespaces/pay/secrets/db");
  });

  test("a token request returns the token and its end", async () => {
    const server = await serve((_request, response) =>
      json(response, 201, {
        kind: "TokenRequest",
        status: { token: "t", expirationTimestamp: "2026-01-01T00:00:00Z" },
      }),
    );
    const options = { audiences: ["vault"], expirationSeconds: 600 };
    expect(await clientOf(server).requestToken("pay", "app", options)).toEqual({
      token: "t",
      expiresAt: 1767225600000,
    });
    expect([server.requests[0]?.path, JSON.parse(server.requests[0]?.body ?? "")]).toEqual([
      "/api/v1/namespaces/pay/serviceaccounts/app/token",
      { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: options },
    ]);
  });
});

describe("lists", () => {
  const item = (name: string) => ({ metadata: { name, namespace: "pay" } });
  test("come in pages of 500, with kind and apiVersion filled in", async () => {
    const server = await serve((request, response) => {
      const next = request.path.includes("continue=");
      json(response, 200, {
        kind: "SecretList",
        metadata: { resourceVersion: "5", ...(next ? {} : { continue: "a/b" }) },
        items: [item(next ? "two" : "one")],
      });
    });
    const found = await clientOf(server).list(SECRETS, { namespace: "pay", labelSelector: "a=b" });
    expect(found).toEqual([
      { apiVersion: "v1", kind: "Secret", ...item("one") },
      { apiVersion: "v1", kind: "Secret", ...item("two") },
    ]);
    expect(server.requests.map(({ path }) => path)).toEqual([
      "/api/v1/namespaces/pay/secrets?labelSelector=a%3Db&limit=500",
      "/api/v1/namespaces/pay/secrets?labelSelector=a%3Db&limit=500&continue=a%2Fb",
    ]);
  });

  test("that outlive their snapshot (410) are read again in one piece, without duplicates", async () => {
    const server = await serve((request, response) => {
      if (request.path.includes("continue=")) json(response, 410, status(410, "Expired", "too old"));
      else if (request.path.includes("limit="))
        json(response, 200, { metadata: { resourceVersion: "5", continue: "x" }, items: [item("one")] });
      else json(response, 200, { metadata: { resourceVersion: "6" }, items: [item("one"), item("two")] });
    });
    expect((await clientOf(server).list(SECRETS)).map(({ metadata }) => metadata.name)).toEqual(["one", "two"]);
  });
});

describe("credentials", () => {
  test("a token refused with 401 is read again at once, and the call succeeds with the new one", async () => {
    const file = join(tempFolder(), "token");
    writeFileSync(file, "old-token\n");
    const server = await serve((request, response) =>
      request.headers.authorization === "Bearer new-token"
        ? ok(request, response)
        : json(response, 401, status(401, "Unauthorized", "Unauthorized")),
    );
    const client = clientOf(server, { token: { kind: "file", path: file } });
    writeFileSync(file, "new-token\n");
    await inFlight(8, 8, () => client.patch(SECRETS, "pay", "db", {}, { type: "apply" }));
    expect(server.requests.filter(({ headers }) => headers.authorization === "Bearer new-token")).toHaveLength(8);
    await client.get(SECRETS, "pay", "db");
    expect(server.requests.at(-1)?.headers.authorization).toBe("Bearer new-token");
  });

  test("a 401 without a newer token is one request and one clear error", async () => {
    const server = await serve((_request, response) =>
      json(response, 401, status(401, "Unauthorized", "Unauthorized")),
    );
    const error = await failure<KubeError>(clientOf(server).get(SECRETS, "pay", "db"));
    expect([error.status, error.code, error.message, server.requests.length]).toEqual([
      401,
      "KubeUnauthorized",
      "get Secret pay/db: the API server answered 401 Unauthorized (check the token or the client certificate)",
      1,
    ]);
  });

  test("a token file is read again after its period, without a 401", async () => {
    const file = join(tempFolder(), "token");
    writeFileSync(file, "first");
    const server = await serve(ok);
    const client = clientOf(server, { token: { kind: "file", path: file } }, { rereadAfter: 0 });
    await client.get(SECRETS, "pay", "db");
    writeFileSync(file, "second");
    await client.get(SECRETS, "pay", "db");
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer first", "Bearer second"]);
  });

  test("a token file that vanishes or is emptied is told, and the last good token is used on", async () => {
    const file = join(tempFolder(), "token");
    writeFileSync(file, "good");
    const warnings: string[] = [];
    const server = await serve(ok);
    const client = clientOf(
      server,
      { token: { kind: "file", path: file } },
      { rereadAfter: 0, onWarning: (warning) => warnings.push(warning.message) },
    );
    writeFileSync(file, "");
    await client.get(SECRETS, "pay", "db");
    expect(server.requests[0]?.headers.authorization).toBe("Bearer good");
    expect(warnings).toEqual([
      `${file} of kubeconfig test: the token is empty (check the credentials of this configuration)`,
    ]);
  });

  test("a changed CA is taken over when the server's new certificate is not trusted", async () => {
    const file = join(tempFolder(), "ca.crt");
    writeFileSync(file, tls.caPem);
    const first = await faultServer(ok);
    const client = clientOf(first, { ca: { kind: "file", path: file } });
    await client.get(SECRETS, "pay", "db");
    await first.close();
    const second = await faultServer(ok, { tls: otherTls, port: first.port });
    later(second.close);
    const error = await failure<KubeError>(client.get(SECRETS, "pay", "db"));
    expect(error.message).toBe(
      `Kubernetes API ${first.url}: cannot be trusted or reached, its certificate is not signed by the configured CA` +
        " (check the server address and its CA in kubeconfig test)",
    );
    writeFileSync(file, otherTls.caPem);
    await client.create(SECRETS, { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } });
    expect(second.requests).toHaveLength(1);
  });

  test("new certificates get new connections, and the old ones are closed", async () => {
    const file = join(tempFolder(), "ca.crt");
    writeFileSync(file, tls.caPem);
    const server = await serve(ok);
    const client = clientOf(server, { ca: { kind: "file", path: file } }, { rereadAfter: 0 });
    await client.get(SECRETS, "pay", "db");
    writeFileSync(file, `${otherTls.caPem}${tls.caPem}`);
    await client.get(SECRETS, "pay", "db");
    await client.get(SECRETS, "pay", "db");
    expect(server.handshakes()).toBe(2);
    await eventually("the old connection closed", () => server.open() === 1);
  });

  test("in a pod: host, port, CA and token of the ServiceAccount", async () => {
    const server = await serve(ok);
    const folder = tempFolder();
    writeFileSync(join(folder, "ca.crt"), tls.caPem);
    writeFileSync(join(folder, "token"), "pod-token");
    const client = connect({
      version: "1.2.3",
      environment: { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String(server.port) },
      serviceAccountDirectory: folder,
    });
    later(() => client.close());
    await client.get(SECRETS, "pay", "db");
    expect([server.requests[0]?.headers.authorization, server.requests[0]?.headers["user-agent"]]).toEqual([
      "Bearer pod-token",
      "keyturn/1.2.3",
    ]);
  });
});

describe("trouble", () => {
  const request: KubeRequest = { method: "GET", path: "/api/v1/namespaces/pay/secrets/db" };

  test("a server put off by 429 with Retry-After is asked again after that time, also with a POST", async () => {
    let times = 0;
    const server = await serve((received, response) => {
      times += 1;
      if (times === 1) json(response, 429, status(429, "TooManyRequests", "slow down"), { "Retry-After": "1" });
      else ok(received, response);
    });
    const started = performance.now();
    await clientOf(server).create(SECRETS, { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } });
    expect(performance.now() - started).toBeGreaterThanOrEqual(1_000);
    expect(times).toBe(2);
  });

  test("one that goes on saying so ends in an error with the time to wait", async () => {
    const server = await serve((_request, response) =>
      json(response, 429, status(429, "TooManyRequests", "slow down"), { "Retry-After": "0" }),
    );
    const error = await failure<KubeError>(clientOf(server).request(request));
    expect([error.status, error.retryAfterMs, server.requests.length]).toEqual([429, 0, 6]);
  });

  test("a Retry-After longer than the call may take is not waited for", async () => {
    const server = await serve((_request, response) =>
      json(response, 503, status(503, "ServiceUnavailable", "starting"), { "Retry-After": "3600" }),
    );
    const error = await failure<KubeError>(clientOf(server).request(request));
    expect([error.status, error.retryAfterMs, server.requests.length]).toEqual([503, 3_600_000, 1]);
  });

  test("a POST is not repeated after 503, which may come from a proxy in front of a server at work", async () => {
    const server = await serve((_request, response) => json(response, 503, {}, { "Retry-After": "0" }));
    await failure(clientOf(server).create(SECRETS, { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } }));
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ["GET", 2, "succeeds"],
    ["PATCH", 1, "fails"],
    ["POST", 1, "fails"],
  ] as const)("a connection reset under a %s: %i requests, and it %s", async (method, requests, outcome) => {
    let times = 0;
    const server = await serve((received, response) => {
      times += 1;
      if (times === 1) response.destroy();
      else ok(received, response);
    });
    const call = clientOf(server).request({ ...request, method, ...(method === "GET" ? {} : { body: {} }) });
    const result = await call.then(
      () => "succeeds",
      (error: KubeError) => (error.status === 0 && error.statusReason === "Unreachable" ? "fails" : "other"),
    );
    expect([result, server.requests.length]).toEqual([outcome, requests]);
  });

  test("an unreachable server is one line with object, cause and remedy", async () => {
    const port = await closedPort();
    const error = await failure<KubeError>(clientOf({ url: `https://127.0.0.1:${port}` }).request(request));
    expect(error).toBeInstanceOf(KeyturnError);
    expect([error.code, error.message]).toEqual([
      "KubeUnreachable",
      `Kubernetes API https://127.0.0.1:${port}: cannot be reached, connection refused` +
        " (check that it runs and that kubeconfig test has its address)",
    ]);
  });

  test.each([
    ["garbage with 200", "canary {"],
    ["a web page with 200", "<html>canary</html>"],
  ])("%s is told without quoting it", async (_name, body) => {
    const server = await serve((_request, response) => response.end(body));
    const error = await failure<KubeError>(clientOf(server).request(request));
    expect([error.code, error.object]).toEqual(["KubeInvalidAnswer", "get Secret pay/db"]);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("canary");
  });

  test("an error page of a proxy is its status only", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(502);
      response.end("<html>canary</html>");
    });
    const error = await failure<KubeError>(clientOf(server).request(request));
    expect(error.message).toBe("get Secret pay/db: the API server answered 502 Http502");
  });
});

describe("answers about Secrets", () => {
  const canary = "canary-value";
  const rbac =
    'User "system:serviceaccount:keyturn:keyturn" cannot patch resource "secrets" in API group "" in the namespace "pay"';
  test.each<[string, Record<string, unknown>, string]>([
    [
      "validation: reason and field paths only",
      status(422, "Invalid", `Secret "db" is invalid: data[key]: Invalid value: "${canary}"`, {
        causes: [{ reason: "FieldValueInvalid", message: `Invalid value: "${canary}"`, field: "data[key]" }],
      }),
      "patch Secret pay/db: Invalid: data[key] (FieldValueInvalid)",
    ],
    [
      "decoding",
      status(400, "BadRequest", `error decoding: found in #10 byte of ...|${canary}|...`),
      "patch Secret pay/db: the API server answered 400 BadRequest",
    ],
    [
      "a webhook's free text",
      status(403, "Forbidden", `admission webhook "guard.example.com" denied the request: ${canary}`),
      'patch Secret pay/db: Forbidden: admission webhook "guard.example.com" denied the request',
    ],
    [
      "a policy's free text",
      status(
        422,
        "Invalid",
        `secrets "db" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${canary}`,
      ),
      "patch Secret pay/db: Invalid: ValidatingAdmissionPolicy 'p' with binding 'b' denied request",
    ],
    [
      "RBAC, with the remedy",
      status(403, "Forbidden", `secrets "db" is forbidden: ${rbac}`),
      `patch Secret pay/db: Forbidden: ${rbac} (grant this verb on this kind to the user or ServiceAccount)`,
    ],
    [
      "a reason that is not one",
      { kind: "Status", reason: `x ${canary}` },
      "patch Secret pay/db: the API server answered 422 Invalid",
    ],
  ])("%s", async (_name, body, message) => {
    const server = await serve((_request, response) =>
      json(response, typeof body.code === "number" ? body.code : 422, body),
    );
    const error = await failure<KubeError>(
      clientOf(server).patch(SECRETS, "pay", "db", { data: {} }, { type: "apply" }),
    );
    expect(error.message).toBe(message);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(canary);
  });

  test("about other kinds keep the server's message, on one line", async () => {
    const server = await serve((_request, response) =>
      json(response, 422, status(422, "Invalid", 'ExternalSecret "db" is invalid:\n spec.data: Required value')),
    );
    const error = await failure<KubeError>(clientOf(server).get(EXTERNAL_SECRETS, "pay", "db"));
    expect(error.message).toBe(
      'get ExternalSecret pay/db: Invalid: ExternalSecret "db" is invalid: spec.data: Required value',
    );
  });
});

test("no error of the client holds its token", async () => {
  const server = await serve((request, response) => {
    if (request.path.includes("reset")) response.destroy();
    else if (request.path.includes("hang")) return;
    else json(response, 403, status(403, "Forbidden", "no"));
  });
  const client = clientOf(server);
  for (const path of ["/reset", "/hang", "/api/v1/pods"]) {
    const error = await failure(client.request({ method: "POST", path, body: {}, timeout: 200 }));
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("canary");
  }
});

test("connect(...) knows no cluster without a kubeconfig outside a pod", () => {
  expect(() => connect({ version: "1", environment: {} })).toThrow(
    "Kubernetes API: no cluster is known: this is not a pod, and there is no kubeconfig (give --kubeconfig FILE or set KUBECONFIG)",
  );
});
