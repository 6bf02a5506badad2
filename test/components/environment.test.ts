import { environment, team, type EnvironmentSpec, type TeamSpec } from "keyturn";
import { parseEnvironments } from "../../api";
import { environmentsFile } from "../../components/model/environments-file";
import { CANARIES, dev, payments, prod, refusal, shop } from "./fixtures";

const spec = {
  vault: { address: "https://v:8200", kv: { mount: "kv" }, login: { kubernetes: { mount: "k8s" } } },
};
const vault = (change: object): EnvironmentSpec => ({ vault: { ...spec.vault, ...change } });

const vaultsOf = <T>(main: T) => ({ vault: main, vaults: [main] });

describe("environment", () => {
  it("fills in defaults: KV version 2, an audience of its own, Vault as reviewer, the reconciler's account", () => {
    expect(environment("stage", spec)).toEqual({
      name: "stage",
      ...vaultsOf({
        name: "main",
        address: "https://v:8200",
        namespace: undefined,
        kv: { mount: "kv", version: 2 },
        login: {
          kubernetes: {
            mount: "k8s",
            audience: "vault-stage",
            reviewer: "vault",
            apiAudience: "https://kubernetes.default.svc.cluster.local",
            tokenTtl: 1200,
          },
        },
        ca: undefined,
        budget: undefined,
        push: false,
      }),
      staleFor: undefined,
      reconciler: { install: true, namespace: "keyturn-system", serviceAccount: "keyturn" },
      audit: undefined,
      clusters: [],
    });
  });

  it("takes the address without its last slash", () => {
    expect(environment("e", vault({ address: "http://127.0.0.1:8200/" })).vault.address).toBe("http://127.0.0.1:8200");
  });

  const bad: readonly (readonly [string, unknown, readonly string[]])[] = [
    [
      "Prod",
      spec,
      [
        'Environment "Prod" › name: "Prod" is not a DNS label (lower-case letters, digits and "-", at most 63 characters)',
      ],
    ],
    ["e", undefined, ['Environment "e": is missing', 'Environment "e" › vault: is missing', ...missingVault("e")]],
    [
      "e",
      vault({ address: "vault.example.com" }),
      ['Environment "e" › vault.address: "vault.example.com" is not an address like "https://vault.example.com:8200"'],
    ],
    [
      "e",
      vault({ address: "https://root:pw@v:8200" }),
      ['Environment "e" › vault.address: has a password in it; keyturn logs in by the login method only'],
    ],
    [
      "e",
      vault({ kv: { mount: "kv/../sys", version: 3 } }),
      [
        'Environment "e" › vault.kv.version: must be 1 or 2',
        'Environment "e" › vault.kv.mount: contains a "." or ".." segment',
      ],
    ],
    ["e", vault({ kv: { mount: "kv/*" } }), ['Environment "e" › vault.kv.mount: contains a wildcard ("*" or "+")']],
    [
      "e",
      vault({ login: { kubernets: { mount: "k8s" } } }),
      [
        'Environment "e" › vault.login.kubernets: is not a known field; did you mean "kubernetes"?',
        'Environment "e" › vault.login: must have exactly one of kubernetes, jwt, appRole, userPass, ldap, cert, tokenSecret',
      ],
    ],
    [
      "e",
      vault({ login: { token: "hvs.abc" } }),
      [
        'Environment "e" › vault.login.token: must be { secret, key }: where it lies, never the value. What is written there is not shown',
      ],
    ],
    [
      "e",
      vault({ login: { kubernetes: { mount: "k8s", reviewer: "me" } } }),
      ['Environment "e" › vault.login.kubernetes.reviewer: must be "vault" or "client", not "me"'],
    ],
    [
      "e",
      vault({ ca: { pem: "MIIB" } }),
      ['Environment "e" › vault.ca.pem: has no PEM certificate (-----BEGIN CERTIFICATE-----)'],
    ],
    [
      "e",
      vault({ ca: { pem: CANARIES[1] } }),
      ['Environment "e" › vault.ca.pem: has a private key in it; only certificates belong here. It is not shown'],
    ],
    [
      "e",
      vault({ ca: { pem: "x", secret: { name: "a", key: "b" } } }),
      ['Environment "e" › vault.ca: must have exactly one of pem, configMap and secret'],
    ],
    [
      "e",
      vault({ ca: { configMap: { name: "CA", key: "" } } }),
      [
        'Environment "e" › vault.ca.configMap.name: "CA" is not a Kubernetes object name (lower-case letters, digits, "-" and ".")',
        'Environment "e" › vault.ca.configMap.key: is empty',
      ],
    ],
    [
      "e",
      { ...spec, staleFor: "5 minutes", reconciler: { namespace: "x_y" } },
      [
        'Environment "e" › staleFor: "5 minutes" is not a duration; write for example "5m", "1h30m" or "24h" (there are no days)',
        'Environment "e" › reconciler.namespace: "x_y" is not a DNS label (lower-case letters, digits and "-", at most 63 characters)',
      ],
    ],
  ];
  it.each(bad)("refuses %j with every problem and its place (%#)", (name, given, problems) => {
    expect(refusal(() => environment(name, given as EnvironmentSpec))).toEqual(problems);
  });

  function missingVault(name: string): readonly string[] {
    const at = `Environment "${name}" › vault`;
    return [
      `${at}.kv: is missing`,
      `${at}.address: is missing`,
      `${at}.kv.mount: is missing`,
      `${at}.login: is missing`,
    ];
  }
});

