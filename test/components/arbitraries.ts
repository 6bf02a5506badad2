import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import {
  appSecret,
  consumer,
  environment,
  platform,
  reconciler,
  resolveAppSecret,
  store,
  team,
  teamAccess,
  type AppSecretDeclaration,
  type AuditData,
  type CaSpec,
  type Declaration,
  type Environment,
  type EnvironmentSettings,
  type ExtraGrant,
  type ReconcilerSpec,
  type Team,
  type VaultSpec,
} from "keyturn";
import { consumerKind, rolloutPolicy } from "./rollout-arbitraries";
import { secretOf, segment } from "./secret-arbitraries";

/** Everything that is declared for one random company; always valid. */
export interface Company {
  readonly environments: readonly Environment[];
  readonly teams: readonly Team[];
  readonly declarations: readonly Declaration[];
}

const word = fc.constantFrom("api", "billing", "cache", "db", "events", "jobs", "mail", "search", "tax", "web");
const words = (minLength: number, maxLength: number) => fc.uniqueArray(word, { minLength, maxLength });
const duration = fc.constantFrom("30s", "1m", "5m", "15m", "1h", "24h");

const at = (secret: string, key: string) => ({ secret, key });
/** Every login; `own` are those that keyturn's reconciler carries out. */
const login: fc.Arbitrary<{ readonly by: VaultSpec["login"]; readonly own: boolean }> = fc.oneof(
  fc
    .record(
      {
        mount: fc.constantFrom("k8s", "clusters/eu"),
        audience: fc.constant("aud"),
        reviewer: fc.constantFrom("vault" as const, "client" as const),
        tokenTtl: fc.constantFrom("1m", "1h30m"),
      },
      { requiredKeys: ["mount"] },
    )
    .map((kubernetes) => ({ by: { kubernetes }, own: true })),
  fc
    .record({ mount: fc.constantFrom("jwt", "jwt/eu"), audience: fc.constant("aud") }, { requiredKeys: [] })
    .map((jwt) => ({ by: { jwt }, own: false })),
  fc.constantFrom(
    { by: { token: at("vault-token", "token") }, own: true },
    { by: { tokenSecret: at("vault-token", "token") }, own: true },
    { by: { appRole: { roleId: at("approle", "role-id"), secretId: at("approle", "secret-id") } }, own: true },
    { by: { userPass: { password: at("user", "password") } }, own: false },
    { by: { ldap: { mount: "ad", username: "svc-{team}@corp", password: at("user", "password") } }, own: false },
    { by: { cert: { certificate: at("tls", "tls.crt"), privateKey: at("tls", "tls.key") } }, own: false },
  ),
);
const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const { publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const ca = fc.constantFrom<CaSpec | undefined>(
  undefined,
  { pem },
  { configMap: { name: "ca", key: "ca.crt" } },
  { secret: { name: "ca", key: "ca.crt" } },
);

const vaultOf = (address: string) =>
  fc
    .record({
      login,
      ca,
      mount: fc.constantFrom("prod", "kv", "payments", "team/kv"),
      version: fc.constantFrom(1 as const, 2 as const),
      namespace: fc.constantFrom(undefined, "tenants/a"),
      budget: fc.constantFrom(undefined, { requestsPerSecond: 1234.5 }),
    })
    .map(({ login: { by, own }, ca: trusted, mount, version, namespace, budget }) => ({
      own,
      spec: {
        address,
        kv: { mount, version },
        login: by,
        ...(trusted === undefined ? {} : { ca: trusted }),
        ...(namespace === undefined ? {} : { namespace }),
        ...(budget === undefined ? {} : { budget }),
      },
    }));

/** How Vault believes the tokens of a cluster. */
const trust = {
  kubernetes: { host: "https://10.0.0.1", ca: pem },
  jwt: { keys: { publicKeys: [publicKey] }, issuer: "https://kubernetes.default.svc" },
};

const environmentOf = (name: string, system: string | undefined) =>
  fc
    .record({
      main: vaultOf(`https://${name}.example.com:8200`),
      legacy: fc.option(vaultOf(`https://legacy.${name}.example.com`), { nil: undefined }),
      staleFor: fc.option(duration, { nil: undefined }),
      install: fc.boolean(),
      push: fc.boolean(),
      clusters: fc.constantFrom<EnvironmentSettings["clusters"]>(
        undefined,
        undefined,
        { eu: { ...trust, loginMount: "eu/login" } },
        { us: trust, eu: { ...trust, loginMount: "eu/login" } },
      ),
      audit: fc.constantFrom<AuditData | undefined>(
        undefined,
        { collectedBy: "Loki" },
        { device: { type: "socket", address: "logs.example.com:9090" } },
      ),
    })
    .map(({ main, legacy, staleFor, install: wanted, push, audit, clusters }) => {
      const install = main.own && (legacy?.own ?? true) && wanted;
      const first = { ...main.spec, ...(install ? {} : { push }) };
      return environment(name, {
        ...(legacy === undefined ? { vault: first } : { vaults: { legacy: legacy.spec, main: first } }),
        ...(staleFor === undefined ? {} : { staleFor }),
        ...(audit === undefined ? {} : { audit }),
        ...(clusters === undefined ? {} : { clusters }),
        reconciler: { install, ...(system === undefined ? {} : { namespace: system }) },
      });
    });

/** Of the same few places for every team, so that several read them. */
const extraGrants = fc.uniqueArray(
  fc.constantFrom<ExtraGrant>(
    { path: "lent/one", reason: "PAY-1", until: "2027-03-31" },
    { path: "lent/two/deep", reason: 'a "quoted" reason # with a comment', until: "2026-01-31" },
    { prefix: "lent/two", reason: "PAY-2", until: "2028-02-29" },
    { prefix: "library", reason: "PAY-3", until: "2027-12-31" },
  ),
  { minLength: 1, maxLength: 3 },
);

const teamsOf = (owner: Environment) =>
  words(1, 3).chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc
          .record({
            suffixes: words(1, 3),
            prefixes: fc.uniqueArray(segment, { minLength: 1, maxLength: 3 }),
            own: fc.boolean(),
            alsoReads: fc.option(extraGrants, { nil: undefined }),
          })
          .map(({ suffixes, prefixes, own, alsoReads }) =>
            team(owner, name, {
              ...(alsoReads === undefined ? {} : { alsoReads }),
              namespaces: suffixes.map((suffix) => `${owner.name}-${name}-${suffix}`),
              ...(own ? { serviceAccount: "reader" } : { prefixes }),
            }),
          ),
      ),
    ),
  );

