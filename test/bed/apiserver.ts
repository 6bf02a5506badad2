import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Authority, rsaKey } from "./certificates";
import { call } from "./http";
import { Server, type ServerContext } from "./process";

/** The identities the bed's own programs use; all in system:masters, told apart by name in the audit log. */
export const users = {
  admin: "bed-admin",
  controllerManager: "system:kube-controller-manager",
  kwok: "bed-kwok",
} as const;

type User = keyof typeof users;

/** Files and tokens that kube-apiserver and its clients share. */
export interface KubernetesFiles {
  readonly caFile: string;
  readonly caKeyFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly serviceAccountKeyFile: string;
  readonly tokenFile: string;
  readonly auditPolicyFile: string;
  readonly auditLog: string;
  readonly tokens: Readonly<Record<User, string>>;
}

/**
 * Everything is audited at Metadata level (never a body), after completion. Only the machinery's own upkeep is left out: the API
 * server's requests to itself, and the node and leader leases of the bed's programs. Tests may count whatever else happens.
 */
const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [
    { level: "None", users: ["system:apiserver"] },
    {
      level: "None",
      users: [users.controllerManager, users.kwok],
      resources: [{ group: "coordination.k8s.io", resources: ["leases"] }],
    },
    { level: "None", nonResourceURLs: ["/readyz*", "/livez*", "/healthz*"] },
    { level: "Metadata" },
  ],
};

/** Creates the CA, the certificates, the keys, the tokens and the audit policy. */
export async function writeKubernetesFiles(bedDir: string): Promise<KubernetesFiles> {
  const dir = join(bedDir, "kubernetes");
  mkdirSync(dir);
  const [authority, serviceAccountKey] = await Promise.all([Authority.create("bed-kubernetes-ca"), rsaKey()]);
  const server = await authority.serverCertificate("kube-apiserver", [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
  ]);
  const put = (name: string, text: string) => {
    const path = join(dir, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const tokens: Record<User, string> = { admin: newToken(), controllerManager: newToken(), kwok: newToken() };
  const rows = (Object.keys(users) as User[]).map(
    (user) => `${tokens[user]},${users[user]},${users[user]},"system:masters"\n`,
  );
  return {
    caFile: put("ca.crt", authority.certificate),
    caKeyFile: put("ca.key", authority.key),
    certificateFile: put("apiserver.crt", server.certificate),
    keyFile: put("apiserver.key", server.key),
    serviceAccountKeyFile: put("service-account.key", serviceAccountKey),
    tokenFile: put("tokens.csv", rows.join("")),
    auditPolicyFile: put("audit-policy.json", JSON.stringify(auditPolicy)),
    auditLog: put("audit.log", ""),
    tokens,
  };
}

/** kube-apiserver with RBAC, ServiceAccount tokens, a static token file and the audit log. */
export function startApiServer(
  command: string,
  etcdAddress: string,
  files: KubernetesFiles,
  context: ServerContext,
): Promise<Server> {
  return Server.start(
    {
      name: "kube-apiserver",
      command,
      ports: 1,
      args: ([port]) => [
        `--etcd-servers=${etcdAddress}`,
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        `--secure-port=${port}`,
        `--tls-cert-file=${files.certificateFile}`,
        `--tls-private-key-file=${files.keyFile}`,
        `--client-ca-file=${files.caFile}`,
        `--token-auth-file=${files.tokenFile}`,
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        `--service-account-key-file=${files.serviceAccountKeyFile}`,
        `--service-account-signing-key-file=${files.serviceAccountKeyFile}`,
        "--service-cluster-ip-range=10.96.0.0/16",
        "--endpoint-reconciler-type=none",
        `--audit-policy-file=${files.auditPolicyFile}`,
        `--audit-log-path=${files.auditLog}`,
        // Rotation would move the marks that tests hold into the log.
        "--audit-log-maxsize=8192",
        "--profiling=false",
      ],
      ready: async ([port]) => {
        const { status } = await call(`https://127.0.0.1:${port}`, files.caFile, {
          method: "GET",
          path: "/readyz",
          headers: { authorization: `Bearer ${files.tokens.admin}` },
        });
        return status === 200;
      },
      readyWithinMs: 90_000,
    },
    context,
  );
}

/** The address clients use. */
export function apiServerAddress(apiServer: Server): string {
  return `https://127.0.0.1:${apiServer.ports[0]}`;
}

/** Writes a kubeconfig for one of the {@link users}, complete in itself, and returns its path. */
export function writeKubeconfig(path: string, server: string, ca: string, user: string, token: string): string {
  const text = `apiVersion: v1
kind: Config
current-context: bed
clusters:
  - name: bed
    cluster:
      server: ${server}
      certificate-authority-data: ${Buffer.from(ca).toString("base64")}
users:
  - name: ${JSON.stringify(user)}
    user:
      token: ${token}
contexts:
  - name: bed
    context:
      cluster: bed
      user: ${JSON.stringify(user)}
      namespace: default
`;
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

function newToken(): string {
  return randomBytes(24).toString("hex");
}
