import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appSecret, environment, plan, planFiles, platform, store, team, teamAccess, type PlatformSpec } from "keyturn";
import { parseEnvironments } from "../../api";
import { runReconciler } from "../../reconciler/start";
import { bed } from "../bed";
import * as bao from "../bed/bao";
import { eventually } from "../bed/eventually";
import { request } from "../bed/kube";
import { applyAll, writeVault } from "./bed";

/** In every name: other tests use the same servers at the same time. */
const run = randomBytes(3).toString("hex");

function declared(name: string, change: object, settings: object = {}, spec: Partial<PlatformSpec> = {}) {
  const owner = environment(name, {
    vault: {
      address: bed().bao.address,
      kv: { mount: name, version: 1 },
      login: { token: { secret: "t", key: "t" } },
      ...change,
    },
    ...settings,
  });
  const [documents] = plan([platform("p", { environment: owner, ...spec })]).vault;
  if (documents === undefined) throw new Error("a plan without a Vault");
  return documents;
}

describe("the rate limit of a Platform, on a real OpenBao", () => {
  it("is the budget in whole requests, and more than that is answered with 429", async () => {
    const name = `rate-${run}`;
    await writeVault(declared(name, { budget: { requestsPerSecond: 1.4 } }));
    const { data } = await bao.send<{ data: object }>("GET", `sys/quotas/rate-limit/keyturn-${name}`);
    expect(data).toMatchObject({ path: `${name}/`, rate: 2, interval: 1, block_interval: 0, role: "" });
    const burst = await Promise.all(Array.from({ length: 40 }, () => bao.request("GET", `${name}/none`)));
    const statuses = burst.map(({ status }) => status);
    expect(statuses.filter((status) => status === 404).length).toBeGreaterThanOrEqual(2);
    expect([...new Set(statuses)].sort()).toEqual([404, 429]);
  });

  it("is refused in a namespace, and taken in the root as the plan says to make it by hand", async () => {
    const namespace = `tenant-${run}`;
    await bao.send("POST", `sys/namespaces/${namespace}`, {});
    const documents = declared(`spaced-${run}`, { namespace, budget: { requestsPerSecond: 20 } });
    await writeVault({ ...documents, policies: [], roles: [] }, `${namespace}/`);
    const [need] = documents.byHand;
    const body = JSON.parse(need?.what.replace(/^in the root namespace of Vault: /, "") ?? "") as object;
    expect((await bao.request("POST", `${namespace}/${need?.path}`, body)).status).toBe(400);
    expect((await bao.request("POST", need?.path ?? "", body)).status).toBe(204);
    const { data } = await bao.send<{ data: object }>("GET", need?.path ?? "");
    expect(data).toMatchObject({ path: `${namespace}/spaced-${run}/`, rate: 20 });
  });

  it("slows the reconciler's first reads down and fails none of them for good", async () => {
    const name = `slow-${run}`;
    const prod = environment(name, {
      vault: {
        address: bed().bao.address,
        kv: { mount: name, version: 1 },
        login: { tokenSecret: { secret: "vault-token", key: "token" } },
        ca: { pem: readFileSync(bed().bao.caFile, "utf8") },
        budget: { requestsPerSecond: 2 },
      },
    });
    const owner = team(prod, "pay", { namespaces: [name] });
    const ids = Array.from({ length: 8 }, (_, index) => `s${index}`);
    const declared = plan([
      platform("p", { environment: prod }),
      teamAccess("a", { team: owner }),
      store("s", { team: owner }),
      ...ids.map((id) => appSecret(id, { team: owner, keys: { A: `${id}#a` } })),
    ]);
    const [documents] = declared.vault;
    if (documents === undefined) throw new Error("a plan without a Vault");
    // The values first: writing them is limited too.
    const [mount, ...rest] = documents.platform;
    await writeVault({ ...documents, platform: mount === undefined ? [] : [mount] });
    for (const id of ids) await bao.send("POST", `${name}/pay/${id}`, { a: id });
    await writeVault({ ...documents, platform: rest });
    const { auth } = await bao.send<{ auth: { client_token: string } }>("POST", "auth/token/create", {
      policies: documents.policies.map((policy) => policy.name),
      no_default_policy: true,
    });
    const core = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
    await request("POST", "/api/v1/namespaces", core);
    await request("POST", `/api/v1/namespaces/${name}/secrets`, {
      ...{ ...core, kind: "Secret", metadata: { name: "vault-token" } },
      stringData: { token: auth.client_token },
    });
    await applyAll(declared.manifests.filter(({ kind }) => ["SecretStore", "ExternalSecret"].includes(kind)));
    const folder = mkdtempSync(join(tmpdir(), "keyturn-real-"));
    const file: unknown = JSON.parse(planFiles(declared).get("environments.json") ?? "");
    const running = await runReconciler(
      {
        kubeconfig: bed().kubeconfig,
        namespaces: [name],
        environments: parseEnvironments(file, "environments.json"),
        leaderElect: false,
        metricsAddress: "0",
        healthAddress: "0",
        audit: join(folder, "audit.log"),
        logLevel: "error",
      },
      { environment: { POD_NAMESPACE: name, POD_NAME: "r" } },
    );
    try {
      const list = `/api/v1/namespaces/${name}/secrets`;
      await eventually(
        "all Secrets",
        () => request<{ items: readonly { metadata: { name: string } }[] }>("GET", list),
        ({ body }) => ids.every((id) => body.items.some(({ metadata }) => metadata.name === id)),
      );
    } finally {
      await running.stop();
    }
    const reads = readFileSync(join(folder, "audit.log"), "utf8")
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as { event: string; outcome: string; code?: string }]))
      .filter(({ event }) => event === "read");
    expect(reads.filter(({ outcome }) => outcome === "ok")).toHaveLength(ids.length);
    const failed = reads.flatMap(({ outcome, code }) => (outcome === "ok" ? [] : [code]));
    expect([...new Set(failed)]).toEqual(["VaultRateLimited"]);
    rmSync(folder, { recursive: true });
  });
});
