import fc from "fast-check";
import {
  formatRolloutOn,
  InvalidError,
  parseEnvironments,
  parseExternalSecret,
  parseRolloutOn,
  parseSecretStore,
  rolloutOnOf,
  secretKeyProblem,
  storeOf,
  targetName,
  withinPrefixes,
} from "../../api";

const es = (spec: unknown): unknown => ({
  apiVersion: "external-secrets.io/v1beta1",
  kind: "ExternalSecret",
  metadata: { name: "db" },
  spec,
});

describe("parseExternalSecret", () => {
  test("accepts v1beta1 and keeps unknown fields", () => {
    const parsed = parseExternalSecret(es({ data: [{ secretKey: "a", remoteRef: { key: "b" }, later: 1 }] }));
    if (!("value" in parsed)) throw new Error("not parsed");
    expect(parsed.value.spec.data).toEqual([{ secretKey: "a", remoteRef: { key: "b" }, later: 1 }]);
    expect(targetName(parsed.value)).toBe("db");
  });

  test("reports every problem with its place", () => {
    expect(
      parseExternalSecret({
        kind: "ExternalSecret",
        apiVersion: "v2",
        metadata: {},
        spec: { data: [{}, 3], target: [] },
      }),
    ).toEqual({
      problems: [
        { path: "apiVersion", message: "is not one of external-secrets.io/v1, external-secrets.io/v1beta1" },
        { path: "metadata.name", message: "is missing" },
        { path: "spec.data[0].secretKey", message: "is missing or not a string" },
        { path: "spec.data[0].remoteRef", message: "is missing or not an object" },
        { path: "spec.data[1]", message: "is not an object" },
        { path: "spec.target", message: "is not an object" },
      ],
    });
  });

  test("never throws, whatever it is given", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (spec, whole) => {
        parseExternalSecret(es(spec));
        parseExternalSecret(whole);
        parseSecretStore(whole);
      }),
    );
  });

  test("an entry's own store wins over the object's", () => {
    const spec = { secretStoreRef: { name: "a" } };
    expect(storeOf(spec)).toEqual({ name: "a" });
    expect(storeOf(spec, { sourceRef: { storeRef: { name: "b" } } })).toEqual({ name: "b" });
  });
});

describe("parseSecretStore", () => {
  test("needs exactly one provider with a server", () => {
    const store = (provider: unknown): unknown => ({
      apiVersion: "external-secrets.io/v1",
      kind: "SecretStore",
      metadata: { name: "s" },
      spec: { provider },
    });
    expect(parseSecretStore(store({ vault: { server: "https://v" } }))).toHaveProperty("value");
    expect(parseSecretStore(store({ vault: {} }))).toEqual({
      problems: [{ path: "spec.provider.vault.server", message: "is missing or not a string" }],
    });
    expect(parseSecretStore(store({ vault: { server: "x" }, aws: {} }))).toEqual({
      problems: [{ path: "spec.provider", message: "must name exactly one provider" }],
    });
  });
});

describe("rollout-on", () => {
  test("reads auto, whole Secrets and keys", () => {
    expect(parseRolloutOn(" auto ")).toEqual({ mode: "auto" });
    expect(parseRolloutOn("db/user, db/password,tls")).toEqual({
      mode: "listed",
      secrets: new Map([
        ["db", new Set(["user", "password"])],
        ["tls", undefined],
      ]),
    });
    expect(parseRolloutOn("db/user,db")).toEqual({ mode: "listed", secrets: new Map([["db", undefined]]) });
    expect(parseRolloutOn(" , ")).toEqual({ mode: "none" });
  });

  test("is written sorted and read back", () => {
    const text = formatRolloutOn(
      new Map([
        ["tls", undefined],
        ["db", new Set(["user", "password"])],
      ]),
    );
    expect(text).toBe("db/password,db/user,tls");
    const parsed = parseRolloutOn(text);
    expect(parsed.mode === "listed" && formatRolloutOn(parsed.secrets)).toBe(text);
  });

  test("keyturn's annotation wins over Reloader's, which is understood", () => {
    expect(rolloutOnOf({ "reloader.stakater.com/auto": "true" })).toEqual({ mode: "auto" });
    expect(rolloutOnOf({ "secret.reloader.stakater.com/reload": "a,b" })).toEqual({
      mode: "listed",
      secrets: new Map([
        ["a", undefined],
        ["b", undefined],
      ]),
    });
    expect(rolloutOnOf({ "reloader.stakater.com/auto": "true", "keyturn.dev/rollout-on": "db/x" })).toEqual({
      mode: "listed",
      secrets: new Map([["db", new Set(["x"])]]),
    });
    expect(rolloutOnOf({})).toEqual({ mode: "none" });
  });
});