/** A secret of one of the environment's Vaults. */
const inSomeVault = (owner: Team, id: string): fc.Arbitrary<AppSecretDeclaration> =>
  fc
    .constantFrom(...owner.environment.vaults)
    .chain((vault) =>
      secretOf({ ...owner, environment: { ...owner.environment, vault } }, id).map(({ spec }) =>
        appSecret(id, { ...spec, team: owner, ...(vault.name === "main" ? {} : { vault: vault.name }) }),
      ),
    );

const secretsOf = (owner: Team) =>
  words(0, 3).chain((ids) => fc.tuple(...ids.map((id) => inSomeVault(owner, `${owner.name}-${id}`))));

const reconcilerExtras: fc.Arbitrary<
  Pick<ReconcilerSpec, "networkPolicy" | "serviceMonitor" | "dashboards" | "alerts">
> = fc.record({
  networkPolicy: fc.constantFrom<ReconcilerSpec["networkPolicy"]>(true, false, {
    egressPorts: [16443, 8443],
    metricsFrom: { "kubernetes.io/metadata.name": "monitoring" },
  }),
  serviceMonitor: fc.constantFrom<ReconcilerSpec["serviceMonitor"]>(false, true, {
    interval: "1m30s",
    labels: { release: "prometheus" },
  }),
  dashboards: fc.constantFrom<ReconcilerSpec["dashboards"]>(false, true, {
    annotations: { grafana_folder: "Secrets" },
  }),
  alerts: fc.constantFrom<ReconcilerSpec["alerts"]>(false, true, { labels: { release: "prometheus" } }),
});

