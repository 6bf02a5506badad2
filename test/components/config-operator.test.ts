import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Chart } from "cdk8s";
import fc from "fast-check";
import { loadAll } from "js-yaml";
import {
  accessWrites,
  configOperatorDocuments,
  environment,
  plan,
  planFiles,
  platform,
  teamAccess,
  team,
  type ConfigOperatorSpec,
  type LoginSpec,
  type VaultDocuments,
  type VaultWrite,
} from "keyturn";
import { Platform, writeVaultFiles } from "keyturn/cdk8s";
import type { KubernetesObject } from "../../api";
import { company } from "./arbitraries";
import { operatorWrites } from "./config-operator-model";
import { refusal } from "./fixtures";

const spec: ConfigOperatorSpec = { namespace: "vault-admin", authentication: { role: "platform" } };
const publicKey = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n";

function documentsOf(login: LoginSpec, more: { readonly mount?: string; readonly quota?: boolean } = {}) {
  const prod = environment("prod", {
    vault: { address: "https://vault:8200", kv: { mount: more.mount ?? "prod" }, login },
    ...("jwt" in login ? { reconciler: { install: false } } : {}),
  });
  const settings =
    "jwt" in login ? { jwt: { keys: { publicKeys: [publicKey] } } } : { kubernetes: { host: "https://k" } };
  return plan([
    platform("p", {
      environment: prod,
      ...settings,
      audit: { type: "file", file: "stdout" },
      ...(more.quota === true ? { quota: { requestsPerSecond: 50 } } : {}),
    }),
    teamAccess("a", { team: team(prod, "payments", { namespaces: ["payments"] }) }),
  ]).vault;
}

