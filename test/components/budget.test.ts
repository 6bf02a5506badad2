import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Chart } from "cdk8s";
import fc from "fast-check";
import { appSecret, environment, plan, problemsOf, team, type Declaration, type VaultSpec } from "keyturn";
import { AppSecret } from "keyturn/cdk8s";
import { CANARIES, refusal } from "./fixtures";

const vault = {
  address: "https://v:8200",
  kv: { mount: "kv" },
  login: { kubernetes: { mount: "k8s" } },
} as const satisfies VaultSpec;
const withBudget = (requestsPerSecond: number, more: object = {}) =>
  environment("prod", { vault: { ...vault, budget: { requestsPerSecond } }, ...more });

/** An AppSecret of as many paths. */
const reading = (paths: number) =>
  Object.fromEntries(Array.from({ length: paths }, (_, index) => [`K${index}`, `path-${index}#v`]));

describe("the budget of a Vault", () => {
  const prod = withBudget(10);
  const pay = team(prod, "pay", { namespaces: ["pay"] });
  const shop = team(prod, "shop", { namespaces: ["shop"] });

  it("stands in the plan beside what all teams cost, those who cost most first", () => {
    const { budgets } = plan([
      appSecret("db", { team: pay, keys: reading(2), staleFor: "1s" }),
      appSecret("api", { team: shop, keys: reading(3), refreshInterval: "1s" }),
      appSecret("slow", { team: shop, name: "slow-secret", keys: { A: "slow#a" } }),
      appSecret("once", { team: shop, keys: { A: "once#a" }, refreshPolicy: "CreatedOnce" }),
    ]);
    const cost = (id: string, name: string, owner: string, refreshInterval: string, requestsPerSecond: number) => ({
      id,
      team: owner,
      namespace: owner,
      name,
      refreshInterval,
      requestsPerSecond,
    });
    expect(budgets).toEqual([
      {
        environment: "prod",
        vault: "main",
        requestsPerSecond: 5.000278,
        budget: 10,
        finds: 0,
        teams: [
          { team: "shop", requestsPerSecond: 3.000278 },
          { team: "pay", requestsPerSecond: 2 },
        ],
        costliest: [
          cost("api", "api", "shop", "1s", 3),
          cost("db", "db", "pay", "1s", 2),
          cost("slow", "slow-secret", "shop", "1h0m0s", 0.000278),
        ],
      },
    ]);
  });

  it("counts a path that several secrets of a team read once, and one that two teams read twice", () => {
    const same = (id: string, owner: typeof pay) =>
      appSecret(id, { team: owner, keys: { A: "/shared/db#a" }, staleFor: "1s" });
    const owners = [pay, shop].map((owner) =>
      team(prod, owner.name, { namespaces: owner.namespaces, prefixes: ["shared"] }),
    );
    const [first, second] = owners as [typeof pay, typeof pay];
    const total = (declarations: readonly Declaration[]) => plan(declarations).budgets[0]?.requestsPerSecond;
    expect(total([same("a", first), same("b", first)])).toBe(1);
    expect(total([same("a", first), same("b", second)])).toBe(2);
  });

  it("counts for External Secrets Operator every entry, and login, lookup and revocation, at each refresh", () => {
    const costs = (login: VaultSpec["login"]) => {
      const eso = environment("eso", { vault: { ...vault, login }, reconciler: { install: false } });
      const owner = team(eso, "pay", { namespaces: ["pay"] });
      const keys = { A: "db#a", B: "db#b" };
      const { load, budgets } = plan([
        appSecret("one", { team: owner, keys, staleFor: "10s" }),
        appSecret("two", { team: owner, keys, from: ["db"], staleFor: "10s" }),
      ]);
      return [load[0]?.paths, load[0]?.requestsPerSecond, budgets[0]?.costliest.map((cost) => cost.requestsPerSecond)];
    };
    expect(costs({ kubernetes: { mount: "k8s" } })).toEqual([1, 1.1, [0.6, 0.5]]);
    // Such a token is not the operator's to revoke.
    expect(costs({ token: { secret: "t", key: "k" } })).toEqual([1, 0.7, [0.4, 0.3]]);
    const tight = environment("eso", {
      vault: { ...vault, budget: { requestsPerSecond: 2 } },
      reconciler: { install: false },
    });
    const owner = team(tight, "pay", { namespaces: ["pay"] });
    expect(refusal(() => plan([appSecret("db", { team: owner, keys: reading(2), staleFor: "1s" })]))).toEqual([
      'AppSecret "db" › staleFor: 5 requests of External Secrets Operator every 1s are 5 requests a second, ' +
        'more than the whole budget of 2 of environment "eso"; an interval of 3s fits, or raise the budget',
    ]);
  });

  it("is shown when nothing is read yet, and what is read without one is shown too", () => {
    const free = environment("free", { vaults: { main: vault, old: { ...vault, address: "https://old:8200" } } });
    const ops = team(free, "ops", { namespaces: ["ops"] });
    const use = { requestsPerSecond: 0.000278, teams: [{ team: "ops", requestsPerSecond: 0.000278 }], finds: 0 };
    const once = appSecret("once", { team: pay, keys: { A: "a#a" }, refreshPolicy: "OnChange" });
    const { budgets } = plan([appSecret("a", { team: ops, keys: { A: "a#a" }, vault: "old" }), once]);
    expect(budgets).toMatchObject([
      { environment: "free", vault: "old", budget: undefined, ...use },
      { environment: "prod", vault: "main", budget: 10, requestsPerSecond: 0, costliest: [] },
    ]);
  });

  it("may be used up, and not more: then those who cost most are named, with their intervals", () => {
    const secrets = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        appSecret(`s${index}`, {
          team: index % 2 === 0 ? pay : shop,
          keys: { A: `own-${index}#a`, ...(index === 3 ? { B: "more#b" } : {}) },
          staleFor: "1s",
        }),
      );
    expect(plan(secrets(9)).budgets[0]?.requestsPerSecond).toBe(10);
    const most = [
      'AppSecret "s3" of team "shop" every 1s (2)',
      'AppSecret "s0" of team "pay" every 1s (1)',
      'AppSecret "s1" of team "shop" every 1s (1)',
      'AppSecret "s2" of team "pay" every 1s (1)',
      'AppSecret "s4" of team "pay" every 1s (1)',
    ];
    expect(refusal(() => plan(secrets(10)))).toEqual([
      'Environment "prod" › vault.budget: AppSecrets of 2 teams ask for 11 requests a second, the budget is 10; ' +
        `most by ${most.join(", ")}; give those a longer staleFor, let the secrets of a team share paths, or raise the budget`,
    ]);
  });

  it("that one AppSecret breaks alone is told at the field that says how often, once", () => {
    const alone = (change: object) =>
      problemsOf([
        appSecret("db", { team: pay, keys: reading(25), ...change }),
        appSecret("small", { team: pay, keys: { A: "small#a" } }),
      ]).map(({ path, message }) => `${path}: ${message}`);
    const why = (every: string, cost: number) =>
      `25 paths every ${every} are ${cost} requests a second, more than the whole budget of 10 of environment "prod"; ` +
      "an interval of 3s fits, or raise the budget";
    expect(alone({ staleFor: "2s" })).toEqual([`AppSecret "db" › staleFor: ${why("2s", 12.5)}`]);
    expect(alone({ refreshInterval: "1s", staleFor: "5m" })).toEqual([
      `AppSecret "db" › refreshInterval: ${why("1s", 25)}`,
    ]);
    expect(alone({ staleFor: "3s" })).toEqual([]);
    expect(alone({ refreshPolicy: "CreatedOnce" })).toEqual([]);
  });

  it("that the environment's own staleness breaks is told at the AppSecret, or at the rotation it derives from", () => {
    const strict = withBudget(0.01, { staleFor: "10s" });
    const owner = team(strict, "pay", { namespaces: ["pay"] });
    const problems = (change: object) =>
      refusal(() => plan([appSecret("db", { team: owner, keys: { A: "a#a" }, ...change })]));
    expect(problems({})).toEqual([
      'AppSecret "db": one path every 10s (staleFor of environment "prod") are 0.1 requests a second, ' +
        'more than the whole budget of 0.01 of environment "prod"; an interval of 1m40s fits, or raise the budget',
    ]);
    expect(problems({ rotatesEvery: "30s" })[0]).toMatch(/^AppSecret "db" › rotatesEvery: one path every 10s are 0.1 /);
  });

  it("stops a synth that goes beyond it", () => {
    const outdir = mkdtempSync(join(tmpdir(), "keyturn-"));
    const app = new App({ outdir });
    const secrets = Array.from({ length: 11 }, (_, index) => index);
    for (const index of secrets)
      new AppSecret(new Chart(app, `app-${index}`), "db", {
        team: pay,
        name: `s${index}`,
        keys: { A: `own-${index}#a` },
        staleFor: "1s",
      });
    try {
      expect(() => app.synth()).toThrow(
        /vault\.budget: AppSecrets of one team ask for 11 requests a second, the budget is 10/,
      );
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });

  it("is each Vault's own", () => {
    const both = environment("prod", {
      vaults: {
        main: { ...vault, budget: { requestsPerSecond: 1 } },
        old: { ...vault, address: "https://old:8200", budget: { requestsPerSecond: 2 } },
      },
    });
    const owner = team(both, "pay", { namespaces: ["pay"] });
    const secrets = ["a", "b", "c"].map((id) =>
      appSecret(id, { team: owner, keys: { A: `${id}#a` }, vault: "old", staleFor: "1s" }),
    );
    const main = appSecret("m", { team: owner, keys: { A: "m#a" }, staleFor: "1s" });
    expect(plan([main, ...secrets.slice(1)]).budgets.map((use) => [use.vault, use.requestsPerSecond])).toEqual([
      ["main", 1],
      ["old", 2],
    ]);
    expect(refusal(() => plan([main, ...secrets]))).toEqual([
      expect.stringMatching(
        /^Environment "prod" › vaults\.old\.budget: AppSecrets of one team ask for 3 .* budget is 2;/,
      ),
    ]);
  });

  it("is kept or refused whatever the order of the declarations, with the same words", () => {
    const counts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 });
    const shuffled = counts
      .map((paths) =>
        paths.map((count, index) =>
          appSecret(`s${index}`, {
            team: index % 3 === 0 ? shop : pay,
            keys: Object.fromEntries(Array.from({ length: count }, (_, key) => [`K${key}`, `s${index % 5}-${key}#v`])),
            staleFor: index % 2 === 0 ? "1s" : "1500ms",
          }),
        ),
      )
      .chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
      );
    const outcome = (declarations: readonly Declaration[]) => {
      const problems = problemsOf(declarations);
      return problems.length > 0 ? problems : plan(declarations).budgets;
    };
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(outcome(other)).toEqual(outcome(all));
        const reads = new Map<string, number>();
        for (const { id, spec } of all)
          for (const written of Object.values(spec.keys ?? {}) as string[]) {
            const path = `${spec.team.name}/${written}`;
            reads.set(path, Math.max(reads.get(path) ?? 0, Number(id.slice(1)) % 2 === 0 ? 1 : 1 / 1.5));
          }
        const total = [...reads.values()].reduce((sum, rate) => sum + rate, 0);
        expect(problemsOf(all).length > 0).toBe(total > 10 + 1e-6);
      }),
      { numRuns: 60 },
    );
  });

  const wrong: readonly (readonly [unknown, readonly string[]])[] = [
    [{ requestsPerSecond: 0 }, ["budget.requestsPerSecond: must be a number above 0"]],
    [{ requestsPerSecond: Infinity }, ["budget.requestsPerSecond: must be a number above 0"]],
    [{ requestsPerSecond: "10" }, ["budget.requestsPerSecond: must be a number above 0"]],
    [10, ["budget: must be an object, not number"]],
    [
      { requestPerSecond: 1 },
      [
        'budget.requestPerSecond: is not a known field; did you mean "requestsPerSecond"?',
        "budget.requestsPerSecond: must be a number above 0",
      ],
    ],
  ];
  it.each(wrong)("%j is refused", (budget, problems) => {
    expect(refusal(() => environment("e", { vault: { ...vault, budget } as never }))).toEqual(
      problems.map((problem) => `Environment "e" › vault.${problem}`),
    );
  });

  it("says no secret of an AppSecret's id", () => {
    const tight = withBudget(1);
    const owner = team(tight, "pay", { namespaces: ["pay"] });
    const secrets = CANARIES.slice(2, 5).map((id, index) =>
      appSecret(id, { team: owner, name: `n${index}`, keys: { A: `p${index}#v` }, staleFor: "1s" }),
    );
    const [told = ""] = refusal(() => plan(secrets));
    expect(told).toContain("ask for 3 requests a second");
    for (const canary of CANARIES) expect(told).not.toContain(canary);
  });
});

