import { environment, plan, planFiles, platform, store, team, teamAccess, type VaultSpec } from "keyturn";
import { parseEnvironments } from "../../api";
import { CANARIES, refusal } from "./fixtures";

const key = (secret: string, name: string) => ({ secret, key: name });
const eso = (login: unknown) => ({
  vault: { address: "https://v:8200", kv: { mount: "kv" }, login: login as VaultSpec["login"] },
  reconciler: { install: false },
});

/** What a team of an environment with this login gets. */
function planned(login: unknown) {
  const owner = team(environment("prod", eso(login)), "pay", { namespaces: ["pay-eu", "pay"] });
  return plan([teamAccess("access", { team: owner }), store("store", { team: owner, namespaces: ["pay"] })]);
}
function authOf(login: unknown): unknown {
  const found = planned(login).manifests.find(({ kind }) => kind === "SecretStore") as unknown as {
    readonly spec: { readonly provider: { readonly vault: { readonly auth: unknown } } };
  };
  return found.spec.provider.vault.auth;
}

describe("a login becomes what External Secrets Operator expects", () => {
  const user = { password: key("user", "pw") };
  it.each([
    [
      { kubernetes: { mount: "k8s" } },
      {
        kubernetes: {
          mountPath: "k8s",
          role: "keyturn-prod-pay",
          serviceAccountRef: { name: "keyturn-pay", audiences: ["vault-prod"] },
        },
      },
    ],
    [
      { jwt: { mount: "jwt/eu", audience: "bao" } },
      {
        jwt: {
          path: "jwt/eu",
          role: "keyturn-prod-pay",
          kubernetesServiceAccountToken: {
            serviceAccountRef: { name: "keyturn-pay" },
            audiences: ["bao"],
            expirationSeconds: 600,
          },
        },
      },
    ],
    [
      { appRole: { roleId: key("ar", "role"), secretId: key("ar", "secret") } },
      {
        appRole: { path: "approle", roleRef: { name: "ar", key: "role" }, secretRef: { name: "ar", key: "secret" } },
      },
    ],
    [
      { userPass: user },
      { userPass: { path: "userpass", username: "keyturn-prod-pay", secretRef: { name: "user", key: "pw" } } },
    ],
    [
      { ldap: { ...user, mount: "ad", username: "svc-{team}" } },
      { ldap: { path: "ad", username: "svc-pay", secretRef: { name: "user", key: "pw" } } },
    ],
    [
      { cert: { certificate: key("tls", "tls.crt"), privateKey: key("tls", "tls.key") } },
      {
        cert: {
          path: "cert",
          vaultRole: "keyturn-prod-pay",
          clientCert: { name: "tls", key: "tls.crt" },
          secretRef: { name: "tls", key: "tls.key" },
        },
      },
    ],
    [{ tokenSecret: key("t", "token") }, { tokenSecretRef: { name: "t", key: "token" } }],
    [{ token: key("t", "token") }, { tokenSecretRef: { name: "t", key: "token" } }],
  ])("%j", (login, auth) => {
    expect(authOf(login)).toEqual(auth);
  });

  it("leaves stores to External Secrets Operator where it runs, and gives its ServiceAccount the token rights", () => {
    const { manifests } = planned({ jwt: {} });
    const found = (kind: string) =>
      manifests.find((object) => object.kind === kind) as unknown as Record<string, object>;
    expect(Object.keys(found("SecretStore").spec ?? {})).toEqual(["provider"]);
    expect(found("RoleBinding").subjects).toEqual([
      { kind: "ServiceAccount", name: "external-secrets", namespace: "external-secrets" },
    ]);
  });
});

