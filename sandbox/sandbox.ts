import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crds } from "../api/crds";
import { startCluster, type Cluster } from "./cluster/cluster";
import type { PodSelector } from "./cluster/workloads/simulator";
import { createTls } from "./tls";
import type { AuditEntry } from "./vault/audit";
import { startVault, type RunningVault } from "./vault/vault";

/** What {@link startSandbox} may be told. */
export interface SandboxOptions {
  /** Milliseconds a pod takes to become ready; default 20. See {@link SandboxCluster.rolloutSpeed}. */
  readonly rolloutSpeed?: number;
  /** CRDs that are there from the start; default keyturn's own (ExternalSecret, the stores, SecretRollout). */
  readonly crds?: readonly object[];
  /** Whether ServiceAccounts may do only what RBAC gives them; default true. The administrator may do everything. */
  readonly rbac?: boolean;
  /** Writes kept per kind for watches that resume; older resource versions get `410 Expired`. Default 1,000. */
  readonly watchHistory?: number;
  /** Milliseconds between the bookmarks of a watch; default 60,000, as real servers do. */
  readonly bookmarkInterval?: number;
}

/** The cluster API of a sandbox. */
export interface SandboxCluster {
  /** `https://127.0.0.1:<port>` */
  readonly server: string;
  /** CA of the server certificate, as PEM. */
  readonly caPem: string;
  /** Bearer token of the administrator (group `system:masters`). */
  readonly adminToken: string;
  /** A kubeconfig as an object, complete in itself. */
  kubeconfig(): object;
  /** Writes {@link kubeconfig} to `<folder>/kubeconfig`, readable by the owner only, and returns its path. */
  kubeconfigFile(folder: string): string;
  /** From now on pods take this many milliseconds to become ready; 0 means at once. */
  rolloutSpeed(milliseconds: number): void;
  /**
   * Pods that match do not become ready, so that rollouts with them hang and fail at their deadline. Call the result to let
   * them become ready. A pod with the label `sandbox.keyturn.dev/pods: never-ready` never does.
   * @param selector a label selector over pod labels, e.g. `app=checkout`, or a function over the pod
   */
  failRollouts(selector: PodSelector): () => void;
  /** Forgets the history of all watches: the next one that resumes gets `410 Expired`. */
  expireWatches(): void;
  /** Requests so far, by verb and resource: `"patch externalsecrets/status" -> 3`. The cluster's own controllers do not count. */
  requests(): ReadonlyMap<string, number>;
  /** How many of {@link requests} were writes (create, update, patch, delete, deletecollection); TokenRequests and reviews count. */
  writes(): number;
  /** Counts {@link requests} from 0 again. */
  resetRequests(): void;
}

/** The Vault of a sandbox. */
export interface SandboxVault {
  /** `https://127.0.0.1:<port>` */
  readonly address: string;
  /** CA of the server certificate, as PEM. */
  readonly caPem: string;
  /** Token that may do everything. */
  readonly rootToken: string;
  /** From now on everything but health and seal status is answered 503. Nothing is lost. */
  seal(): void;
  /** Ends {@link seal}. */
  unseal(): void;
  /** The next requests outside `sys/` are answered 429 with `Retry-After`. */
  rateLimit(requests: number, retryAfterSeconds?: number): void;
  /** Requests so far, by operation and mount: `"read secret/" -> 3`. */
  requests(): ReadonlyMap<string, number>;
  /** Counts {@link requests} from 0 again. */
  resetRequests(): void;
  /** The last entries (10,000 and more) of the audit log, oldest first: two a request, values hashed. */
  audit(): readonly AuditEntry[];
}

/** A cluster API and a Vault in this process. */
export interface Sandbox {
  readonly cluster: SandboxCluster;
  readonly vault: SandboxVault;
  /** Closes both servers and every connection to them. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster API and a Vault on free ports of 127.0.0.1, over HTTPS with certificates of their own CA. Everything lives
 * in memory and is gone after {@link Sandbox.stop}.
 *
 * The cluster has namespaces `default`, `kube-system`, `kube-public` and `kube-node-lease`, one node, and the CRDs; Deployments,
 * StatefulSets and DaemonSets roll. The Vault is unsealed, with KV v2 at `secret/`, KV v1 at `kv1/`, and the auth methods
 * `kubernetes` (which trusts the cluster), `approle` and `userpass`.
 *
 * What differs from real servers: docs/sandbox.md.
 *
 * @example
 * const sandbox = await startSandbox();
 * try {
 *   const answer = await fetch(`${sandbox.vault.address}/v1/sys/health`, …); // with sandbox.vault.caPem as CA
 * } finally {
 *   await sandbox.stop();
 * }
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const tls = createTls();
  const cluster = await startCluster(tls, {
    msPerPod: options.rolloutSpeed ?? 20,
    watchHistory: options.watchHistory ?? 1_000,
    bookmarkMs: options.bookmarkInterval ?? 60_000,
    rbac: options.rbac ?? true,
    crds: options.crds ?? crds,
  });
  try {
    const vault = await startVault(tls, {
      auditLimit: 10_000,
      review: (jwt) => cluster.reviewAnyAudience(jwt),
      cluster: { server: cluster.server.address, caPem: tls.caPem },
    });
    return {
      cluster: clusterFace(cluster, tls.caPem),
      vault: vaultFace(vault, tls.caPem),
      stop: async () => {
        await Promise.all([cluster.stop(), vault.stop()]);
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

const WRITES = new Set(["create", "update", "patch", "delete", "deletecollection"]);

function clusterFace(cluster: Cluster, caPem: string): SandboxCluster {
  const server = cluster.server.address;
  const kubeconfig = (): object => ({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "sandbox",
        cluster: { server, "certificate-authority-data": Buffer.from(caPem).toString("base64") },
      },
    ],
    users: [{ name: "admin", user: { token: cluster.adminToken } }],
    contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "admin" } }],
    "current-context": "sandbox",
  });
  return {
    server,
    caPem,
    adminToken: cluster.adminToken,
    kubeconfig,
    kubeconfigFile: (folder) => {
      const path = join(folder, "kubeconfig");
      writeFileSync(path, `${JSON.stringify(kubeconfig(), undefined, 2)}\n`, { mode: 0o600 });
      return path;
    },
    rolloutSpeed: (milliseconds) => cluster.simulator.setSpeed(milliseconds),
    failRollouts: (selector) => cluster.simulator.fail(selector),
    expireWatches: () => cluster.storage.compact(),
    requests: () => cluster.requests.all(),
    writes: () => cluster.requests.sum(WRITES),
    resetRequests: () => cluster.requests.reset(),
  };
}

function vaultFace(vault: RunningVault, caPem: string): SandboxVault {
  return {
    address: vault.server.address,
    caPem,
    rootToken: vault.rootToken,
    seal: () => {
      vault.core.sealed = true;
    },
    unseal: () => {
      vault.core.sealed = false;
    },
    rateLimit: (requests, retryAfterSeconds = 1) => vault.core.limit(requests, retryAfterSeconds),
    requests: () => vault.requests.all(),
    resetRequests: () => vault.requests.reset(),
    audit: () => vault.audit.entries(),
  };
}
