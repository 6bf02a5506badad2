import {
  CREATED_BY_LABEL,
  createdByHash,
  DATA_HASH_ANNOTATION,
  dataHash,
  EXTERNAL_SECRET_FINALIZER,
  fieldManager,
  MANAGED_LABEL,
  syncedResourceVersion,
  type JsonRecord,
  type KubernetesObject,
} from "../../api";
import { plan, type Declaration } from "keyturn";
import { eventually } from "../contract/target";
import { Run, Tenant, type World } from "../reconciler/world";
import { evaluated, printed } from "./imported";

interface Synced extends KubernetesObject {
  readonly status?: { readonly syncedResourceVersion?: string };
}

interface Workload extends KubernetesObject {
  readonly spec: { readonly template: JsonRecord };
}

/**
 * The way of docs/import.md on a cluster where External Secrets Operator has run, on the sandbox and on the real servers.
 * @param own requests for the reconciler's own Secret, the key of generations, at the first start and at the next; where those of all
 * namespaces are counted
 */
export function adoptionSuite(
  world: () => World,
  own: { readonly first: readonly string[]; readonly next: readonly string[] } = { first: [], next: [] },
): void {
  let tenant: Tenant;
  const values = { username: "shop", password: "one" };
  const secrets = (): string => `/api/v1/namespaces/${tenant.namespace}/secrets`;
  const externalSecrets = (): string => `/apis/external-secrets.io/v1/namespaces/${tenant.namespace}/externalsecrets`;
  const ask = async (method: string, path: string, body?: unknown, type?: string): Promise<KubernetesObject> => {
    const headers = type === undefined ? {} : { headers: { "Content-Type": type } };
    const answer = await world().target.kube.ask(method, path, { ...(body === undefined ? {} : { body }), ...headers });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json as unknown as KubernetesObject;
  };

  /** What ESO 2.9 leaves behind (reference/eso.md 2.6, 2.7): its objects, its status, and a Secret with its marks. */
  const asEsoLeavesIt = async (): Promise<void> => {
    await tenant.put("app/db", values);
    await tenant.apply(
      tenant.store({ spec: { controller: undefined } }),
      tenant.externalSecret(
        "database",
        {
          refreshInterval: "15m",
          target: { name: "database-credentials" },
          data: Object.keys(values).map((secretKey) => ({
            secretKey,
            remoteRef: { key: "app/db", property: secretKey },
          })),
        },
        { labels: { app: "shop" }, finalizers: [EXTERNAL_SECRET_FINALIZER] },
      ),
    );
    const object = await ask("GET", `${externalSecrets()}/database`);
    const now = new Date().toISOString().replace(/\.\d+/, "");
    await ask("PUT", `${externalSecrets()}/database/status`, {
      ...object,
      status: {
        refreshTime: now,
        syncedResourceVersion: syncedResourceVersion(object.metadata),
        binding: { name: "database-credentials" },
        conditions: [
          { type: "Ready", status: "True", reason: "SecretSynced", message: "secret synced", lastTransitionTime: now },
        ],
      },
    });
    const data = new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)] as const));
    await ask("POST", `${secrets()}?fieldManager=${encodeURIComponent(fieldManager("database"))}`, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "database-credentials",
        namespace: tenant.namespace,
        labels: {
          app: "shop",
          [MANAGED_LABEL]: "true",
          [CREATED_BY_LABEL]: createdByHash(tenant.namespace, "database"),
        },
        annotations: { [DATA_HASH_ANNOTATION]: dataHash(data) },
        ownerReferences: [
          {
            apiVersion: "external-secrets.io/v1",
            kind: "ExternalSecret",
            name: "database",
            uid: object.metadata.uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      data: Object.fromEntries([...data].map(([key, bytes]) => [key, bytes.toString("base64")])),
      type: "Opaque",
    });
    await tenant.apply({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "web",
        namespace: tenant.namespace,
        annotations: { "keyturn.dev/rollout-on": "database-credentials/password" },
      },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: "web" } },
        template: {
          metadata: { labels: { app: "web" } },
          spec: {
            containers: [{ name: "web", image: "web", envFrom: [{ secretRef: { name: "database-credentials" } }] }],
          },
        },
      },
    });
  };

  /** The declarations that `keyturn import` prints for what the API server gives, handed to keyturn's reconciler. */
  const imported = async (): Promise<readonly Declaration[]> => {
    const lists = await Promise.all(
      [externalSecrets(), externalSecrets().replace("externalsecrets", "secretstores")].map((path) => ask("GET", path)),
    );
    const items = lists.flatMap((list, at) =>
      (list as unknown as { readonly items: readonly JsonRecord[] }).items.map((item) => ({
        ...item,
        apiVersion: "external-secrets.io/v1",
        kind: ["ExternalSecret", "SecretStore"][at],
      })),
    );
    const yaml = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const { code, program, said } = await printed(yaml, "--environment", "prod");
    // The store's role is not one of keyturn's: it stays, and the secrets refer to it.
    expect(said.map((line) => line.replace(tenant.namespace, "NS").replace(/ \(.*|: is not .*/, ""))).toEqual([
      "warning: SecretStore NS/vault › spec.provider.vault.auth.kubernetes.role",
    ]);
    expect(code).toBe(1);
    return evaluated(program.replace("  reconciler: { install: false },\n", ""));
  };

  const apply = async (declarations: readonly Declaration[]): Promise<void> => {
    for (const object of plan(declarations).manifests)
      await ask(
        "PATCH",
        `${externalSecrets()}/${object.metadata.name}?fieldManager=gitops&force=true`,
        object,
        "application/apply-patch+yaml",
      );
  };

  test("neither the Secret nor a pod template is written; the next change of the value writes both, and then whose it is", async () => {
    tenant = await Tenant.create(world());
    await asEsoLeavesIt();
    const before = await tenant.get("Secret", "database-credentials");
    const deployed = await tenant.get<Workload>("Deployment", "web");
    const declarations = await imported();
    expect(plan(declarations).manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      "ExternalSecret database",
    ]);
    await apply(declarations);
    const applied = await tenant.get<Synced>("ExternalSecret", "database");
    expect(applied?.metadata.annotations).toMatchObject({
      "keyturn.dev/environment": "prod",
      "keyturn.dev/team": tenant.namespace,
    });
    const version = syncedResourceVersion(applied?.metadata ?? {});
    expect(applied?.status?.syncedResourceVersion).not.toBe(version);

    await world().mark();
    let run = await new Run(world(), { namespaces: [tenant.namespace] }).start();
    try {
      await eventually("keyturn has looked at what was applied", async () =>
        expect((await tenant.get<Synced>("ExternalSecret", "database"))?.status?.syncedResourceVersion).toBe(version),
      );
      await eventually("and at the workload", async () =>
        expect(
          (await tenant.get<{ status?: JsonRecord } & KubernetesObject>("SecretRollout", "deployment-web"))?.status,
        ).toBeDefined(),
      );
      const writes = Object.keys(await world().requests(tenant.namespace)).filter((key) => /^(?!get|list)/.test(key));
      expect(writes.filter((key) => / (?:secrets|deployments)(?:$|\/)/.test(key))).toEqual(own.first);
      expect((await tenant.get("Secret", "database-credentials"))?.metadata).toEqual(before?.metadata);
      expect((await tenant.get<Workload>("Deployment", "web"))?.spec).toEqual(deployed?.spec);
      expect(await tenant.data("database-credentials")).toEqual(values);

      // A restart does not read it again, and writes as little.
      await run.stop();
      await world().mark();
      run = await new Run(world(), { namespaces: [tenant.namespace] }).start();
      await eventually("all objects have been looked at", async () =>
        expect(await run.metrics()).toMatch(/controller_runtime_reconcile_total\{[^}]*externalsecret[^}]*\} [1-9]/),
      );
      const asked = Object.keys(await world().requests(tenant.namespace));
      expect(asked.filter((key) => !key.startsWith("list "))).toEqual(own.next);

      await tenant.put("app/db", { ...values, password: "two" });
      await tenant.patch("ExternalSecret", "database", { metadata: { annotations: { "force-sync": "1" } } });
      await tenant.untilData("database-credentials", { ...values, password: "two" });
      const after = await tenant.get("Secret", "database-credentials");
      expect(after?.metadata.uid).toBe(before?.metadata.uid);
      expect(after?.metadata.annotations).toMatchObject({
        "keyturn.dev/environment": "prod",
        "keyturn.dev/team": tenant.namespace,
      });
      await eventually("the workload rolls", async () =>
        expect((await tenant.get<Workload>("Deployment", "web"))?.spec.template.metadata).toMatchObject({
          annotations: { "keyturn.dev/generation": expect.any(String) as string },
        }),
      );
    } finally {
      await run.stop();
    }
  });
}