/**
 * @param mark is in the name of every environment, and with it in the name of every namespace and cluster-wide object: for servers that
 * other tests use as well. Without one, names and namespaces are the usual ones.
 */
export function companyOf(mark?: string): fc.Arbitrary<Company> {
  const [suffix, system] = mark === undefined ? ["", undefined] : [`-${mark}`, `keyturn-${mark}`];
  return fc
    .constantFrom(["prod"], ["dev", "prod"])
    .chain((names) => fc.tuple(...names.map((name) => environmentOf(`${name}${suffix}`, system))))
    .chain((environments) => fc.tuple(fc.constant(environments), fc.tuple(...environments.map(teamsOf))))
    .chain(([environments, teams]) => {
      const all = teams.flat();
      return fc
        .record({
          secrets: fc.tuple(...all.map(secretsOf)),
          scope: fc.constantFrom("declared" as const, "cluster" as const),
          clusterStores: fc.boolean(),
          extras: reconcilerExtras,
          quota: fc.constantFrom(undefined, false as const, { requestsPerSecond: 50 }),
          audit: fc.constantFrom(undefined, false as const, { type: "syslog" as const, tag: "bao" }),
          kind: consumerKind,
          rollout: rolloutPolicy,
          all: fc.boolean(),
        })
        .map(({ secrets, scope, clusterStores, extras, quota, audit, kind, rollout, all: everything }): Company => {
          const declarations: Declaration[] = secrets.flat();
          for (const secret of secrets.flat()) {
            if (secret.spec.creationPolicy === "None" || secret.spec.manifest !== undefined) continue;
            const keys = resolveAppSecret(secret).secretKeys?.slice(0, 1) ?? ["any.key"];
            declarations.push(
              consumer(
                secret,
                { kind, name: `${secret.spec.team.name}-app` },
                { ...(kind === "CronJob" || kind === "Job" ? {} : rollout), ...(everything ? {} : { keys }) },
              ),
            );
          }
          for (const owner of all) {
            const id = `${owner.environment.name}-${owner.name}`;
            for (const { name: vault } of owner.environment.vaults) {
              const finds = secrets
                .flat()
                .filter(({ spec }) => spec.team === owner)
                .map(resolveAppSecret)
                .filter(({ environment: { vault: read } }) => read.name === vault)
                .flatMap(({ from }) => from.filter((group) => group.kind === "find"));
              const prefixes = new Set([
                ...(everything ? [owner.prefixes[0] ?? owner.name] : []),
                ...finds.map(({ key }) => key),
              ]);
              const clusters = owner.environment.clusters.map(({ name }) => ({ cluster: name }));
              for (const cluster of clusters.length === 0 ? [{}] : clusters)
                declarations.push(
                  store([id, vault, "store", ...Object.values(cluster)].join("-"), { team: owner, vault, ...cluster }),
                );
              declarations.push(
                teamAccess(`${id}-${vault}-access`, {
                  team: owner,
                  vault,
                  ...(prefixes.size === 0
                    ? {}
                    : { prefixes: [...prefixes].map((prefix) => ({ prefix, reason: "legacy" })) }),
                }),
              );
            }
          }
          for (const owner of environments) {
            for (const { name: vault, namespace } of owner.vaults)
              declarations.push(
                platform(`${owner.name}-${vault}-platform`, {
                  environment: owner,
                  vault,
                  // Only the root namespace takes them.
                  ...(quota === undefined || namespace !== undefined ? {} : { quota }),
                  ...(audit === undefined || namespace !== undefined ? {} : { audit }),
                  ...(owner.clusters.length === 0 ? trust : {}),
                }),
              );
            if (!owner.reconciler.install) continue;
            declarations.push(
              reconciler(`${owner.name}-reconciler`, {
                environment: owner,
                teams: all.filter((entry) => entry.environment === owner),
                bundle: "process.exit(0)",
                scope,
                clusterStores,
                crds: everything ? "keyturn" : "none",
                ...extras,
              }),
            );
          }
          return { environments, teams: all, declarations };
        });
    });
}

export const company: fc.Arbitrary<Company> = companyOf();
