import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment, plan, reconciler, team, type ReconcilerSpec } from "keyturn";
import { crds, type KubernetesObject } from "../../api";
import { runReconciler } from "../../reconciler/start";
import { bed } from "../bed";
import { installCrds } from "../bed/crds";
import { eventually } from "../bed/eventually";
import { kubeClient, request, requestToken, send, uniqueNamespace } from "../bed/kube";
import { applyAll, pathOf } from "./bed";
import { monitoringCrds } from "./foreign-crds";

// What the Reconciler installs, on a real API server: is it admitted, does it run as it is meant to, and may it do what it has to.

const mark = randomBytes(3).toString("hex");

function declared(name: string, namespaces: readonly string[], change: Partial<ReconcilerSpec> = {}) {
  const owner = environment(`${name}-${mark}`, {
    vault: { address: "https://v:8200", kv: { mount: "kv" }, login: { kubernetes: { mount: "k" } } },
    reconciler: { namespace: `${name}-system-${mark}` },
  });
  const teams = [team(owner, "payments", { namespaces })];
  return {
    system: owner.reconciler.namespace,
    manifests: plan([reconciler("r", { environment: owner, teams, bundle: "0", crds: "none", ...change })]).manifests,
  };
}

describe("the pods of the reconciler", () => {
  let system: string;
  let manifests: readonly KubernetesObject[];

  beforeAll(async () => {
    ({ system, manifests } = declared("pods", [await uniqueNamespace("pods")]));
    await applyAll(manifests);
  });

  const podOf = (change: object): KubernetesObject => {
    const deployment = manifests.find(({ kind }) => kind === "Deployment");
    const { template } = deployment?.spec as { readonly template: { readonly spec: object } };
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "by-hand", namespace: system },
      spec: { ...template.spec, ...change },
    };
  };
  const create = (pod: KubernetesObject) =>
    request<{ readonly message?: string }>("POST", `/api/v1/namespaces/${system}/pods?dryRun=All`, pod);

  it("are admitted in its namespace, which admits nothing that is not restricted", async () => {
    const { metadata } = await send<KubernetesObject>("GET", `/api/v1/namespaces/${system}`);
    expect(metadata.labels).toMatchObject({ "pod-security.kubernetes.io/enforce": "restricted" });
    expect(await create(podOf({}))).toMatchObject({ status: 201 });
    const { status, body } = await create(podOf({ hostNetwork: true, securityContext: {} }));
    expect([status, body.message]).toEqual([403, expect.stringContaining('violates PodSecurity "restricted:latest"')]);
  });

  it("are two that run, and one of them may be evicted", async () => {
    const path = pathOf(manifests.find(({ kind }) => kind === "PodDisruptionBudget") as KubernetesObject);
    const budget = () =>
      send<{ readonly status?: { readonly currentHealthy: number; readonly disruptionsAllowed: number } }>("GET", path);
    const { status } = await eventually("two healthy pods", budget, (seen) => seen.status?.currentHealthy === 2);
    expect(status).toMatchObject({ disruptionsAllowed: 1, desiredHealthy: 1, expectedPods: 2 });
    const pods = await send<{ readonly items: readonly KubernetesObject[] }>(
      "GET",
      `/api/v1/namespaces/${system}/pods`,
    );
    const [pod] = pods.items;
    if (pod === undefined) throw new Error("no pod");
    const { name, namespace } = pod.metadata;
    await send("POST", `/api/v1/namespaces/${system}/pods/${name}/eviction`, {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name, namespace },
    });
    await eventually("two again", budget, (seen) => seen.status?.disruptionsAllowed === 1);
  });

  it("are found by its Service, at the port of the metrics", async () => {
    interface Slices {
      readonly items: readonly {
        readonly ports: readonly { readonly name: string; readonly port: number }[];
        readonly endpoints: readonly { readonly conditions: { readonly ready: boolean } }[];
      }[];
    }
    const slices = await eventually(
      "the pods behind the Service",
      () =>
        send<Slices>(
          "GET",
          `/apis/discovery.k8s.io/v1/namespaces/${system}/endpointslices?labelSelector=kubernetes.io/service-name=keyturn-reconciler`,
        ),
      ({ items }) => items[0]?.endpoints?.filter(({ conditions }) => conditions.ready).length === 2,
    );
    expect(slices.items[0]?.ports).toMatchObject([{ name: "metrics", port: 8080 }]);
  });
});