describe("names and prefixes", () => {
  test.each([
    ["tls.crt", undefined],
    ["__proto__", undefined],
    ["", "is empty"],
    ["..", 'may not be "." or start with ".."'],
    ["a/b", 'may only have letters, digits, "-", "_" and "."'],
  ])("Secret key %p: %p", (key, problem) => expect(secretKeyProblem(key)).toBe(problem));

  test("a prefix covers itself and what is below, not its neighbours", () => {
    expect(withinPrefixes(["payments"], "payments/db")).toBe(true);
    expect(withinPrefixes(["payments"], "payments")).toBe(true);
    expect(withinPrefixes(["payments"], "payments2/db")).toBe(false);
    expect(withinPrefixes([], "payments")).toBe(false);
  });
});

describe("parseEnvironments", () => {
  const team = {
    name: "payments",
    namespaces: ["payments"],
    serviceAccount: "keyturn-payments",
    prefixes: ["payments"],
  };
  const prod = {
    name: "prod",
    vault: { address: "https://v:8200", kv: { mount: "prod", version: 2 }, login: { kubernetes: { mount: "k8s" } } },
    teams: [team],
  };
  const file = (...environments: unknown[]): unknown => ({
    apiVersion: "keyturn.dev/v1alpha1",
    kind: "Environments",
    environments,
  });

  test("accepts a whole document", () => {
    expect(parseEnvironments(file(prod), "f")).toEqual([prod]);
  });

  test("names every wrong place", () => {
    const bad = {
      ...prod,
      name: "Prod",
      vault: { address: "v", kv: { mount: "", version: 3 }, login: {} },
      teams: [{ name: "x", namespaces: "y", prefixes: [] }],
    };
    try {
      parseEnvironments(file(bad), "environments.yaml");
      throw new Error("accepted");
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidError);
      expect((error as InvalidError).problems.map((problem) => problem.path)).toEqual([
        "environments[0].name",
        "environments[0].vault.address",
        "environments[0].vault.kv.mount",
        "environments[0].vault.login",
        "environments[0].teams[0].serviceAccount",
        "environments[0].teams[0].namespaces",
      ]);
    }
  });

  test("names every wrong place of further Vaults", () => {
    const otherVaults = { Old: prod.vault, new: { address: "v", kv: {}, login: {} } };
    let problems: readonly string[] = [];
    try {
      parseEnvironments(file({ ...prod, otherVaults }), "f");
    } catch (error) {
      problems = (error as InvalidError).problems.map(({ path }) => path);
    }
    expect(problems).toEqual([
      "environments[0].otherVaults.Old",
      "environments[0].otherVaults.new.address",
      "environments[0].otherVaults.new.kv.mount",
      "environments[0].otherVaults.new.login",
    ]);
    expect(parseEnvironments(file({ ...prod, otherVaults: { old: prod.vault } }), "f")).toHaveLength(1);
  });

  test("refuses another document and a name used twice", () => {
    expect(() => parseEnvironments({}, "f")).toThrow("f: is not a keyturn.dev/v1alpha1 Environments document");
    expect(() => parseEnvironments(file(prod, prod), "f")).toThrow('f: environments[1].name: "prod" is used twice');
  });
});
