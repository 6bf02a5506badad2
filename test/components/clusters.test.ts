import {
  appSecret,
  environment,
  plan,
  platform,
  store,
  team,
  teamAccess,
  type ClusterSpec,
  type Declaration,
  type EnvironmentSettings,
} from "keyturn";
import * as pulumi from "@pulumi/pulumi";
import { Platform, Store, TeamAccess } from "keyturn/pulumi";
import { parseEnvironments } from "../../api";
import { refusal } from "./fixtures";
import { record } from "./pulumi-rig";

const ca = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const vault = { address: "https://v:8200", kv: { mount: "kv" }, login: { kubernetes: { mount: "k8s" } } } as const;
const eu = { kubernetes: { host: "https://eu:6443", ca } } satisfies ClusterSpec;
const us = { kubernetes: { host: "https://us:6443" } } satisfies ClusterSpec;
const prodWith = (clusters: EnvironmentSettings["clusters"], more: object = {}) =>
  environment("prod", { vault: { ...vault, ...more }, ...(clusters === undefined ? {} : { clusters }) });
const payOf = (owner: ReturnType<typeof prodWith>) => team(owner, "pay", { namespaces: ["pay"] });
const writesOf = (declarations: readonly Declaration[]) =>
  plan(declarations).vault.flatMap((documents) => [
    ...documents.platform.map(({ path, body }) => [path, body.kubernetes_host ?? body.description]),
    ...documents.roles.map(({ mount, name }) => [`auth/${mount}/role/${name}`]),
  ]);
const storesOf = (declarations: readonly Declaration[]) =>
  plan(declarations)
    .manifests.filter(({ kind }) => kind === "SecretStore")
    .map(({ metadata, ...rest }) => {
      const { provider } = (rest as unknown as { spec: { provider: { vault: { auth: { kubernetes: object } } } } })
        .spec;
      return [metadata.name, metadata.annotations, provider.vault.auth.kubernetes];
    });

