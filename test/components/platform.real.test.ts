import { randomBytes } from "node:crypto";
import { environment, plan, platform, type PlatformSpec } from "keyturn";
import { bed } from "../bed";
import * as bao from "../bed/bao";
import { writeVault } from "./bed";

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
});
