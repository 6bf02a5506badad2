import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonRecord, KubernetesObject } from "../../api";
import type { Audit, AuditEntry, Log, LogFields } from "../../reconciler/observe/types";
import type { ReconcilerOptions } from "../../reconciler/options";
import { runReconciler, type RunningReconciler } from "../../reconciler/run";
import { startSandbox } from "../../sandbox";
import { bed } from "../bed";
import { auditMark, countByVerb, requestsSince, type AuditMark } from "../bed/audit";
import { baoAuditMark, baoRequestsSince } from "../bed/bao-audit";
import { uniqueNamespace } from "../bed/kube";
import { eventually, MERGE, target, unique, type Target } from "../contract/target";

/** Servers and what a test does with them; the same tests run on the sandbox and on the real ones. */
export interface World {
  readonly target: Target;
  /** A kubeconfig file of the administrator. */
  readonly kubeconfig: string;
  readonly vault: { readonly address: string; readonly ca: string };
  readonly dir: string;
  /** The namespace the reconcilers of this world call their own. */
  readonly system: string;
  /** From here on {@link requests} and {@link vaultReads} count. */
  mark(): Promise<void>;
  /**
   * Requests about a namespace since the mark, watches left out: `{"patch secrets": 1}`. On the real servers those of reconcilers
   * (other tests run at the same time); the sandbox, which is this test's own, counts everything.
   */
  requests(namespace: string): Promise<Readonly<Record<string, number>>>;
  /** Successful and failed reads of a path since the mark. */
  vaultReads(path: string): Promise<number>;
  stop(): Promise<void>;
}