describe("an environment with several clusters", () => {
  const prod = prodWith({ us, eu });
  const pay = payOf(prod);
  const declarations = [
    platform("p", { environment: prod }),
    teamAccess("access", { team: pay }),
    store("us-store", { team: pay, cluster: "us" }),
    store("eu-store", { team: pay, cluster: "eu" }),
    appSecret("db", { team: pay, keys: { A: "db#a" }, staleFor: "10s" }),
  ];

  it("has a login mount for each, which asks that cluster's API server, and a role of the team in each", () => {
    expect(writesOf(declarations)).toEqual([
      ["sys/mounts/kv", "Secrets of environment prod (keyturn)"],
      ["sys/auth/k8s-eu", "ServiceAccounts of environment prod, cluster eu (keyturn)"],
      ["auth/k8s-eu/config", "https://eu:6443"],
      ["sys/auth/k8s-us", "ServiceAccounts of environment prod, cluster us (keyturn)"],
      ["auth/k8s-us/config", "https://us:6443"],
      ["auth/k8s-eu/role/keyturn-prod-pay"],
      ["auth/k8s-us/role/keyturn-prod-pay"],
    ]);
    expect(plan(declarations).vault[0]?.policies.map(({ name }) => name)).toEqual(["keyturn-prod-pay"]);
  });

  it("has a store of the same name in each, which logs in at the cluster's mount", () => {
    const of = (cluster: string) => [
      "keyturn-prod",
      { "keyturn.dev/cluster": cluster, "keyturn.dev/environment": "prod", "keyturn.dev/team": "pay" },
      {
        mountPath: `k8s-${cluster}`,
        role: "keyturn-prod-pay",
        serviceAccountRef: { name: "keyturn-pay", audiences: ["vault-prod"] },
      },
    ];
    expect(storesOf(declarations)).toEqual([of("eu"), of("us")]);
    expect(JSON.stringify(plan([...declarations].reverse()))).toBe(JSON.stringify(plan(declarations)));
  });

  it("has everything else once, for all of them", () => {
    expect(plan(declarations).manifests.map(({ kind }) => kind)).toEqual([
      "ServiceAccount",
      "Role",
      "RoleBinding",
      "SecretStore",
      "SecretStore",
      "ExternalSecret",
    ]);
  });

  it("costs its Vault a read in each cluster", () => {
    const { load, budgets } = plan(declarations);
    expect([load[0]?.requestsPerSecond, budgets[0]?.requestsPerSecond]).toEqual([0.2, 0.2]);
    expect(budgets[0]?.costliest.map(({ requestsPerSecond }) => requestsPerSecond)).toEqual([0.2]);
    const tight = payOf(prodWith({ us, eu }, { budget: { requestsPerSecond: 0.15 } }));
    const secret = (staleFor: string) => plan([appSecret("db", { team: tight, keys: { A: "db#a" }, staleFor })]);
    expect(refusal(() => secret("10s"))).toEqual([
      'AppSecret "db" › staleFor: one path every 10s in 2 clusters are 0.2 requests a second, ' +
        'more than the whole budget of 0.15 of environment "prod"; an interval of 14s fits, or raise the budget',
    ]);
    expect(secret("14s").budgets[0]?.requestsPerSecond).toBe(0.142857);
  });

  it("tells rules, CLI and reconciler the mount of each cluster", () => {
    const file = plan(declarations).environments;
    expect(file.environments[0]?.vault.login).toEqual({
      kubernetes: { mount: "k8s", clusters: { eu: "k8s-eu", us: "k8s-us" }, audience: "vault-prod" },
    });
    expect(parseEnvironments(JSON.parse(JSON.stringify(file)), "f")).toEqual(file.environments);
  });

  it("is refused in an environments file where a cluster has no mount", () => {
    const [data] = plan(declarations).environments.environments;
    const login = { kubernetes: { mount: "k8s", clusters: { EU: "", us: "k8s-us" } } };
    const environments = [{ ...data, vault: { ...data?.vault, login } }];
    const parse = () =>
      parseEnvironments({ apiVersion: "keyturn.dev/v1alpha1", kind: "Environments", environments }, "f");
    expect(parse).toThrow(/environments\[0\]\.vault\.login\.kubernetes\.clusters\.EU: is not the path of a mount/);
    expect(parse).toThrow(/clusters\.EU: is not a DNS label/);
  });

  it("is the same with Pulumi, and makes the ServiceAccounts in every cluster it has a provider for", async () => {
    class Provider extends pulumi.ProviderResource {
      constructor(name: string) {
        super("kubernetes", name, {});
      }
    }
    const { resources, named } = await record(() => {
      new Platform("p", { environment: prod });
      new TeamAccess("a", { team: pay, clusters: { us: new Provider("k-us"), eu: new Provider("k-eu") } });
      new Store("s", { team: pay, cluster: "us" });
    });
    expect(named("p-auth-config-eu").inputs).toEqual({
      backend: "k8s-eu",
      kubernetesHost: "https://eu:6443",
      kubernetesCaCert: ca,
      disableLocalCaJwt: false,
    });
    expect(named("p-auth-us").inputs).toMatchObject({ path: "k8s-us" });
    expect(["eu", "us"].map((cluster) => named(`a-role-${cluster}`).inputs.backend)).toEqual(["k8s-eu", "k8s-us"]);
    const accounts = resources.filter(({ type }) => type.endsWith("ServiceAccount"));
    expect(accounts.map(({ name, provider }) => [name, provider]).sort()).toEqual([
      ["a-eu-pay-account", "k-eu"],
      ["a-us-pay-account", "k-us"],
    ]);
    expect(JSON.stringify(named("s-pay").inputs)).toContain('"mountPath":"k8s-us"');
    expect(refusal(() => new TeamAccess("b", { team: pay, clusters: { uk: new Provider("k-uk") } }))).toEqual([
      'TeamAccess "b" › clusters.uk: is not a cluster of environment "prod" (eu, us); did you mean "us"?',
    ]);
  });
});

describe("an environment with one cluster", () => {
  it("only takes the API server from it: every object and write is as without", () => {
    const of = (clusters: EnvironmentSettings["clusters"], kubernetes: object) => {
      const owner = prodWith(clusters);
      const pay = payOf(owner);
      return JSON.stringify(
        plan([
          platform("p", { environment: owner, ...kubernetes }),
          teamAccess("a", { team: pay }),
          store("s", { team: pay }),
          appSecret("db", { team: pay, keys: { A: "db#a" } }),
        ]),
      );
    };
    expect(of({ eu }, {})).toBe(of(undefined, { kubernetes: eu.kubernetes }));
    expect(of({ eu: {} }, { kubernetes: eu.kubernetes })).toBe(of(undefined, { kubernetes: eu.kubernetes }));
  });

  it("may have a login mount of its own, which is then the only one", () => {
    const owner = prodWith({ eu: { ...eu, loginMount: "clusters/eu" } });
    const declarations = [platform("p", { environment: owner }), store("s", { team: payOf(owner), cluster: "eu" })];
    expect(writesOf(declarations).map(([path]) => path)).toEqual([
      "sys/mounts/kv",
      "sys/auth/clusters/eu",
      "auth/clusters/eu/config",
    ]);
    expect(plan(declarations).environments.environments[0]?.vault.login).toEqual({
      kubernetes: { mount: "clusters/eu", audience: "vault-prod" },
    });
  });
});

