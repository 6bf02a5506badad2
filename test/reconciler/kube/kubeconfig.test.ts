import { X509Certificate } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { inspect } from "node:util";
import { KeyturnError } from "../../../api";
import { connect, SECRETS } from "../../../reconciler/kube";
import { readKubeconfig } from "../../../reconciler/kube/kubeconfig";
import { failure, faultServer, json, otherTls, tls } from "../http/fault-server";
import { later, status, tempFolder } from "./support";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A kubeconfig as JSON, which is YAML. */
function config(cluster: object, user: object, more: object = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "dev",
    contexts: [{ name: "dev", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:6443", ...cluster } }],
    users: [{ name: "u", user }],
    ...more,
  });
}

function write(text: string, name = "config"): string {
  const file = join(tempFolder(), name);
  writeFileSync(file, text);
  return file;
}

const thrown = (action: () => unknown): KeyturnError => {
  try {
    action();
  } catch (error) {
    if (error instanceof KeyturnError) return error;
    throw error;
  }
  throw new Error("expected a KeyturnError");
};

test("the current context, data fields and relative files are read", () => {
  const file = write(config({ "certificate-authority": "ca.pem", "tls-server-name": "kube" }, { tokenFile: "tok" }));
  expect(readKubeconfig(file)).toEqual({
    source: `kubeconfig ${file}, context dev`,
    server: new URL("https://127.0.0.1:6443"),
    serverName: "kube",
    ca: { kind: "file", path: join(file, "../ca.pem") },
    token: { kind: "file", path: join(file, "../tok") },
  });
  const inline = write(config({ "certificate-authority-data": base64(tls.caPem) }, { token: "t" }));
  expect(readKubeconfig(inline)).toMatchObject({
    ca: { kind: "inline", pem: tls.caPem },
    token: { kind: "inline", token: "t" },
  });
});

test("another context can be chosen, and several files are merged, the first to name something winning", () => {
  const first = write(config({}, { token: "a" }));
  const second = write(
    config(
      { server: "https://other:1" },
      { token: "b" },
      {
        contexts: [
          { name: "dev", context: { cluster: "nowhere", user: "u" } },
          { name: "other", context: { cluster: "c", user: "u" } },
        ],
      },
    ),
  );
  const access = readKubeconfig(`${first}${delimiter}${second}`, "other");
  expect([access.server.href, access.token]).toEqual(["https://127.0.0.1:6443/", { kind: "inline", token: "a" }]);
});