const kindsOf = (objects: readonly KubernetesObject[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
const specOf = (objects: readonly KubernetesObject[], kind: string) => objects.find((each) => each.kind === kind)?.spec;

const login = { role: "platform", path: "kubernetes", serviceAccount: { name: "default" } };
const connection = { address: "https://vault:8200" };

describe("the Vault half as objects of vault-config-operator", () => {
  it("is a mount, a login with its settings and roles, an audit device and the policies", () => {
    const { manifests, rest } = configOperatorDocuments(documentsOf({ kubernetes: { mount: "k8s-prod" } }), spec);
    expect(rest).toEqual([]);
    expect(kindsOf(manifests)).toEqual([
      "SecretEngineMount vault-admin/prod.prod",
      "AuthEngineMount vault-admin/prod.k8s-prod",
      "KubernetesAuthEngineConfig vault-admin/prod.k8s-prod",
      "Audit vault-admin/prod.file",
      "Policy vault-admin/prod.keyturn-prod-payments",
      "KubernetesAuthEngineRole vault-admin/prod.k8s-prod.keyturn-prod-payments",
    ]);
    expect(manifests[0]).toEqual({
      apiVersion: "redhatcop.redhat.io/v1alpha1",
      kind: "SecretEngineMount",
      metadata: {
        name: "prod.prod",
        namespace: "vault-admin",
        annotations: {
          // Taken out of a repository, it must not take the secrets with it.
          "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
          "helm.sh/resource-policy": "keep",
          "kustomize.toolkit.fluxcd.io/prune": "disabled",
          "keyturn.dev/environment": "prod",
        },
      },
      spec: {
        authentication: login,
        connection,
        type: "kv",
        name: "prod",
        description: "Secrets of environment prod (keyturn)",
        config: { listingVisibility: "hidden" },
        options: { version: "2" },
      },
    });
    expect(specOf(manifests, "KubernetesAuthEngineConfig")).toEqual({
      authentication: login,
      connection,
      path: "/",
      name: "k8s-prod",
      kubernetesHost: "https://k",
      disableLocalCAJWT: false,
      disableISSValidation: true,
      useOperatorPodCA: false,
    });
    expect(specOf(manifests, "KubernetesAuthEngineRole")).toEqual({
      authentication: login,
      connection,
      path: "k8s-prod",
      name: "keyturn-prod-payments",
      targetServiceAccounts: ["keyturn-payments"],
      targetNamespaces: { targetNamespaces: ["payments"] },
      audience: "vault-prod",
      aliasNameSource: "serviceaccount_uid",
      policies: ["keyturn-prod-payments"],
      tokenType: "batch",
      tokenTTL: 1200,
      tokenMaxTTL: 1200,
      tokenNoDefaultPolicy: true,
    });
  });

  it("has JWT settings and roles where teams log in by JWT", () => {
    const { manifests } = configOperatorDocuments(documentsOf({ jwt: { mount: "clusters/eu" } }), spec);
    expect(specOf(manifests, "AuthEngineMount")).toMatchObject({ path: "clusters", name: "eu", type: "jwt" });
    expect(specOf(manifests, "JWTOIDCAuthEngineConfig")).toEqual({
      authentication: login,
      connection,
      path: "clusters/eu",
      namespaceInState: true,
      JWTValidationPubKeys: [publicKey],
    });
    expect(specOf(manifests, "JWTOIDCAuthEngineRole")).toEqual({
      authentication: login,
      connection,
      path: "clusters/eu",
      name: "keyturn-prod-payments",
      roleType: "jwt",
      boundAudiences: ["vault-prod"],
      userClaim: "sub",
      boundClaims: { sub: ["system:serviceaccount:payments:keyturn-payments"] },
      boundClaimsType: "string",
      allowedRedirectURIs: ["http://localhost/unused"],
      tokenPolicies: ["keyturn-prod-payments"],
      tokenType: "batch",
      tokenTTL: "1200s",
      tokenMaxTTL: "1200s",
      tokenNoDefaultPolicy: true,
    });
    expect(kindsOf(manifests)[1]).toMatch(/^AuthEngineMount vault-admin\/prod\.clusters-eu-[0-9a-f]{8}$/);
  });

  it("lists what the operator has no form for, with the write and the reason", () => {
    const { rest } = configOperatorDocuments(
      documentsOf({ kubernetes: { mount: "k8s" } }, { quota: true, mount: "team/KV" }),
      spec,
    );
    expect(rest).toMatchObject([
      {
        environment: "prod",
        path: "sys/mounts/team/KV",
        body: { type: "kv", options: { version: "2" } },
        why: "names in vault-config-operator have a lower-case letter or a digit",
      },
      {
        environment: "prod",
        path: "sys/quotas/rate-limit/keyturn-prod",
        body: { path: "team/KV/", rate: 50 },
        why: "vault-config-operator has no kind for it",
      },
    ]);
  });

  it("lists a write with a field that is not known, instead of leaving the field out", () => {
    const [documents] = documentsOf({ kubernetes: { mount: "k8s" } });
    if (documents === undefined) throw new Error("no documents");
    const changed = (path: string, body: object): VaultDocuments => ({
      ...documents,
      platform: [...documents.platform, { path, body: { ...body } }],
    });
    const why = (path: string, body: object) =>
      configOperatorDocuments([changed(path, body)], spec).rest.map((one) => one.why);
    expect(why("sys/mounts/x", { type: "kv", seal_wrap: true, local: true })).toEqual([
      "SecretEngineMount of vault-config-operator has no field for seal_wrap, local",
    ]);
    expect(why("sys/audit/a.b", { type: "file", options: {} })).toEqual([
      "vault-config-operator takes letters, digits, /, _ and - in the path of an audit device",
    ]);
    expect(why("auth/other/config", {})).toEqual(["vault-config-operator has no kind for it"]);
  });

  it("lies where it is told, logs in as it is told, and reaches the Vault where it is told", () => {
    const documents = documentsOf({ kubernetes: { mount: "k8s" } });
    const made = (change: Partial<ConfigOperatorSpec>) =>
      configOperatorDocuments(documents, { ...spec, ...change }).manifests[0]?.spec;
    expect(
      made({
        authentication: { role: "admin", path: "clusters/eu", serviceAccount: "vault-admin" },
        connection: false,
      }),
    ).toMatchObject({
      authentication: { role: "admin", path: "clusters/eu", serviceAccount: { name: "vault-admin" } },
    });
    expect(made({ connection: false })).not.toHaveProperty("connection");
    expect(made({ connection: { address: "https://vault.vault.svc:8200", tlsSecret: "vault-ca" } })).toMatchObject({
      connection: { address: "https://vault.vault.svc:8200", tLSConfig: { tlsSecret: { name: "vault-ca" } } },
    });
  });

  it("logs in within the namespace of the Vault", () => {
    const prod = environment("prod", {
      vault: {
        address: "https://v",
        namespace: "tenants/a",
        kv: { mount: "kv" },
        login: { kubernetes: { mount: "k" } },
      },
    });
    const { vault } = plan([platform("p", { environment: prod, kubernetes: { host: "https://k" } })]);
    const [mount] = configOperatorDocuments(vault, spec).manifests;
    expect(mount?.spec).toMatchObject({ authentication: { ...login, namespace: "tenants/a" } });
  });

  it("is refused with the place where its settings make no sense", () => {
    const documents = documentsOf({ kubernetes: { mount: "k8s" } });
    const refused = (settings: unknown, of = documents) =>
      refusal(() => configOperatorDocuments(of, settings as ConfigOperatorSpec));
    expect(refused({})).toEqual([
      'configOperator "prod" › authentication: is missing',
      'configOperator "prod" › namespace: is missing',
      'configOperator "prod" › authentication.role: is missing',
    ]);
    expect(refused("vault-admin")[0]).toBe('configOperator "prod": must be an object, not string');
    expect(
      refused({
        namespace: "Vault Admin",
        authentication: { role: "r", path: "auth/kubernetes", serviceAccount: 3, namespace: "x" },
        connection: { address: "vault:8200", tlsSecret: "a/b" },
      }),
    ).toEqual([
      'configOperator "prod" › authentication.namespace: is not a known field',
      'configOperator "prod" › namespace: "Vault Admin" is not a DNS label (lower-case letters, digits and "-", at most 63 characters)',
      'configOperator "prod" › authentication.path: "auth/kubernetes" begins with "auth/", which the operator adds',
      'configOperator "prod" › authentication.serviceAccount: must be a text, not number',
      'configOperator "prod" › connection.address: is not an address like "https://vault.example.com:8200"',
      'configOperator "prod" › connection.tlsSecret: "a/b" is not a Kubernetes object name (lower-case letters, digits, "-" and ".")',
    ]);
    const [one] = documents;
    if (one === undefined) throw new Error("no documents");
    expect(refused({ ...spec, connection: false }, [one, { ...one, vault: "legacy" }])).toEqual([
      'configOperator "prod" › connection: must not be false: "prod" has several Vaults, and the operator\'s own is one of them at most',
    ]);
  });
});

describe("for every valid declaration", () => {
  const byVault = (vault: readonly VaultDocuments[]) =>
    [...new Set(vault.map(({ environment: name }) => name))].map((name) =>
      vault.filter((documents) => documents.environment === name),
    );

  it("the operator writes what the plan says, at its paths, and nothing is lost", () => {
    fc.assert(
      fc.property(company, ({ declarations }) => {
        for (const documents of byVault(plan(declarations).vault)) {
          const made = configOperatorDocuments(documents, spec);
          const wanted = documents.flatMap((one) => [...one.platform, ...accessWrites(one)]);
          const found = made.manifests.map((object) => operatorWrites(object)[0] as VaultWrite);
          expect([...found, ...made.rest].map(({ path }) => path).sort()).toEqual(
            wanted.map(({ path }) => path).sort(),
          );
          for (const [index, object] of made.manifests.entries()) {
            const { path, body } = found[index] as VaultWrite;
            const namespace = (object.spec as { authentication: { namespace?: string } }).authentication.namespace;
            const candidates = documents
              .filter((one) => one.namespace === namespace)
              .flatMap((one) => [...one.platform, ...accessWrites(one)])
              .filter((each) => each.path === path)
              .map((each) => ({ ...each.body, ...secondsAsText(object.kind, each.body) }));
            expect(candidates.some((each) => isPartOf(each, body))).toBe(true);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it("every object has a valid name of its own", () => {
    fc.assert(
      fc.property(company, ({ declarations }) => {
        for (const documents of byVault(plan(declarations).vault)) {
          const names = kindsOf(configOperatorDocuments(documents, spec).manifests);
          expect(new Set(names).size).toBe(names.length);
          for (const name of names)
            expect(name).toMatch(/^\w+ vault-admin\/[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
        }
      }),
      { numRuns: 30 },
    );
  });

  /** JWT roles take durations as texts. */
  function secondsAsText(kind: string, body: VaultWrite["body"]): VaultWrite["body"] {
    if (kind !== "JWTOIDCAuthEngineRole") return {};
    return { token_ttl: `${String(body.token_ttl)}s`, token_max_ttl: `${String(body.token_max_ttl)}s` };
  }
  function isPartOf(part: VaultWrite["body"], whole: VaultWrite["body"]): boolean {
    return Object.entries(part).every(([field, value]) => JSON.stringify(whole[field]) === JSON.stringify(value));
  }
});

describe("vault/config-operator.<environment>.yaml", () => {
  const declared = () => {
    const vault = (name: string) => ({
      vault: { address: `https://${name}`, kv: { mount: name }, login: { kubernetes: { mount: `k8s-${name}` } } },
    });
    return ["prod", "dev"].map((name) => {
      const owner = environment(name, vault(name));
      return platform(`${name}-p`, {
        environment: owner,
        kubernetes: { host: "https://k" },
        quota: { requestsPerSecond: 9 },
      });
    });
  };

  it("is written on request, one for each environment, and what is left in one list", () => {
    const result = plan(declared());
    const plain = planFiles(result);
    const files = planFiles(result, { configOperator: spec });
    expect([...files.keys()].filter((file) => !plain.has(file)).sort()).toEqual([
      "vault/config-operator-rest.json",
      "vault/config-operator.dev.yaml",
      "vault/config-operator.prod.yaml",
    ]);
    const dev = result.vault.filter((documents) => documents.environment === "dev");
    expect(loadAll(files.get("vault/config-operator.dev.yaml") ?? "")).toEqual(
      configOperatorDocuments(dev, spec).manifests,
    );
    expect(JSON.parse(files.get("vault/config-operator-rest.json") ?? "")).toMatchObject([
      { environment: "dev", path: "sys/quotas/rate-limit/keyturn-dev" },
      { environment: "prod", path: "sys/quotas/rate-limit/keyturn-prod" },
    ]);
    expect(planFiles(plan(declared().reverse()), { configOperator: spec })).toEqual(files);
  });

  it("may differ by environment, and be missing for some", () => {
    const files = planFiles(plan(declared()), {
      configOperator: (name) => (name === "prod" ? { ...spec, namespace: "vault-prod" } : undefined),
    });
    expect(files.has("vault/config-operator.dev.yaml")).toBe(false);
    expect(files.get("vault/config-operator.prod.yaml")).toContain("namespace: vault-prod\n");
  });

  it("has the policies as the HCL files have them, readable", () => {
    const prod = environment("prod", {
      vault: { address: "https://v", kv: { mount: "kv" }, login: { kubernetes: { mount: "k" } } },
    });
    const owner = team(prod, "payments", { namespaces: ["payments"] });
    const access = teamAccess("a", {
      team: owner,
      prefixes: [{ prefix: "payments/flags", reason: "flags come and go" }],
    });
    const files = planFiles(plan([access]), { configOperator: spec });
    const hcl = files.get("vault/keyturn-prod-payments.hcl") ?? "";
    const yaml = files.get("vault/config-operator.prod.yaml") ?? "";
    const policy = (loadAll(yaml) as KubernetesObject[]).find(({ kind }) => kind === "Policy");
    expect(policy?.spec).toMatchObject({ type: "acl", name: "keyturn-prod-payments", policy: hcl });
    expect(yaml).toContain("  policy: |\n    # keyturn: what team payments may read in environment prod\n");
  });

  it("is written by writeVaultFiles beside the manifests, in the folder that is asked for", () => {
    const outdir = mkdtempSync(join(tmpdir(), "keyturn-operator-"));
    try {
      const app = new App({ outdir: join(outdir, "manifests") });
      const [prod] = declared();
      if (prod === undefined) throw new Error("no platform");
      new Platform(new Chart(app, "c"), "vault", prod.spec);
      const written = writeVaultFiles(app, { outdir, configOperator: spec });
      expect(written).toContain(join(outdir, "vault/config-operator.prod.yaml"));
      expect(readFileSync(join(outdir, "vault/config-operator.prod.yaml"), "utf8")).toMatch(/^apiVersion: redhatcop/);
      expect(writeVaultFiles(app, outdir)).not.toContain(join(outdir, "vault/config-operator.prod.yaml"));
      expect(refusal(() => writeVaultFiles(app, { outdir, configOperator: {} as ConfigOperatorSpec }))).toHaveLength(3);
      expect(refusal(() => writeVaultFiles(app, { outdir, configOperater: spec } as never))).toEqual([
        'planFiles "options" › configOperater: is not a known field; did you mean "configOperator"?',
      ]);
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  });
});
