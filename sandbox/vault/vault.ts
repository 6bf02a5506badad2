import { listen, answer, type RunningServer } from "../https-server";
import { get } from "../json";
import { RequestCounter } from "../request-counter";
import type { SandboxTls } from "../tls";
import { AppRoleAuth } from "./auth-approle";
import { KubernetesAuth, type ReviewToken } from "./auth-kubernetes";
import { TokenAuth } from "./auth-token";
import { UserPassAuth } from "./auth-userpass";
import { Audit } from "./audit";
import { Core } from "./core";
import { Kv1 } from "./kv1";
import { Kv2 } from "./kv2";
import type { Backend } from "./logical";
import { Mounts } from "./mounts";
import { Policies } from "./policies";
import { Quotas } from "./quotas";
import { System } from "./system";
import { Tokens } from "./tokens";

export interface VaultOptions {
  readonly auditLimit: number;
  readonly review: ReviewToken;
  /** Address and CA of the cluster, for the ready-made kubernetes auth method. */
  readonly cluster: { readonly server: string; readonly caPem: string };
}

export interface RunningVault {
  readonly server: RunningServer;
  readonly rootToken: string;
  readonly core: Core;
  readonly audit: Audit;
  readonly requests: RequestCounter;
  stop(): Promise<void>;
}

const BODY_LIMIT = 32 * 1024 * 1024;

/** Starts the Vault, unsealed, with KV v2 at `secret/`, v1 at `kv1/`, and the auth methods kubernetes, approle and userpass. */
export async function startVault(tls: SandboxTls, options: VaultOptions): Promise<RunningVault> {
  const now = (): number => Date.now();
  const mounts = new Mounts();
  const policies = new Policies(now);
  const tokens = new Tokens(now);
  const audit = new Audit(now, options.auditLimit);
  const requests = new RequestCounter();
  const quotas = new Quotas(mounts, now);
  const core = new Core({ mounts, policies, tokens, quotas, audit, requests, now });
  const create = (class_: "secret" | "auth", type: string, settings: Record<string, unknown>): Backend | undefined => {
    if (class_ === "secret") {
      if (type === "kv-v2" || (type === "kv" && String(get(settings, "version")) === "2")) return new Kv2(now);
      return type === "kv" || type === "kv-v1" ? new Kv1() : undefined;
    }
    if (type === "kubernetes") return new KubernetesAuth(tokens, options.review, undefined);
    if (type === "approle") return new AppRoleAuth(tokens, now);
    return type === "userpass" ? new UserPassAuth(tokens) : undefined;
  };
  mounts.add("sys", new System({ mounts, policies, tokens, quotas, create, seal: () => (core.sealed = true) }));
  mounts.add("secret", new Kv2(now));
  mounts.add("kv1", new Kv1());
  mounts.add("auth/token", new TokenAuth(tokens));
  mounts.add(
    "auth/kubernetes",
    new KubernetesAuth(tokens, options.review, {
      disable_iss_validation: true,
      disable_local_ca_jwt: true,
      issuer: "",
      kubernetes_ca_cert: options.cluster.caPem,
      kubernetes_host: options.cluster.server,
      pem_keys: [],
      token_reviewer_jwt_set: true,
    }),
  );
  mounts.add("auth/approle", new AppRoleAuth(tokens, now));
  mounts.add("auth/userpass", new UserPassAuth(tokens));
  const server = await listen(tls, {
    bodyLimit: BODY_LIMIT,
    handler: (request, response, body) => core.handle(request, response, body),
    onError: (error, response) => core.refuse(error, response),
    onTooLarge: (response) => answer(response, 413, JSON.stringify({ errors: ["request body too large"] })),
  });
  return { server, rootToken: tokens.root.id, core, audit, requests, stop: () => server.stop() };
}
