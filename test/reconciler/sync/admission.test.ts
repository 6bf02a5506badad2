import type { EnvironmentData } from "../../../api";
import { conditionsAllow, environmentDenial } from "../../../reconciler/sync/admission";
import { storeRecord } from "../../../reconciler/sync/store";

const allow = (conditions: Parameters<typeof conditionsAllow>[0], namespace: string, labels = {}) =>
  conditionsAllow(conditions, namespace, async () => labels);

describe("conditions of a ClusterSecretStore", () => {
  test.each<[string, Parameters<typeof conditionsAllow>[0], string, object, boolean]>([
    ["none allow every namespace", [], "any", {}, true],
    ["a listed namespace", [{ namespaces: ["a", "b"] }], "b", {}, true],
    ["a namespace that is not listed", [{ namespaces: ["a"] }], "b", {}, false],
    ["a regexp matches whole names", [{ namespaceRegexes: ["prod"] }], "nonprod", {}, false],
    ["alternatives too", [{ namespaceRegexes: ["dev|prod"] }], "prod-2", {}, false],
    ["the same name", [{ namespaceRegexes: ["dev|prod"] }], "prod", {}, true],
    ["Go's syntax", [{ namespaceRegexes: ["(?i)PROD-[[:alpha:]]+"] }], "prod-eu", {}, true],
    ["a pattern that does not compile allows nothing", [{ namespaceRegexes: ["("] }], "a", {}, false],
    ["conditions are alternatives", [{ namespaces: ["x"] }, { namespaceRegexes: ["a.*"] }], "abc", {}, true],
    ["labels", [{ namespaceSelector: { matchLabels: { env: "prod" } } }], "a", { env: "prod" }, true],
    ["other labels", [{ namespaceSelector: { matchLabels: { env: "prod" } } }], "a", { env: "dev" }, false],
    ["an inherited name is no label", [{ namespaceSelector: { matchLabels: { constructor: "x" } } }], "a", {}, false],
    [
      "expressions",
      [
        {
          namespaceSelector: {
            matchExpressions: [
              { key: "env", operator: "In", values: ["prod", "dev"] },
              { key: "team", operator: "Exists" },
              { key: "old", operator: "DoesNotExist" },
              { key: "zone", operator: "NotIn", values: ["eu"] },
            ],
          },
        },
      ],
      "a",
      { env: "dev", team: "x" },
      true,
    ],
    [
      "an unknown operator selects nothing",
      [{ namespaceSelector: { matchExpressions: [{ key: "env", operator: "Gt", values: ["1"] }] } }],
      "a",
      { env: "2" },
      false,
    ],
  ])("%s", async (_name, conditions, namespace, labels, expected) => {
    expect(await allow(conditions, namespace, labels)).toBe(expected);
  });

  test("a catastrophic pattern answers at once", async () => {
    const started = performance.now();
    expect(await allow([{ namespaceRegexes: ["(a+)+b"] }], "a".repeat(63))).toBe(false);
    // A backtracking engine would take longer than anybody lives.
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

const NOW = Date.parse("2026-11-24T23:59:59Z");

describe("environments", () => {
  const prod: EnvironmentData = {
    name: "prod",
    vault: {
      address: "https://vault.prod.example.com:8200",
      kv: { mount: "prod", version: 2 },
      login: { kubernetes: { mount: "k8s-prod" } },
    },
    teams: [{ name: "payments", namespaces: ["payments"], serviceAccount: "keyturn", prefixes: ["payments"] }],
  };
  const store = (vault: object) =>
    storeRecord({
      apiVersion: "external-secrets.io/v1",
      kind: "SecretStore",
      metadata: { name: "vault", namespace: "payments" },
      spec: {
        provider: {
          vault: {
            server: prod.vault.address,
            path: "prod",
            auth: { kubernetes: { role: "r", serviceAccountRef: { name: "a" } } },
            ...vault,
          },
        },
      },
    });

  test.each([
    ["payments/db", {}],
    ["prod/payments/db", {}],
    ["payments", { server: "https://VAULT.prod.example.com:8200/" }],
    ["prod/payments/db", { path: undefined }],
  ])("%s of the team's own Vault is allowed", (key, vault) => {
    expect(environmentDenial([prod], "payments", store(vault), key, NOW)).toBeUndefined();
  });

  test("a store may reach any Vault of the environment, each with its own mount and version", () => {
    const several: EnvironmentData = {
      ...prod,
      otherVaults: {
        legacy: {
          address: "https://old:8200",
          kv: { mount: "secret", version: 1 },
          login: { appRole: { mount: "a" } },
        },
      },
    };
    const denial = (vault: object, key: string) => environmentDenial([several], "payments", store(vault), key, NOW);
    const old = { server: "https://old:8200", path: "secret", version: "v1" };
    expect(denial({}, "payments/db")).toBeUndefined();
    expect(denial(old, "payments/db")).toBeUndefined();
    expect(denial({ ...old, path: "prod" }, "payments/db")).toEqual({
      problem: 'prod/payments/db is outside what team "payments" may read in environment "prod"',
      remedy: "use a key below secret/payments",
    });
    expect(denial({ server: "https://other:8200" }, "payments/db")).toEqual({
      problem:
        'the store\'s Vault https://other:8200 is not the one of environment "prod", to which namespace payments belongs',
      remedy: "point the store to https://vault.prod.example.com:8200 or https://old:8200",
    });
  });

  test.each([
    [
      "payments2/db",
      {},
      "payments",
      'prod/payments2/db is outside what team "payments" may read in environment "prod"',
      "use a key below prod/payments",
    ],
    [
      "dev/payments/db",
      { path: "dev" },
      "payments",
      'dev/payments/db is outside what team "payments" may read in environment "prod"',
      "use a key below prod/payments",
    ],
    [
      "payments/db",
      { server: "https://vault.dev.example.com:8200" },
      "payments",
      'the store\'s Vault https://vault.dev.example.com:8200 is not the one of environment "prod", to which namespace payments belongs',
      "point the store to https://vault.prod.example.com:8200",
    ],
    [
      "payments/db",
      { namespace: "other" },
      "payments",
      'the store\'s Vault https://vault.prod.example.com:8200 is not the one of environment "prod", to which namespace payments belongs',
      "point the store to https://vault.prod.example.com:8200",
    ],
    [
      "payments/db",
      {},
      "stray",
      "namespace stray belongs to no environment that this reconciler was given",
      "add it to a team in the environments file",
    ],
  ])("%s with %j is refused", (key, vault, namespace, problem, remedy) => {
    expect(environmentDenial([prod], namespace, store(vault), key, NOW)).toEqual({ problem, remedy });
  });

  describe("an extra grant", () => {
    const lent: EnvironmentData = {
      ...prod,
      teams: prod.teams.map((team) => ({
        ...team,
        alsoReads: [
          { path: "shared/api", reason: "PAY-12", until: "2026-11-24" },
          { path: "shared/old", reason: "PAY-11", until: "2026-11-23" },
          { prefix: "lent", reason: "PAY-10", until: "2027-01-31" },
        ],
      })),
    };
    const denial = (key: string, now = NOW) => environmentDenial([lent], "payments", store({}), key, now)?.problem;
    const outside = (key: string) => `prod/${key} is outside what team "payments" may read in environment "prod"`;

    test.each([
      ["shared/api", undefined],
      ["prod/shared/api", undefined],
      ["lent/a/b", undefined],
      ["shared/api/x", outside("shared/api/x")],
      ["shared", outside("shared")],
      ["lent2", outside("lent2")],
    ])("%s", (key, problem) => {
      expect(denial(key)).toBe(problem);
    });

    test("ends with its last day, in UTC, and then says so", () => {
      const refused = (grant: string, until: string) =>
        `prod/${grant} is read by an extra grant of team "payments" (${grant}) that ended on ${until}`;
      expect(denial("shared/api", NOW + 1000)).toBe(refused("shared/api", "2026-11-24"));
      expect(environmentDenial([lent], "payments", store({}), "shared/old", NOW)).toEqual({
        problem: refused("shared/old", "2026-11-23"),
        remedy:
          "give the grant in alsoReads a later day, or stop reading the path; until then the Secret stays as it is",
      });
    });

    test("that is over takes nothing of what the team may read anyway", () => {
      expect(denial("payments/db", Date.parse("2030-01-01"))).toBeUndefined();
    });
  });
});