describe("the Vault side of a login", () => {
  it("is derived for JWT: role bound to audience and subjects, settings from the cluster's public keys", () => {
    const prod = environment("prod", eso({ jwt: { tokenTtl: "5m" } }));
    const owner = team(prod, "pay", { namespaces: ["pay-eu", "pay"] });
    const jwt = { keys: { jwksUrl: "https://10.0.0.1/openid/v1/jwks" }, issuer: "https://k8s" };
    const files = planFiles(plan([platform("vault", { environment: prod, jwt }), teamAccess("a", { team: owner })]));
    expect(JSON.parse(files.get("vault/roles.json") ?? "")).toEqual([
      {
        environment: "prod",
        path: "auth/jwt/role/keyturn-prod-pay",
        body: {
          role_type: "jwt",
          bound_audiences: ["vault-prod"],
          user_claim: "sub",
          bound_claims: { sub: ["system:serviceaccount:pay:keyturn-pay", "system:serviceaccount:pay-eu:keyturn-pay"] },
          token_policies: ["keyturn-prod-pay"],
          token_type: "batch",
          token_ttl: 300,
          token_max_ttl: 300,
          token_no_default_policy: true,
        },
      },
    ]);
    expect((JSON.parse(files.get("vault/platform.json") ?? "") as unknown[]).slice(1)).toEqual([
      {
        environment: "prod",
        path: "sys/auth/jwt",
        body: { type: "jwt", description: "ServiceAccounts of environment prod (keyturn)" },
      },
      {
        environment: "prod",
        path: "auth/jwt/config",
        body: { jwks_url: "https://10.0.0.1/openid/v1/jwks", bound_issuer: "https://k8s" },
      },
    ]);
    expect(files.has("vault/by-hand.json")).toBe(false);
  });

  it.each([
    [
      { appRole: { roleId: key("ar", "r"), secretId: key("ar", "s") } },
      "auth/approle/role/keyturn-prod-pay",
      'a role with the policy keyturn-prod-pay; its role_id in key "r" of Secret "ar" and a secret_id in key "s" of Secret "ar"',
    ],
    [
      { userPass: { password: key("u", "p") } },
      "auth/userpass/users/keyturn-prod-pay",
      'a user with the policy keyturn-prod-pay; the password in key "p" of Secret "u"',
    ],
    [
      { ldap: { password: key("u", "p"), username: "{team}" } },
      "auth/ldap/users/pay",
      'a user of the directory with the policy keyturn-prod-pay; the password in key "p" of Secret "u"',
    ],
    [
      { cert: { certificate: key("t", "c"), privateKey: key("t", "k"), role: "web-{team}" } },
      "auth/cert/certs/web-pay",
      'a certificate role with the policy keyturn-prod-pay; a certificate it trusts in key "c" of Secret "t" and its key in key "k" of Secret "t"',
    ],
    [
      { tokenSecret: key("t", "k") },
      "auth/token/create",
      'a token that its owner renews, with the policy keyturn-prod-pay; the token in key "k" of Secret "t"',
    ],
  ])("has to exist by hand where a credential is part of it, and the plan says what: %j", (login, path, what) => {
    const result = planned(login);
    expect(result.vault[0]?.roles).toEqual([]);
    const byHand = [{ team: "pay", path, what: `${what}, in each of the namespaces pay, pay-eu` }];
    expect(result.vault[0]?.byHand).toEqual(byHand);
    expect(JSON.parse(planFiles(result).get("vault/by-hand.json") ?? "")).toEqual([
      { environment: "prod", ...byHand[0] },
    ]);
  });

  it("is read by the rules, the CLI and the reconciler", () => {
    for (const login of [
      { jwt: { mount: "jwt", audience: "vault-prod" } },
      { appRole: { roleId: key("a", "b"), secretId: key("a", "c") } },
      { userPass: { password: key("a", "b") } },
      { ldap: { password: key("a", "b") } },
      { cert: { certificate: key("a", "b"), privateKey: key("a", "c") } },
    ]) {
      const { environments } = planned(login);
      const [method = ""] = Object.keys(login);
      expect(Object.keys(environments.environments[0]?.vault.login ?? {})).toEqual([method]);
      expect(parseEnvironments(JSON.parse(JSON.stringify(environments)), "f")).toEqual(environments.environments);
    }
  });
});

