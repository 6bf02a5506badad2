import fc from "fast-check";
import {
  appSecret,
  connectionUrl,
  dockerConfigJson,
  envFile,
  jsonObject,
  literal,
  tls,
  type AppSecretDeclaration,
  type AppSecretSpec,
  type FromSpec,
  type KeySpec,
  type RewriteSpec,
  type Team,
  type TemplateSpec,
} from "keyturn";

export const segment = fc.constantFrom("db", "api", "data", "kv", "prod", "payments", "käse", "a b", "x.y-z_1", "n#1");
const property = fc.constantFrom("password", "username", "users.0.name", "a b", "p#q", "ключ", 'u.#(n=="a").p');

/** Fields that are there or not. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as never;
}

const pathOf = (owner: Team): fc.Arbitrary<string> => {
  const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join("/"));
  const absolute = fc.tuple(fc.constantFrom(...owner.prefixes), path).map(([prefix, rest]) => `/${prefix}/${rest}`);
  const { alsoReads = [] } = owner;
  if (alsoReads.length === 0) return fc.oneof(path, absolute);
  const lent = fc
    .tuple(fc.constantFrom(...alsoReads), fc.constantFrom("", "/a", "/b"))
    .map(([grant, rest]) => (grant.prefix === undefined ? `/${grant.path}` : `/${grant.prefix}${rest}`));
  return fc.oneof(path, absolute, lent);
};

/** What is done on the way; keyturn's own reconciler does a part of it. */
const fetchOptions = (owner: Team) => {
  const { reconciler, vault } = owner.environment;
  return {
    version: vault.kv.version === 2 ? maybe(fc.integer({ min: 1, max: 99 })) : fc.constant(undefined),
    nullBytePolicy: maybe(fc.constantFrom("Ignore" as const, "Fail" as const)),
    decode: reconciler.install
      ? fc.constant(undefined)
      : maybe(fc.constantFrom("base64" as const, "base64url" as const, "auto" as const)),
  };
};

const keysOf = (owner: Team): fc.Arbitrary<Readonly<Record<string, KeySpec>>> => {
  const { reconciler, vault } = owner.environment;
  const text = fc.tuple(pathOf(owner), property).map(([at, name]) => `${at.replaceAll("#", "\\#")}#${name}`);
  const object = fc
    .record({ path: pathOf(owner), property, whole: fc.boolean(), ...fetchOptions(owner) })
    .map(({ whole, property: name, ...rest }): KeySpec =>
      defined({ ...rest, ...(whole ? { whole: true as const } : { property: name }) }),
    );
  const metadata = fc
    .record({ path: pathOf(owner), property })
    .map((rest): KeySpec => ({ ...rest, metadataPolicy: "Fetch" }));
  const key = reconciler.install || vault.kv.version === 1 ? fc.oneof(text, object) : fc.oneof(text, object, metadata);
  const secretKey = fc.constantFrom("A", "B_C", "tls.crt", "x-y", "constructor", "toString", "0");
  return fc
    .uniqueArray(fc.tuple(secretKey, key), { minLength: 1, maxLength: 4, selector: ([name]) => name })
    .map((entries) => Object.fromEntries(entries));
};

const rewrite = fc.array(
  fc.constantFrom<RewriteSpec>(
    { regexp: { source: "^payments/(.*)", target: "$1" } },
    { regexp: { source: "/", target: "" } },
    { transform: { template: "{{ .value | upper }}" } },
    { merge: {} },
    {
      merge: {
        strategy: "JSON",
        into: "all",
        conflictPolicy: "Ignore",
        priority: ["a"],
        priorityPolicy: "IgnoreNotFound",
      },
    },
  ),
  { maxLength: 2 },
);

const fromOf = (owner: Team): fc.Arbitrary<FromSpec> => {
  const { reconciler, vault } = owner.environment;
  const conversionStrategy = maybe(fc.constantFrom("Default" as const, "Unicode" as const));
  const plain = fc.oneof(
    pathOf(owner).map((path): FromSpec => path.replaceAll("#", "\\#")),
    fc
      .record({ path: pathOf(owner), conversionStrategy, ...fetchOptions(owner) })
      .map((extract): FromSpec => defined(extract)),
  );
  if (reconciler.install) return plain;
  const shaped = fc
    .record({ path: pathOf(owner), property: maybe(property), rewrite, ...fetchOptions(owner) })
    .map((extract): FromSpec => defined(extract));
  // ESO misreads what it finds below the name of the mount.
  const free = owner.prefixes.filter((prefix) => `${prefix}/`.startsWith(`${vault.kv.mount}/`) === false);
  const generator = fc
    .record({ kind: fc.constantFrom("Password" as const, "ClusterGenerator" as const), rewrite })
    .map(({ kind, rewrite: steps }): FromSpec => ({ generator: { kind, name: "gen.a" }, rewrite: steps }));
  if (free.length === 0) return fc.oneof(plain, shaped, generator);
  const find = fc
    .record({
      path: fc
        .tuple(fc.constantFrom(...free), maybe(segment))
        .map(([prefix, rest]) => `/${prefix}${rest === undefined ? "" : `/${rest}`}`),
      by: fc.constantFrom<object>(
        {},
        { name: { regexp: "^f.*/\\d+$" } },
        ...(vault.kv.version === 2 ? [{ tags: { b: "2", a: "1" } }] : []),
      ),
      rewrite,
    })
    .map(({ path, by, rewrite: steps }): FromSpec => ({ find: { path, ...by }, rewrite: steps }));
  return fc.oneof(plain, shaped, find, generator);
};