describe("clusters by other logins", () => {
  it("have keys of their own for JWT, and nothing where no ServiceAccount logs in", () => {
    const jwt = { keys: { discoveryUrl: "https://issuer.example.com/eu" } };
    const byJwt = environment("prod", {
      vault: { ...vault, login: { jwt: {} } },
      reconciler: { install: false },
      clusters: { eu: { jwt }, us: { jwt: { keys: { jwksUrl: "https://issuer.example.com/us/keys" } } } },
    });
    const [documents] = plan([platform("p", { environment: byJwt }), teamAccess("a", { team: payOf(byJwt) })]).vault;
    expect(
      documents?.platform.slice(1).map(({ path, body }) => [path, body.oidc_discovery_url ?? body.jwks_url]),
    ).toEqual([
      ["sys/auth/jwt-eu", undefined],
      ["auth/jwt-eu/config", "https://issuer.example.com/eu"],
      ["sys/auth/jwt-us", undefined],
      ["auth/jwt-us/config", "https://issuer.example.com/us/keys"],
    ]);
    expect(documents?.roles.map(({ mount }) => mount)).toEqual(["jwt-eu", "jwt-us"]);
    const byToken = environment("prod", {
      vault: { ...vault, login: { token: { secret: "t", key: "k" } } },
      clusters: { eu: {}, us: {} },
    });
    expect(plan([platform("p", { environment: byToken })]).vault[0]?.platform.map(({ path }) => path)).toEqual([
      "sys/mounts/kv",
    ]);
  });
});

describe("clusters are refused", () => {
  const wrong: readonly (readonly [unknown, readonly string[]])[] = [
    [{}, [": is empty; leave it out"]],
    [["eu"], [": must be an object, not a list"]],
    [{ EU: eu }, ['.EU: "EU" is not a DNS label (lower-case letters, digits and "-", at most 63 characters)']],
    [{ eu: { host: "https://eu" } }, [".eu.host: is not a known field"]],
    [
      { eu: { kubernetes: { host: "eu:6443" } } },
      ['.eu.kubernetes.host: is not an address like "https://kubernetes.default.svc"'],
    ],
    [{ eu: { ...eu, loginMount: "a/../b" } }, ['.eu.loginMount: contains a "." or ".." segment']],
    [{ eu, us: { ...us, loginMount: "k8s-eu" } }, ['.us.loginMount: "k8s-eu" is that of cluster "eu" already']],
  ];
  it.each(wrong)("where they are %j", (clusters, problems) => {
    expect(refusal(() => prodWith(clusters as never))).toEqual(
      problems.map((problem) => `Environment "prod" › clusters${problem}`),
    );
  });

  it("where a store does not say which of several, or one that is not there", () => {
    const pay = payOf(prodWith({ eu, us }));
    expect(refusal(() => store("s", { team: pay }))).toEqual([
      'Store "s" › cluster: is missing; environment "prod" has several: eu, us',
    ]);
    expect(refusal(() => store("s", { team: pay, cluster: "uss" }))).toEqual([
      'Store "s" › cluster: "uss" is not a cluster of environment "prod" (eu, us); did you mean "us"?',
    ]);
    expect(refusal(() => store("s", { team: payOf(prodWith(undefined)), cluster: "eu" }))).toEqual([
      'Store "s" › cluster: "eu" is given, and environment "prod" declares no clusters',
    ]);
    const twice = ["a", "b"].map((id) => store(id, { team: pay, cluster: "eu" }));
    expect(refusal(() => plan(twice))).toEqual([
      'Store "b" › name: SecretStore pay/keyturn-prod in cluster "eu" of environment "prod" is that of Store "a" already',
    ]);
  });

  it("where Platform and clusters both say the API server, or neither does", () => {
    const problems = (clusters: EnvironmentSettings["clusters"], spec: object = {}, more: object = {}) =>
      refusal(() => plan([platform("p", { environment: prodWith(clusters, more), ...spec })]));
    const both = 'Platform "p" › kubernetes: is for the clusters of environment "prod" to say; leave it out here';
    expect(problems({ eu }, { kubernetes: us.kubernetes })).toEqual([both]);
    expect(problems({ eu, us: {} }, { kubernetes: us.kubernetes })).toEqual([both]);
    expect(problems({ eu: {}, us: {} })).toEqual([
      'Platform "p" › kubernetes: is missing; environment "prod" logs in by Kubernetes, and kubernetes is not said by its cluster "eu", "us"',
    ]);
    expect(problems({ eu, us }, {}, { login: { kubernetes: { mount: "k8s", reviewer: "client" } } })).toEqual([
      'Platform "p" › kubernetes.ca: is missing at cluster "us"; environment "prod" has the reviewer "client"',
    ]);
  });
});
