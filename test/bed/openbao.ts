import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { baoClient, mountKv } from "./bao";
import type { Bed } from "./bed";
import { Authority } from "./certificates";
import { eventually } from "./eventually";
import { call } from "./http";
import type { KubeClient } from "./kube";
import { Server, type ServerContext } from "./process";

const NAMESPACE = "bed-system";
const REVIEWER = "openbao-token-reviewer";
const YEAR_SECONDS = 365 * 24 * 3600;

/** A running, initialized and unsealed OpenBao. */
export interface RunningOpenBao {
  readonly server: Server;
  readonly bao: Bed["bao"];
}

/**
 * OpenBao with TLS, raft storage (so that it can be restarted) and a file audit device; KV v1 at `kv1/`, v2 at `secret/`, and the auth
 * methods kubernetes, userpass and approle.
 * @param start runs the start of the process
 */
export async function startOpenBao(
  command: string,
  context: ServerContext,
  start: (server: () => Promise<Server>) => Promise<Server>,
): Promise<RunningOpenBao> {
  const dir = join(context.guard.dir, "openbao");
  mkdirSync(join(dir, "data"), { recursive: true });
  const authority = await Authority.create("bed-openbao-ca");
  const { certificate, key } = await authority.serverCertificate("openbao");
  const put = (name: string, text: string) => {
    const path = join(dir, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const caFile = put("ca.crt", authority.certificate);
  const certificateFile = put("server.crt", certificate);
  const keyFile = put("server.key", key);
  const auditLog = put("audit.log", "");
  const config = (port: number | undefined, clusterPort: number | undefined) =>
    put(
      "config.json",
      JSON.stringify({
        storage: { raft: { path: join(dir, "data"), node_id: "bed", performance_multiplier: "1" } },
        listener: [
          {
            tcp: {
              address: `127.0.0.1:${port}`,
              cluster_address: `127.0.0.1:${clusterPort}`,
              tls_cert_file: certificateFile,
              tls_key_file: keyFile,
            },
          },
        ],
        // In the configuration, because OpenBao refuses audit devices made through its API.
        audit: [{ file: { bed: { description: "every request of the bed", options: { file_path: auditLog } } } }],
        api_addr: `https://127.0.0.1:${port}`,
        cluster_addr: `https://127.0.0.1:${clusterPort}`,
      }),
    );
  const server = await start(() =>
    Server.start(
      {
        name: "openbao",
        command,
        ports: 2,
        args: ([port, clusterPort]) => ["server", `-config=${config(port, clusterPort)}`],
        ready: async ([port]) => {
          const { status } = await call(`https://127.0.0.1:${port}`, caFile, {
            method: "GET",
            path: "/v1/sys/seal-status",
          });
          return status === 200;
        },
        readyWithinMs: 90_000,
      },
      context,
    ),
  );
  const address = `https://127.0.0.1:${server.ports[0]}`;
  const opened = await initialize(address, caFile);
  const bao = { address, caFile, auditLog, ...opened };
  const client = baoClient(bao);
  await Promise.all([
    mountKv(client, "kv1", 1),
    mountKv(client, "secret", 2),
    ...["kubernetes", "userpass", "approle"].map((type) => client.send("POST", `sys/auth/${type}`, { type })),
  ]);
  return { server, bao };
}

async function initialize(address: string, caFile: string): Promise<{ rootToken: string; unsealKey: string }> {
  const sealed = baoClient({ address, caFile, rootToken: "" });
  const { root_token: rootToken, keys } = await sealed.send<{ root_token: string; keys: readonly [string] }>(
    "PUT",
    "sys/init",
    { secret_shares: 1, secret_threshold: 1 },
  );
  await sealed.send("PUT", "sys/unseal", { key: keys[0] });
  // Unsealed is not yet active: until raft has made the one node its leader, writes fail.
  await eventually(
    "OpenBao is active",
    () => sealed.request("GET", "sys/health"),
    ({ status }) => status === 200,
  );
  return { rootToken, unsealKey: keys[0] };
}

/** Lets OpenBao ask the API server about ServiceAccount tokens: the auth method `kubernetes/` works afterwards. */
export async function connectKubernetesAuth(
  bao: Bed["bao"],
  kube: KubeClient,
  server: string,
  ca: string,
): Promise<void> {
  await kube.send("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  const accounts = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`;
  await kube.send("POST", accounts, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: REVIEWER } });
  await kube.send("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: REVIEWER },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:auth-delegator" },
    subjects: [{ kind: "ServiceAccount", name: REVIEWER, namespace: NAMESPACE }],
  });
  const { status } = await kube.send<{ readonly status: { readonly token: string } }>(
    "POST",
    `${accounts}/${REVIEWER}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: YEAR_SECONDS },
    },
  );
  await baoClient(bao).send("POST", "auth/kubernetes/config", {
    kubernetes_host: server,
    kubernetes_ca_cert: ca,
    token_reviewer_jwt: status.token,
    disable_local_ca_jwt: true,
  });
}