describe("a Vault that pushes", () => {
  const pushing = (settings: object = {}) =>
    team(environment("prod", { vault: { ...vault, push: true }, reconciler: { install: false }, ...settings }), "pay", {
      namespaces: ["pay"],
    });
  const intervalOf = (owner: ReturnType<typeof pushing>, change: object) =>
    (
      plan([appSecret("db", { team: owner, keys: { A: "db#a" }, ...change })]).manifests[0] as unknown as {
        readonly spec: { readonly refreshInterval: string };
      }
    ).spec.refreshInterval;

  const cases: readonly (readonly [settings: object, secret: object, interval: string])[] = [
    [{}, {}, "1h0m0s"],
    [{}, { rotatesEvery: "24h" }, "1h0m0s"],
    [{}, { rotatesEvery: "30m" }, "30m0s"],
    [{ staleFor: "6h" }, { rotatesEvery: "24h" }, "6h0m0s"],
    [{ staleFor: "6h" }, {}, "6h0m0s"],
    [{}, { rotatesEvery: "24h", staleFor: "5m" }, "5m0s"],
    [{}, { refreshInterval: "10m", rotatesEvery: "24h" }, "10m0s"],
  ];
  it.each(cases)("with %j, a secret with %j is read every %s", (settings, secret, interval) => {
    expect(intervalOf(pushing(settings), secret)).toBe(interval);
  });

  it("still has explicit intervals judged", () => {
    const problems = (change: object) =>
      refusal(() => plan([appSecret("db", { team: pushing(), keys: { A: "db#a" }, ...change })]));
    expect(problems({ refreshInterval: "2h", rotatesEvery: "1h" })).toEqual([
      'AppSecret "db" › refreshInterval: is longer than rotatesEvery (1h0m0s)',
    ]);
  });

  it("is refused where keyturn's own reconciler runs, which would not hear of it", () => {
    expect(refusal(() => pushing({ reconciler: {} }))).toEqual([
      'Environment "prod" › vault.push: keyturn\'s reconciler receives no events of Vault yet, so changes would wait for the long interval; ' +
        "leave it out, or where External Secrets Operator runs with something that tells it, say reconciler: { install: false }",
    ]);
    const spec = { vault: { ...vault, push: "yes" as unknown as boolean } };
    expect(refusal(() => environment("prod", spec))).toEqual([
      'Environment "prod" › vault.push: must be true or false, not string',
    ]);
    expect(environment("prod", { vault: { ...vault, push: false } }).vault.push).toBe(false);
  });
});