describe("a login is refused", () => {
  const at = (problem: string): readonly string[] => [`Environment "e" › vault.login${problem}`];
  it.each([
    [{}, [": must have exactly one of kubernetes, jwt, appRole, userPass, ldap, cert, tokenSecret"]],
    [
      { jwt: {}, token: key("a", "b") },
      [": must have exactly one of kubernetes, jwt, appRole, userPass, ldap, cert, tokenSecret"],
    ],
    [{ jwt: { audiense: "x" } }, ['.jwt.audiense: is not a known field; did you mean "audience"?']],
    [{ jwt: { tokenTtl: "5s" } }, ['.jwt.tokenTtl: "5s" is not between 1m and 24h']],
    [{ kubernetes: { mount: "k", tokenTtl: "25h" } }, ['.kubernetes.tokenTtl: "25h" is not between 1m and 24h']],
    [
      { appRole: { roleId: key("a", "b") } },
      [".appRole.secretId: is missing", ".appRole.secretId.secret: is missing", ".appRole.secretId.key: is missing"],
    ],
    [
      { userPass: { username: "keyturn", password: key("a", "b") } },
      ['.userPass.username: needs "{team}" in it: without, all teams of the environment would be one to Vault'],
    ],
    [
      { cert: { role: "a/{team}", certificate: key("a", "b"), privateKey: key("a", "c") } },
      ['.cert.role: "a/{team}" is not a name in Vault (letters, digits, ".", "_", "-" and "@")'],
    ],
  ])("with every problem and its place: %j", (login, problems) => {
    expect(refusal(() => environment("e", eso(login)))).toEqual(problems.flatMap(at));
  });

  it.each(["jwt", "userPass", "ldap", "cert"])(
    "by %s where keyturn's own reconciler would have to carry it out",
    (method) => {
      const credentials =
        method === "jwt"
          ? {}
          : method === "cert"
            ? { certificate: key("a", "b"), privateKey: key("a", "c") }
            : { password: key("a", "b") };
      expect(refusal(() => environment("e", { vault: eso({ [method]: credentials }).vault }))).toEqual(
        at(
          `.${method}: is no login of keyturn's reconciler, which knows kubernetes, appRole and tokenSecret; ` +
            "where External Secrets Operator runs instead, say reconciler: { install: false }",
        ),
      );
    },
  );

  it("with a credential in the place of a reference, which is never shown", () => {
    for (const canary of CANARIES)
      for (const login of [
        { tokenSecret: canary },
        { appRole: { roleId: canary, secretId: canary } },
        { ldap: { password: canary } },
        { cert: { certificate: canary, privateKey: canary } },
      ]) {
        const lines = refusal(() => environment("e", eso(login)));
        expect(lines.length).toBeGreaterThan(0);
        for (const line of lines) {
          expect(line).toContain("What is written there is not shown");
          expect(line).not.toContain("CANARY");
          expect(line).not.toContain("canary");
        }
      }
  });

  it("by JWT without the keys to verify it, at the Platform", () => {
    const prod = environment("prod", eso({ jwt: {} }));
    expect(refusal(() => plan([platform("p", { environment: prod })]))).toEqual([
      'Platform "p" › jwt: is missing; environment "prod" logs in by JWT',
    ]);
    const keys = { publicKeys: [CANARIES[1]], discoveryUrl: "https://k8s" };
    expect(refusal(() => plan([platform("p", { environment: prod, jwt: { keys } })]))).toEqual([
      'Platform "p" › jwt.keys: must have exactly one of discoveryUrl, jwksUrl and publicKeys',
      'Platform "p" › jwt.keys.publicKeys[0]: must be a public key as PEM (-----BEGIN PUBLIC KEY-----). It is not shown',
    ]);
  });
});
