import { environment, plan, planFiles, platform, type PlatformSpec, type VaultSpec } from "keyturn";
import { Platform } from "keyturn/pulumi";
import { refusal } from "./fixtures";
import { record } from "./pulumi-rig";

const token = { token: { secret: "t", key: "k" } } as const;
const environmentWith = (change: Partial<VaultSpec>) =>
  environment("prod", { vault: { address: "https://v", kv: { mount: "kv" }, login: token, ...change } });
const writesOf = (spec: PlatformSpec) =>
  plan([platform("p", spec)]).vault[0]?.platform.filter(({ path }) => !path.startsWith("sys/mounts/"));

describe("the rate limit of a Platform", () => {
  const budget = { requestsPerSecond: 20 };
  const limit = (rate: number, path = "kv/") => ({ path: "sys/quotas/rate-limit/keyturn-prod", body: { path, rate } });

  const cases: readonly (readonly [VaultSpec["budget"], PlatformSpec["quota"], readonly unknown[]])[] = [
    [undefined, undefined, []],
    [budget, undefined, [limit(20)]],
    [budget, { requestsPerSecond: 5.5 }, [limit(5.5)]],
    [budget, false, []],
    [undefined, false, []],
    // Vault rounds to whole requests: 1.4 would become 1, below what the AppSecrets may ask for.
    [{ requestsPerSecond: 1.4 }, undefined, [limit(2)]],
    [{ requestsPerSecond: 0.01 }, undefined, [limit(1)]],
  ];
  it.each(cases)("with budget %j and quota %j is %j, the same with Pulumi", async (given, quota, writes) => {
    const prod = environmentWith(given === undefined ? {} : { budget: given });
    const spec = { environment: prod, ...(quota === undefined ? {} : { quota }) };
    expect(writesOf(spec)).toEqual(writes);
    const { resources } = await record(() => new Platform("p", spec));
    expect(resources.filter(({ name }) => name === "p-quota").map(({ inputs }) => inputs)).toEqual(
      (writes as ReturnType<typeof limit>[]).map(({ body }) => ({ name: "keyturn-prod", ...body })),
    );
  });

  it("of a Vault with a namespace is to be made by hand in the root namespace, which alone takes it", async () => {
    const prod = environmentWith({ budget, namespace: "tenants/a" });
    expect(writesOf({ environment: prod })).toEqual([]);
    const planned = plan([platform("p", { environment: prod })]);
    const byHand = {
      path: "sys/quotas/rate-limit/keyturn-prod",
      what: 'in the root namespace of Vault: {"path":"tenants/a/kv/","rate":20}',
    };
    expect(planned.vault[0]?.byHand).toEqual([byHand]);
    expect(JSON.parse(planFiles(planned).get("vault/by-hand.json") ?? "")).toEqual([
      { environment: "prod", ...byHand },
    ]);
    const { resources } = await record(() => new Platform("p", { environment: prod }));
    expect(resources.map(({ name }) => name)).toEqual(["p", "p-mount"]);
    expect(plan([platform("p", { environment: prod, quota: false })]).vault[0]?.byHand).toEqual([]);
  });

  const wrong: readonly (readonly [unknown, readonly string[]])[] = [
    [true, ["quota: must be an object, not boolean"]],
    [{ requestsPerSecond: NaN }, ["quota.requestsPerSecond: must be a number above 0"]],
    [{ requestsPerSecond: 1, interval: "1m" }, ["quota.interval: is not a known field"]],
  ];
  it.each(wrong)("%j is refused", (quota, problems) => {
    const spec = { environment: environmentWith({}), quota } as PlatformSpec;
    expect(refusal(() => plan([platform("p", spec)]))).toEqual(problems.map((problem) => `Platform "p" › ${problem}`));
  });

  it("that is asked for is refused where the Vault has a namespace", () => {
    const prod = environmentWith({ namespace: "tenants/a" });
    const problem =
      'Platform "p" › quota: Vault takes rate limits in its root namespace only, and this environment is in namespace "tenants/a"; ' +
      "leave it out, and have it made there";
    expect(refusal(() => plan([platform("p", { environment: prod, quota: budget })]))).toEqual([problem]);
    expect(refusal(() => new Platform("p", { environment: prod, quota: budget }))).toEqual([problem]);
  });
});