function kubeconfigFile(dir: string, kube: { server: string; ca: string; token: string }): string {
  const file = join(dir, "kubeconfig");
  const ca = Buffer.from(kube.ca).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
    clusters: [{ name: "x", cluster: { server: kube.server, "certificate-authority-data": ca } }],
    users: [{ name: "x", user: { token: kube.token } }],
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

export async function sandboxWorld(): Promise<World> {
  const sandbox = await startSandbox({ rolloutSpeed: 10 });
  const dir = mkdtempSync(join(tmpdir(), "keyturn-reconciler-"));
  const { cluster, vault } = sandbox;
  const kube = { server: cluster.server, ca: cluster.caPem, token: cluster.adminToken };
  let seen = 0;
  return {
    target: target({
      name: "sandbox",
      kube,
      vault: { address: vault.address, ca: vault.caPem, token: vault.rootToken },
      neverReady: { "sandbox.keyturn.dev/pods": "never-ready" },
      stop: () => sandbox.stop(),
    }),
    kubeconfig: kubeconfigFile(dir, kube),
    vault: { address: vault.address, ca: vault.caPem },
    dir,
    system: "default",
    mark: async () => {
      cluster.resetRequests();
      seen = vault.audit().length;
    },
    requests: async () => Object.fromEntries([...cluster.requests()].filter(([key]) => !key.startsWith("watch "))),
    vaultReads: async (path) =>
      vault
        .audit()
        .slice(seen)
        .filter(
          (entry) => entry.type === "response" && entry.request.operation === "read" && entry.request.path === path,
        ).length,
    stop: async () => {
      await sandbox.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export async function realWorld(): Promise<World> {
  const { kube, bao } = bed();
  const dir = mkdtempSync(join(tmpdir(), "keyturn-reconciler-"));
  const access = { server: kube.server, ca: readFileSync(kube.caFile, "utf8"), token: kube.token };
  const vault = { address: bao.address, ca: readFileSync(bao.caFile, "utf8"), token: bao.rootToken };
  const system = await uniqueNamespace("system");
  let mark: AuditMark = { offset: 0 };
  let baoMark: AuditMark = { offset: 0 };
  return {
    target: target({
      name: "real",
      kube: access,
      vault,
      neverReady: { "bed.keyturn.dev/pods": "never-ready" },
      stop: async () => undefined,
    }),
    kubeconfig: kubeconfigFile(dir, access),
    vault,
    dir,
    system,
    mark: async () => {
      mark = await auditMark();
      baoMark = await baoAuditMark();
    },
    requests: async (namespace) => {
      const all = await requestsSince(mark, { namespace });
      return countByVerb(all.filter(({ userAgent, verb }) => userAgent.startsWith("keyturn/") && verb !== "watch"));
    },
    vaultReads: async (path) => (await baoRequestsSince(baoMark, { operation: "read", path })).length,
    stop: async () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** A reconciler in this process, restricted to one namespace, and everything it said. */
export class Run {
  readonly audit: AuditEntry[] = [];
  readonly log: { readonly level: string; readonly message: string; readonly fields: LogFields }[] = [];
  private running: RunningReconciler | undefined;

  constructor(
    private readonly world: World,
    private readonly options: ReconcilerOptions,
  ) {}

  async start(): Promise<this> {
    const audit: Audit = { record: (entry) => void this.audit.push(entry), close: async () => undefined };
    this.running = await runReconciler(
      { kubeconfig: this.world.kubeconfig, logLevel: "debug", ...this.options },
      { log: this.logger(), audit, environment: { KEYTURN_NAMESPACE: this.world.system } },
    );
    const { health } = this.running.addresses;
    await eventually("the caches are filled", async () => {
      expect((await fetch(`http://${health}/readyz`)).status).toBe(200);
    });
    return this;
  }

  async metrics(): Promise<string> {
    return (await fetch(`http://${this.running?.addresses.metrics}/metrics`)).text();
  }

  async stop(): Promise<void> {
    await this.running?.stop();
  }

  private logger(): Log {
    const at =
      (level: string) =>
      (message: string, fields: LogFields = {}): void =>
        void this.log.push({ level, message, fields });
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  }
}

/** One namespace with a KV v2 mount, a role for its ServiceAccount and a store; objects are made and read by it. */
export class Tenant {
  readonly mount = unique("kv");
  readonly role = unique("role");

  private constructor(
    readonly world: World,
    readonly namespace: string,
  ) {}

  static async create(world: World): Promise<Tenant> {
    const namespace = unique("sync");
    const tenant = new Tenant(world, namespace);
    const { kube } = world.target;
    expect((await kube.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: namespace } } })).status).toBe(
      201,
    );
    await eventually("the default ServiceAccount", async () => {
      expect((await kube.ask("GET", `/api/v1/namespaces/${namespace}/serviceaccounts/default`)).status).toBe(200);
    });
    await tenant.bao("POST", `sys/mounts/${tenant.mount}`, { type: "kv", options: { version: "2" } });
    await tenant.allow(`${tenant.mount}/data/app/*`);
    await tenant.bao("POST", `auth/kubernetes/role/${tenant.role}`, {
      bound_service_account_names: ["default"],
      bound_service_account_namespaces: [namespace],
      audience: "vault",
      token_policies: [tenant.role],
      token_ttl: "20m",
    });
    await tenant.put("app/ready", { probe: "x" });
    return tenant;
  }

  /** Sets the policy of the role: reading of these paths. */
  async allow(...paths: readonly string[]): Promise<void> {
    const policy = paths.map((path) => `path "${path}" { capabilities = ["read"] }`).join("\n");
    await this.bao("POST", `sys/policies/acl/${this.role}`, { policy });
  }

  async bao(method: string, path: string, body?: unknown): Promise<void> {
    const answer = await this.world.target.vault.ask(method, `/v1/${path}`, body === undefined ? {} : { body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  }

  /** Writes a version; a new mount of KV v2 takes a moment. */
  async put(key: string, data: JsonRecord): Promise<void> {
    await eventually(`put ${key}`, () => this.bao("POST", `${this.mount}/data/${key}`, { data }));
  }

  store(
    parts: {
      readonly name?: string;
      readonly server?: string;
      readonly spec?: JsonRecord;
      readonly vault?: JsonRecord;
    } = {},
  ): KubernetesObject {
    return {
      apiVersion: "external-secrets.io/v1",
      kind: "SecretStore",
      metadata: { name: parts.name ?? "vault", namespace: this.namespace },
      spec: {
        controller: "keyturn",
        provider: {
          vault: {
            server: parts.server ?? this.world.vault.address,
            path: this.mount,
            version: "v2",
            caBundle: Buffer.from(this.world.vault.ca).toString("base64"),
            auth: {
              kubernetes: {
                mountPath: "kubernetes",
                role: this.role,
                serviceAccountRef: { name: "default", audiences: ["vault"] },
              },
            },
            ...parts.vault,
          },
        },
        ...parts.spec,
      },
    };
  }

  externalSecret(name: string, spec: JsonRecord = {}, metadata: JsonRecord = {}): KubernetesObject {
    return {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: { name, namespace: this.namespace, ...metadata },
      spec: {
        secretStoreRef: { name: "vault", kind: "SecretStore" },
        refreshInterval: "1h",
        data: [{ secretKey: "password", remoteRef: { key: "app/db", property: "password" } }],
        ...spec,
      },
    };
  }

  async apply(...objects: readonly KubernetesObject[]): Promise<void> {
    for (const object of objects) {
      const answer = await this.world.target.kube.ask("POST", this.path(object.kind), { body: object });
      if (answer.status !== 201) throw new Error(`${object.kind}: ${answer.status} ${answer.text}`);
    }
  }

  async get<T = KubernetesObject>(kind: string, name: string): Promise<T | undefined> {
    const answer = await this.world.target.kube.ask("GET", `${this.path(kind)}/${name}`);
    return answer.status === 404 ? undefined : (answer.json as T);
  }

  async patch(kind: string, name: string, body: JsonRecord): Promise<void> {
    const answer = await this.world.target.kube.ask("PATCH", `${this.path(kind)}/${name}`, { body, headers: MERGE });
    if (answer.status >= 300) throw new Error(`patch ${kind} ${name}: ${answer.status} ${answer.text}`);
  }

  async delete(kind: string, name: string): Promise<void> {
    const answer = await this.world.target.kube.ask("DELETE", `${this.path(kind)}/${name}`);
    if (answer.status >= 300) throw new Error(`delete ${kind} ${name}: ${answer.status} ${answer.text}`);
  }

  /** The data of a Secret as texts. */
  async data(name: string): Promise<Record<string, string> | undefined> {
    const secret = await this.get<{ data?: Record<string, string> }>("Secret", name);
    if (secret === undefined) return undefined;
    return Object.fromEntries(
      Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
    );
  }

  async ready(
    name: string,
    kind = "ExternalSecret",
  ): Promise<{ status: string; reason: string; message: string } | undefined> {
    const object = await this.get<{
      status?: { conditions?: { type: string; status: string; reason: string; message: string }[] };
    }>(kind, name);
    return object?.status?.conditions?.find(({ type }) => type === "Ready");
  }

  async untilReady(name: string, status: "True" | "False", message: string | RegExp = ""): Promise<string> {
    return eventually(`${name} is Ready=${status}`, async () => {
      const condition = await this.ready(name);
      expect(condition?.status).toBe(status);
      if (message instanceof RegExp) expect(condition?.message).toMatch(message);
      else expect(condition?.message).toContain(message);
      return condition?.message ?? "";
    });
  }

  async untilData(name: string, data: Record<string, string>): Promise<void> {
    await eventually(`the data of ${name}`, async () => expect(await this.data(name)).toEqual(data));
  }

  async events(name: string): Promise<readonly { type: string; reason: string; message: string }[]> {
    const answer = await this.world.target.kube.ask("GET", this.path("Event"));
    const { items } = answer.json as unknown as {
      items: { type: string; reason: string; message: string; involvedObject: { name: string } }[];
    };
    return items.filter((event) => event.involvedObject.name === name);
  }

  private path(kind: string): string {
    const groups: Readonly<Record<string, string>> = {
      Secret: "api/v1",
      Event: "api/v1",
      Deployment: "apis/apps/v1",
      StatefulSet: "apis/apps/v1",
      DaemonSet: "apis/apps/v1",
      SecretRollout: "apis/keyturn.dev/v1alpha1",
    };
    return `/${groups[kind] ?? "apis/external-secrets.io/v1"}/namespaces/${this.namespace}/${kind.toLowerCase()}s`;
  }
}

/** A TCP proxy in front of a server, to take it away and give it back. */
export class Proxy {
  private server: Server | undefined;
  private port = 0;
  private readonly sockets = new Set<Socket>();

  constructor(private readonly to: string) {}

  get address(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  async up(): Promise<this> {
    const { hostname, port } = new URL(this.to);
    this.server = createServer((socket) => {
      const upstream = connect(Number(port), hostname);
      for (const [one, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        this.sockets.add(one);
        one
          .on("error", () => undefined)
          .on("close", () => {
            this.sockets.delete(one);
            other.destroy();
          });
        one.pipe(other);
      }
    });
    await new Promise<void>((resolve, reject) => {
      this.server?.once("error", reject).listen(this.port, "127.0.0.1", resolve);
    });
    this.port = (this.server.address() as { port: number }).port;
    return this;
  }

  async down(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => (this.server === undefined ? resolve() : this.server.close(() => resolve())));
    this.server = undefined;
  }
}