describe("team", () => {
  it("fills in defaults: a ServiceAccount and a prefix of the team's name", () => {
    expect(payments).toEqual({
      environment: prod,
      name: "payments",
      namespaces: ["payments"],
      serviceAccount: "keyturn-payments",
      prefixes: ["payments"],
    });
  });

  const bad: readonly (readonly [unknown, unknown, unknown, readonly string[]])[] = [
    [{ name: "prod" }, "t", { namespaces: ["n"] }, ['Team "t" › environment: is not made by environment(...)']],
    [
      prod,
      "Team A",
      { namespaces: ["n"] },
      ['Team "Team A" › name: "Team A" is not a DNS label (lower-case letters, digits and "-", at most 63 characters)'],
    ],
    [prod, "t", {}, ['Team "t" › namespaces: is missing']],
    [prod, "t", { namespaces: [], prefixes: [] }, ['Team "t" › namespaces: is empty', 'Team "t" › prefixes: is empty']],
    [prod, "t", { namespaces: "n" }, ['Team "t" › namespaces: must be a list, not string']],
    [
      prod,
      "t",
      { namespaces: ["n", "n"], prefixs: ["a"] },
      [
        'Team "t" › prefixs: is not a known field; did you mean "prefixes"?',
        'Team "t" › namespaces[1]: "n" is there twice',
      ],
    ],
    [
      prod,
      "t",
      { namespaces: ["n"], prefixes: ["a/../b", "/a", "a/", "*", "{{x}}"] },
      [
        'Team "t" › prefixes[0]: contains a "." or ".." segment',
        'Team "t" › prefixes[1]: contains an empty segment',
        'Team "t" › prefixes[2]: contains an empty segment',
        'Team "t" › prefixes[3]: contains a wildcard ("*" or "+")',
        'Team "t" › prefixes[4]: contains templating ("{{")',
      ],
    ],
    [
      prod,
      "t",
      { namespaces: ["n"], serviceAccount: "A" },
      ['Team "t" › serviceAccount: "A" is not a DNS label (lower-case letters, digits and "-", at most 63 characters)'],
    ],
  ];
  it.each(bad)("refuses what is wrong (%#)", (environment_, name, given, problems) => {
    expect(refusal(() => team(environment_ as typeof prod, name as string, given as TeamSpec))).toEqual(problems);
  });

  it("judges the default ServiceAccount name too: Kubernetes would refuse 71 characters as a label", () => {
    const long = "t".repeat(60);
    expect(refusal(() => team(prod, long, { namespaces: ["n"] }))).toEqual([
      `Team "${long}" › serviceAccount: "keyturn-${long}" is longer than 63 characters`,
    ]);
  });
});

it("writes environments in the form that rules, CLI and reconciler read", () => {
  const file = environmentsFile([prod, dev], [shop, payments]);
  expect(file.environments.map(({ name, teams }) => [name, teams.map((entry) => entry.name)])).toEqual([
    ["dev", []],
    ["prod", ["payments", "shop"]],
  ]);
  expect(parseEnvironments(JSON.parse(JSON.stringify(file)), "environments.json")).toEqual(file.environments);
});