describe("one clear line for", () => {
  test("a file that is not there, or is a directory", () => {
    const missing = join(tempFolder(), "nope");
    expect(thrown(() => readKubeconfig(missing)).message).toBe(
      `kubeconfig ${missing}: does not exist (give a readable file with --kubeconfig or KUBECONFIG)`,
    );
    const folder = tempFolder();
    expect(thrown(() => readKubeconfig(folder)).message).toBe(
      `kubeconfig ${folder}: is a directory (give a readable file with --kubeconfig or KUBECONFIG)`,
    );
  });

  const bad: [string, string, string, string][] = [
    ["text that is not YAML", 'a: "canary', "KubeconfigInvalid", "is not YAML, line"],
    ["a list", "- canary", "KubeconfigInvalid", "is not a kubeconfig"],
    ["an empty file", "", "KubeconfigInvalid", "is not"],
    ["no current-context", config({}, {}, { "current-context": "" }), "KubeconfigInvalid", "has no current-context"],
    [
      "an unknown context",
      config({}, {}, { "current-context": "x" }),
      "KubeconfigInvalid",
      'context "x" does not exist (known: dev)',
    ],
    [
      "a missing cluster",
      config({}, {}, { clusters: [] }),
      "KubeconfigInvalid",
      'cluster of context "dev", "c" does not exist',
    ],
    [
      "a missing user",
      config({}, {}, { users: null }),
      "KubeconfigInvalid",
      'user of context "dev", "u" does not exist',
    ],
    [
      "no server",
      config({ server: "kube:6443" }, {}),
      "KubeconfigInvalid",
      'cluster "c" has no server like https://host:6443',
    ],
    [
      "http to another host",
      config({ server: "http://kube:80" }, {}),
      "KubeconfigUnsupported",
      "has a server without TLS",
    ],
    [
      "no verification",
      config({ "insecure-skip-tls-verify": true }, {}),
      "KubeconfigUnsupported",
      "insecure-skip-tls-verify",
    ],
    ["a proxy", config({ "proxy-url": "http://canary@p" }, {}), "KubeconfigUnsupported", "uses proxy-url"],
    ["basic auth", config({}, { username: "a", password: "canary" }), "KubeconfigUnsupported", "uses username"],
    ["impersonation", config({}, { token: "canary", as: "root" }), "KubeconfigUnsupported", "uses as,"],
    [
      "half a certificate",
      config({}, { "client-key-data": base64(tls.privateKeyPem) }),
      "KubeconfigInvalid",
      "only one of",
    ],
    [
      "data that is no PEM",
      config({ "certificate-authority-data": "canary" }, {}),
      "KubeconfigInvalid",
      "is not base64 of PEM",
    ],
    ["a token that is no text", config({}, { token: 12 }), "KubeconfigInvalid", "token is not a text"],
    ["an exec plugin without command", config({}, { exec: {} }), "KubeconfigInvalid", "has no command"],
    [
      "an old exec plugin",
      config({}, { exec: { command: "x", apiVersion: "client.authentication.k8s.io/v1alpha1" } }),
      "KubeconfigUnsupported",
      "apiVersion other than",
    ],
  ];
  test.each(bad)("%s", (_name, text, code, part) => {
    const file = write(text);
    const error = thrown(() => readKubeconfig(file));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`kubeconfig ${file}`);
    expect(error.message).toContain(part);
    expect(error.message).not.toContain("\n");
    expect(inspect(error, { depth: 10 })).not.toContain("canary");
  });

  test.each([
    [
      "a CA that is garbage",
      { "certificate-authority-data": base64("-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----") },
      {},
    ],
    [
      "a key that does not belong to the certificate",
      {},
      { "client-certificate-data": base64(tls.certificatePem), "client-key-data": base64(otherTls.privateKeyPem) },
    ],
    ["a CA file that is not there", { "certificate-authority": "none.pem" }, {}],
    ["an empty token file", {}, { tokenFile: "/dev/null" }],
    ["a token with a line break in it", {}, { token: "canary\ncanary" }],
  ])("%s", (_name, cluster, user) => {
    const error = thrown(() => connect({ kubeconfig: write(config(cluster, user)), version: "1" }));
    expect(error.code).toBe("KubeCredentialsUnusable");
    expect(inspect(error, { depth: 10 })).not.toContain("canary");
  });
});

test("a client certificate is shown to the server", async () => {
  const server = await faultServer((_request, response) => json(response, 200, {}), { askClient: true });
  later(server.close);
  const user = { "client-certificate-data": base64(tls.certificatePem), "client-key-data": base64(tls.privateKeyPem) };
  const cluster = { server: server.url, "certificate-authority-data": base64(tls.caPem) };
  const client = connect({ kubeconfig: write(config(cluster, user)), version: "1" });
  later(() => client.close());
  await client.get(SECRETS, "a", "b");
  expect(server.requests[0]?.client).toBe(new X509Certificate(tls.certificatePem).fingerprint256);
});