const templateOf = (owner: Team, keys: readonly string[]): fc.Arbitrary<Pick<AppSecretSpec, "template" | "type">> => {
  const [key = "A"] = keys;
  const own = owner.environment.reconciler.install;
  const raw: readonly TemplateSpec[] = [
    { type: "Opaque" },
    { metadata: { labels: { tier: `{{ index . "${key}" | trunc 5 }}` }, annotations: { "{{x}}": "y" } } },
    { data: { out: `a: {{ index . "${key}" | quote }}\n` }, mergePolicy: "Merge" },
    { templateFrom: [{ literal: `k: {{ index . "${key}" | toJson }}` }, { literal: "team: a", target: "Labels" }] },
  ];
  const beyond: readonly TemplateSpec[] = [
    { metadata: { finalizers: ["example.com/a"] } },
    {
      templateFrom: [
        { configMap: { name: "tpl", items: [{ key: "a" }] } },
        { secret: { name: "s", items: [{ key: "b", templateAs: "KeysAndValues" }] }, valuesDecodingStrategy: "Base64" },
      ],
    },
  ];
  return fc.constantFrom<Pick<AppSecretSpec, "template" | "type">>(
    {},
    {},
    { type: "example.com/custom" },
    { template: envFile({ A: key, B: literal("{{ $x }}") }) },
    {
      template: [envFile({ A: key }, { dialect: "shell" }), jsonObject("config.json", { a: [key, { b: literal(1) }] })],
    },
    { template: dockerConfigJson({ "registry.example.com": { username: literal("robot"), password: key } }) },
    { template: tls({ certificate: key, key }) },
    {
      template: connectionUrl("url", { scheme: "amqps", username: key, password: key, host: key, port: literal(5671) }),
    },
    ...(own ? raw : [...raw, ...beyond]).map((template) => ({ template })),
  );
};

const timeOf = (own: boolean) =>
  fc.constantFrom<Partial<AppSecretSpec>>(
    {},
    { staleFor: "5m" },
    { rotatesEvery: "24h" },
    { refreshInterval: "90s" },
    { refreshPolicy: "OnChange" },
    { refreshPolicy: "CreatedOnce" },
    ...(own
      ? []
      : [
          { refreshPolicy: "CreatedOnce" as const, immutable: true },
          { syncWindows: { kind: "allow" as const, windows: [{ schedule: "0 22 * * 1-5", duration: "2h" }] } },
          { syncWindows: { kind: "deny" as const, windows: [{ schedule: "@daily", duration: "30m" }] } },
        ]),
  );

/** Any AppSecret that the environment's reconciler carries out. */
export const secretOf = (owner: Team, id: string): fc.Arbitrary<AppSecretDeclaration> => {
  const own = owner.environment.reconciler.install;
  return fc
    .record({
      keys: keysOf(owner),
      from: maybe(fc.array(fromOf(owner), { minLength: 1, maxLength: 2 })),
      onlyFrom: fc.boolean(),
      namespace: fc.constantFrom(...owner.namespaces),
      time: timeOf(own),
      policy: fc.constantFrom<Partial<AppSecretSpec>>(
        {},
        { creationPolicy: "Orphan" },
        { creationPolicy: "Merge" },
        { externalSecretName: `${id}-es`, creationPolicy: "CreateOrMerge" },
        ...(own
          ? []
          : [
              { deletionPolicy: "Delete" as const },
              { creationPolicy: "None" as const },
              { manifest: { apiVersion: "v1", kind: "ConfigMap" }, externalSecretName: `${id}.es` },
            ]),
      ),
      labels: fc.constantFrom(undefined, { b: "2", a: "1" }),
    })
    .chain(({ keys, from, onlyFrom, namespace, time, policy, labels }) => {
      const fetched = from !== undefined && onlyFrom ? {} : { keys };
      const generated = from?.some((group) => typeof group === "object" && "generator" in group) === true;
      const noSecret = policy.creationPolicy === "None" || policy.manifest !== undefined;
      const often = generated && (time.refreshPolicy ?? "Periodic") === "Periodic";
      return templateOf(owner, Object.keys(fetched.keys ?? {})).map((template) =>
        appSecret(id, {
          team: owner,
          ...fetched,
          ...defined({ from, labels }),
          namespace,
          ...(often ? { refreshInterval: "90s" } : time),
          ...(noSecret && time.immutable === true ? {} : policy),
          ...(noSecret ? {} : template),
        }),
      );
    });
};