describe("the CRDs of the reconciler", () => {
  interface Discovered {
    readonly resources: readonly { readonly kind: string; readonly name: string }[];
  }
  it.each(["v1", "v1beta1"])("serve external-secrets.io/%s", async (version) => {
    const { resources } = await send<Discovered>("GET", `/apis/external-secrets.io/${version}`);
    expect(resources.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...["clustersecretstores", "clustersecretstores/status", "externalsecrets", "externalsecrets/status"],
        ...["secretstores", "secretstores/status"],
      ]),
    );
  });

  it.each(crds.map((crd) => [crd.metadata.name, crd] as const))("%s is small and structural", async (name, crd) => {
    expect(JSON.stringify(crd).length).toBeLessThan(64 * 1024);
    const { status } = await send<{
      readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
    }>("GET", `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`);
    const conditions = new Map(status.conditions.map((each) => [each.type, each.status]));
    expect(conditions.get("Established")).toBe("True");
    expect(conditions.get("NonStructuralSchema") ?? "False").toBe("False");
  });

  it("take a SecretStore of Vault and of OpenBao in either version, and give it back in the other", async () => {
    const namespace = await uniqueNamespace("crds");
    const secretRef = { name: "token", key: "token" };
    const stores = {
      vault: { vault: { server: "https://v", path: "kv", version: "v2", auth: { tokenSecretRef: secretRef } } },
      openbao: { openBao: { server: "https://v", path: "kv", version: "v2", auth: { tokenSecretRef: secretRef } } },
    };
    const base = (version: string) => `/apis/external-secrets.io/${version}/namespaces/${namespace}/secretstores`;
    for (const [name, provider] of Object.entries(stores))
      for (const [version, other] of [
        ["v1", "v1beta1"],
        ["v1beta1", "v1"],
      ] as const) {
        await send("POST", `${base(version)}?fieldValidation=Strict`, {
          apiVersion: `external-secrets.io/${version}`,
          kind: "SecretStore",
          metadata: { name: `${name}-${version}` },
          spec: { provider },
        });
        const read = await send<KubernetesObject>("GET", `${base(other)}/${name}-${version}`);
        expect(read).toMatchObject({ apiVersion: `external-secrets.io/${other}`, spec: { provider } });
      }
  });
});

it("a real API server accepts what Prometheus and Grafana pick up, field by field", async () => {
  await installCrds(kubeClient(bed().kube), monitoringCrds);
  const labels = { release: "prometheus" };
  const { manifests } = declared("watched", [await uniqueNamespace("watched")], {
    serviceMonitor: { interval: "1.5s", labels },
    dashboards: { labels, annotations: { grafana_folder: "Secrets" } },
    alerts: { labels },
  });
  await applyAll(manifests.filter(({ kind }) => kind !== "Deployment"));
  for (const kind of ["ServiceMonitor", "PrometheusRule"]) {
    const object = manifests.find((each) => each.kind === kind) as KubernetesObject;
    const { spec } = await send<KubernetesObject>("GET", pathOf(object));
    expect(spec).toEqual(object.spec);
  }
});

/** Held for longer than the test lasts. */
function leaseOf(namespace: string, holderIdentity: string): KubernetesObject {
  const now = new Date().toISOString().replace("Z", "000Z");
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "keyturn-reconciler", namespace },
    spec: { holderIdentity, leaseDurationSeconds: 3600, acquireTime: now, renewTime: now, leaseTransitions: 0 },
  };
}