describe("an exec plugin", () => {
  /** A plugin that counts its runs in a file and prints what the test says. */
  function plugin(folder: string, print: string): string {
    const script = join(folder, "plugin");
    writeFileSync(
      script,
      `#!${process.execPath}
const fs = require("fs"), path = require("path");
const counter = path.join(${JSON.stringify(folder)}, "runs");
const run = (fs.existsSync(counter) ? Number(fs.readFileSync(counter)) : 0) + 1;
fs.writeFileSync(counter, String(run));
const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
${print}`,
    );
    chmodSync(script, 0o755);
    return script;
  }
  const credential = (status: string): string =>
    `console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: "ExecCredential", status: ${status} }));`;
  const exec = (command: string, more: object = {}): object => ({
    exec: { apiVersion: "client.authentication.k8s.io/v1", command, interactiveMode: "IfAvailable", ...more },
  });

  async function setUp(print: string, more: object = {}) {
    const folder = tempFolder();
    plugin(folder, print);
    const server = await faultServer((request, response) =>
      request.headers.authorization === "Bearer revoked"
        ? json(response, 401, status(401, "Unauthorized", "Unauthorized"))
        : json(response, 200, {}),
    );
    later(server.close);
    const file = join(folder, "config");
    const cluster = { server: server.url, "certificate-authority-data": base64(tls.caPem) };
    writeFileSync(file, config(cluster, exec("./plugin", more)));
    const client = connect({ kubeconfig: file, version: "1", environment: { PATH: process.env.PATH } });
    later(() => client.close());
    return { server, client };
  }

  test("is run once for many calls, without a terminal, with its args, its env and the cluster's data", async () => {
    const { server, client } = await setUp(
      credential(
        '{ token: [process.argv[2], process.env.WHO, info.spec.interactive, info.spec.cluster.server.slice(0, 8), run].join("_") }',
      ),
      { args: ["a$b"], env: [{ name: "WHO", value: "me" }], provideClusterInfo: true },
    );
    await Promise.all([1, 2, 3].map(() => client.get(SECRETS, "a", "b")));
    await client.get(SECRETS, "a", "b");
    expect(new Set(server.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set(["Bearer a$b_me_false_https://_1"]),
    );
  });

  test("is run again when the server refuses its token, and when the token has expired", async () => {
    const { server, client } = await setUp(
      credential(
        'run === 1 ? { token: "revoked" } : { token: "run" + run, expirationTimestamp: "2020-01-01T00:00:00Z" }',
      ),
    );
    await client.get(SECRETS, "a", "b");
    expect(server.requests.at(-1)?.headers.authorization).toMatch(/^Bearer run[23]$/);
    await client.get(SECRETS, "a", "b");
    expect(server.requests.at(-1)?.headers.authorization).toMatch(/^Bearer run[34]$/);
  });

  test.each([
    ["exits with an error", 'console.error("canary"); console.log("canary"); process.exit(3);', "exited with code 3"],
    ["prints something else", 'console.log("canary");', "did not print an ExecCredential"],
    ["prints no credential", credential("{}"), "printed neither a token nor a client certificate with its key"],
    [
      "prints another version",
      'console.log(JSON.stringify({ apiVersion: "x", kind: "ExecCredential", status: { token: "canary" } }));',
      "printed an ExecCredential of another version than client.authentication.k8s.io/v1",
    ],
  ])("that %s is one clear line without its output", async (_name, print, cause) => {
    const { client } = await setUp(print);
    const error = await failure<KeyturnError>(client.get(SECRETS, "a", "b"));
    expect([error.code, error.reason, error.remedy]).toEqual(["ExecPluginFailed", cause, "run it by hand to see why"]);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("canary");
  });

  test("that is not installed is told with its own install hint", async () => {
    const file = write(config({}, exec("keyturn-no-such-plugin", { installHint: "Get it\n at example.com" })));
    const client = connect({ kubeconfig: file, version: "1" });
    const error = await failure<KeyturnError>(client.get(SECRETS, "a", "b"));
    expect(error.message).toBe(
      `exec plugin keyturn-no-such-plugin of kubeconfig ${file}, context dev: does not exist (Get it at example.com)`,
    );
  });
});