describe("the rights of the reconciler", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "keyturn-installed-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ["declared", false],
    ["declared", true],
    ["cluster", false],
    ["cluster", true],
  ] as const)(
    "are enough to be ready, and to lead, with scope %s and clusterStores %s",
    async (scope, clusterStores) => {
      const name = `${scope}-${clusterStores}`;
      const space = await uniqueNamespace("rights");
      const { system, manifests } = declared(name, [space], { scope, clusterStores, replicas: 1 });
      await applyAll(manifests.filter(({ kind }) => kind !== "Deployment"));
      // In the whole cluster there are the objects of other tests: there it stays a candidate, which watches everything and works on nothing.
      const holder = scope === "cluster" ? "another" : "";
      if (scope === "cluster") await applyAll([leaseOf(system, holder)]);
      const kubeconfig = join(folder, `${name}.kubeconfig`);
      writeFileSync(kubeconfig, await kubeconfigOf(system), { mode: 0o600 });
      const warnings: string[] = [];
      const log = { debug: () => undefined, info: () => undefined, error: () => undefined };
      const running = await eventually("the rights are in force", () =>
        runReconciler(
          {
            kubeconfig,
            ...(scope === "declared" ? { namespaces: [space] } : {}),
            leaderElect: true,
            metricsAddress: "127.0.0.1:0",
            healthAddress: "127.0.0.1:0",
            audit: join(folder, `${name}.audit`),
          },
          {
            environment: { POD_NAMESPACE: system, POD_NAME: "r" },
            log: { ...log, warn: (message: string) => void warnings.push(message) },
          },
        ),
      );
      try {
        const get = async (address: string | undefined, path: string) =>
          (await fetch(`http://${address}${path}`)).text();
        await eventually(
          "readiness",
          () => get(running.addresses.health, "/readyz"),
          (text) => text === "ok\n",
          { within: 20_000 },
        );
        await eventually(
          "leadership",
          () => get(running.addresses.metrics, "/metrics"),
          (text) =>
            text.includes(`leader_election_master_status{name="keyturn-reconciler"} ${scope === "cluster" ? 0 : 1}`),
          { within: 20_000 },
        );
      } finally {
        await running.stop();
      }
      const lease = await send<KubernetesObject>(
        "GET",
        `/apis/coordination.k8s.io/v1/namespaces/${system}/leases/keyturn-reconciler`,
      );
      expect(lease.spec).toMatchObject({ holderIdentity: holder });
      expect(warnings).toEqual([]);
    },
  );

  it("do not reach the leases and Secrets of others in its own namespace", async () => {
    const { system, manifests } = declared("own", [await uniqueNamespace("own")], { replicas: 1 });
    await applyAll(manifests.filter(({ kind }) => kind !== "Deployment"));
    const token = await requestToken(system, "keyturn");
    const status = async (method: string, path: string) =>
      (await request(method, path, undefined, undefined, { token })).status;
    const own = `/apis/coordination.k8s.io/v1/namespaces/${system}/leases`;
    await eventually(
      "its own lease",
      () => status("GET", `${own}/keyturn-reconciler`),
      (code) => code === 404,
    );
    expect(await status("GET", `${own}/other`)).toBe(403);
    expect(await status("GET", own)).toBe(403);
    expect(await status("GET", `/api/v1/namespaces/${system}/secrets/other`)).toBe(403);
    expect(await status("GET", `/api/v1/namespaces/${system}/secrets/keyturn-generation-key`)).toBe(404);
  });

  async function kubeconfigOf(namespace: string): Promise<string> {
    const { server, caFile } = bed().kube;
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "bed",
      clusters: [{ name: "bed", cluster: { server, "certificate-authority": caFile } }],
      users: [{ name: "bed", user: { token: await requestToken(namespace, "keyturn") } }],
      contexts: [{ name: "bed", context: { cluster: "bed", user: "bed" } }],
    });
  }
});
