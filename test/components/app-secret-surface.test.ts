import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App, Chart } from "cdk8s";
import {
  appSecret,
  consumer,
  environment,
  plan,
  problemsOf,
  resolveAppSecret,
  store,
  team,
  type AppSecretDeclaration,
  type AppSecretSpec,
} from "keyturn";
import { AppSecret } from "keyturn/cdk8s";
import type { JsonRecord } from "../../api";
import { externalSecretCrd } from "../../api/crds";
import type { Schema } from "../../api/crds/schema";
import { refusal } from "./fixtures";

type Spec = Partial<AppSecretSpec>;
const vault = (address: string) => ({ address, kv: { mount: "kv" }, login: { kubernetes: { mount: "k8s" } } });
const eso = environment("eso", {
  vaults: { main: vault("https://vault.example.com"), legacy: vault("https://old.example.com") },
  reconciler: { install: false },
});
const shop = team(eso, "shop", { namespaces: ["shop"] });
const declared = (spec: Spec, id = "db"): AppSecretDeclaration => appSecret(id, { team: shop, ...spec });
const keys = { A: "db#a" };
const both = { path: "db", property: "a" };
const from = (entry: object): Spec => ({ from: [{ path: "db", ...entry }] });
const generated = (more: object = {}): Spec => ({
  from: [{ generator: { kind: "Password", name: "pw" }, ...more }],
  refreshPolicy: "CreatedOnce",
});
const found = (find: object, more: object = {}): Spec => ({ from: [{ find: { path: "flags", ...find }, ...more }] });
const window = { schedule: "0 22 * * 1-5", duration: "2h" };
const templated = (template: object): Spec => ({ keys, template });
const file = { name: "files", items: [{ key: "k", templateAs: "KeysAndValues" }] };

/** Declared, and where in the manifest it shows. */
type Reachable = readonly [field: string, spec: Spec, value: unknown];

// Every field of spec of the ExternalSecret v1 (reference/eso.md 2.1): a list's first entry stands for all, a map's value for its values.
const reachable: readonly Reachable[] = [
  ["secretStoreRef.name", { keys, store: store("s", { team: shop, name: "own" }) }, "own"],
  ["secretStoreRef.kind", { keys }, "SecretStore"],
  ["refreshPolicy", { keys, refreshPolicy: "OnChange" }, "OnChange"],
  ["refreshInterval", { keys, staleFor: "5m" }, "5m0s"],
  ["syncWindows.kind", { keys, syncWindows: { kind: "deny", windows: [window] } }, "deny"],
  ["syncWindows.windows[].schedule", { keys, syncWindows: { kind: "deny", windows: [window] } }, "0 22 * * 1-5"],
  ["syncWindows.windows[].duration", { keys, syncWindows: { kind: "deny", windows: [window] } }, "2h"],
  ["data[].secretKey", { keys }, "A"],
  ["data[].remoteRef.key", { keys }, "shop/db"],
  ["data[].remoteRef.property", { keys }, "a"],
  ["data[].remoteRef.version", { keys: { A: { ...both, version: 3 } } }, "3"],
  ["data[].remoteRef.metadataPolicy", { keys: { A: { ...both, metadataPolicy: "Fetch" } } }, "Fetch"],
  ["data[].remoteRef.decodingStrategy", { keys: { A: { ...both, decode: "base64url" } } }, "Base64URL"],
  ["data[].remoteRef.nullBytePolicy", { keys: { A: { ...both, nullBytePolicy: "Fail" } } }, "Fail"],
  [
    "data[].sourceRef.storeRef.name",
    { keys: { A: { ...both, store: store("s", { team: shop, name: "own" }) } } },
    "own",
  ],
  [
    "data[].sourceRef.storeRef.kind",
    { keys: { A: { ...both, store: store("s", { team: shop, name: "own" }) } } },
    "SecretStore",
  ],
  ["dataFrom[].extract.key", from({}), "shop/db"],
  ["dataFrom[].extract.property", from({ property: "nested" }), "nested"],
  ["dataFrom[].extract.version", from({ version: 2 }), "2"],
  ["dataFrom[].extract.metadataPolicy", from({ metadataPolicy: "Fetch" }), "Fetch"],
  ["dataFrom[].extract.conversionStrategy", from({ conversionStrategy: "Unicode" }), "Unicode"],
  ["dataFrom[].extract.decodingStrategy", from({ decode: "auto" }), "Auto"],
  ["dataFrom[].extract.nullBytePolicy", from({ nullBytePolicy: "Ignore" }), "Ignore"],
  ["dataFrom[].find.path", found({}), "shop/flags"],
  ["dataFrom[].find.name.regexp", found({ name: { regexp: "^a" } }), "^a"],
  ["dataFrom[].find.tags.*", found({ tags: { x: "web" } }), "web"],
  ["dataFrom[].find.conversionStrategy", found({}, { conversionStrategy: "Unicode" }), "Unicode"],
  ["dataFrom[].find.decodingStrategy", found({}, { decode: "base64" }), "Base64"],
  ["dataFrom[].find.nullBytePolicy", found({}, { nullBytePolicy: "Fail" }), "Fail"],
  ["dataFrom[].rewrite[].regexp.source", from({ rewrite: [{ regexp: { source: "a", target: "b" } }] }), "a"],
  ["dataFrom[].rewrite[].regexp.target", from({ rewrite: [{ regexp: { source: "a", target: "b" } }] }), "b"],
  [
    "dataFrom[].rewrite[].transform.template",
    generated({ rewrite: [{ transform: { template: "{{ .value | upper }}" } }] }),
    "{{ .value | upper }}",
  ],
  ["dataFrom[].rewrite[].merge.into", from({ rewrite: [{ merge: { strategy: "JSON", into: "all" } }] }), "all"],
  ["dataFrom[].rewrite[].merge.priority[]", from({ rewrite: [{ merge: { priority: ["a"] } }] }), "a"],
  [
    "dataFrom[].rewrite[].merge.priorityPolicy",
    from({ rewrite: [{ merge: { priorityPolicy: "IgnoreNotFound" } }] }),
    "IgnoreNotFound",
  ],
  ["dataFrom[].rewrite[].merge.conflictPolicy", from({ rewrite: [{ merge: { conflictPolicy: "Ignore" } }] }), "Ignore"],
  ["dataFrom[].rewrite[].merge.strategy", from({ rewrite: [{ merge: {} }] }), "Extract"],
  ["dataFrom[].sourceRef.storeRef.name", from({ store: store("s", { team: shop, name: "own" }) }), "own"],
  ["dataFrom[].sourceRef.storeRef.kind", from({ store: store("s", { team: shop, name: "own" }) }), "SecretStore"],
  ["dataFrom[].sourceRef.generatorRef.apiVersion", generated(), "generators.external-secrets.io/v1alpha1"],
  ["dataFrom[].sourceRef.generatorRef.kind", generated(), "Password"],
  ["dataFrom[].sourceRef.generatorRef.name", generated(), "pw"],
  ["target.name", { keys, name: "secret", externalSecretName: "es" }, "secret"],
  ["target.creationPolicy", { keys, creationPolicy: "None" }, "None"],
  ["target.deletionPolicy", { keys, deletionPolicy: "Merge" }, "Merge"],
  ["target.immutable", { keys, immutable: true }, true],
  ["target.manifest.apiVersion", { keys, manifest: { apiVersion: "v1", kind: "ConfigMap" } }, "v1"],
  ["target.manifest.kind", { keys, manifest: { apiVersion: "v1", kind: "ConfigMap" } }, "ConfigMap"],
  ["target.template.type", { keys, type: "example.com/a" }, "example.com/a"],
  ["target.template.engineVersion", templated({ data: { a: "" } }), "v2"],
  ["target.template.mergePolicy", templated({ data: { b: "" }, mergePolicy: "Merge" }), "Merge"],
  ["target.template.metadata.labels.*", templated({ metadata: { labels: { x: "x" } } }), "x"],
  ["target.template.metadata.annotations.*", templated({ metadata: { annotations: { x: "x" } } }), "x"],
  ["target.template.metadata.finalizers[]", templated({ metadata: { finalizers: ["a/b"] } }), "a/b"],
  ["target.template.data.*", templated({ data: { x: "x" } }), "x"],
  ["target.template.templateFrom[].configMap.name", templated({ templateFrom: [{ configMap: file }] }), "files"],
  ["target.template.templateFrom[].configMap.items[].key", templated({ templateFrom: [{ configMap: file }] }), "k"],
  [
    "target.template.templateFrom[].configMap.items[].templateAs",
    templated({ templateFrom: [{ configMap: file }] }),
    "KeysAndValues",
  ],
  ["target.template.templateFrom[].secret.name", templated({ templateFrom: [{ secret: file }] }), "files"],
  ["target.template.templateFrom[].secret.items[].key", templated({ templateFrom: [{ secret: file }] }), "k"],
  [
    "target.template.templateFrom[].secret.items[].templateAs",
    templated({ templateFrom: [{ secret: file }] }),
    "KeysAndValues",
  ],
  ["target.template.templateFrom[].literal", templated({ templateFrom: [{ literal: "a: b" }] }), "a: b"],
  [
    "target.template.templateFrom[].target",
    {
      ...templated({ templateFrom: [{ literal: "a: b", target: "spec.rules[0].matches" }] }),
      manifest: { apiVersion: "example.com/v1", kind: "Rule" },
    },
    "spec.rules[0].matches",
  ],
  [
    "target.template.templateFrom[].valuesDecodingStrategy",
    templated({ templateFrom: [{ literal: "a: b", valuesDecodingStrategy: "Base64" }] }),
    "Base64",
  ],
];

/** What External Secrets Operator has a field for, and ignores. */
const refused: readonly (readonly [field: string, spec: Spec, problem: string, docs: string])[] = [
  [
    "data[].remoteRef.conversionStrategy",
    { keys: { A: { ...both, conversionStrategy: "Unicode" } } } as Spec,
    "keys.A.conversionStrategy: has no effect on a key, which is named here; it is for from",
    "`conversionStrategy` of a single key",
  ],
  ...["apiVersion", "kind", "name"].map(
    (field) =>
      [
        `data[].sourceRef.generatorRef.${field}`,
        { keys: { A: { ...both, generator: { kind: "Password", name: "p" } } } } as unknown as Spec,
        "keys.A.generator: is ignored by External Secrets Operator for single keys; write it in from",
        "a generator for a single key",
      ] as const,
  ),
];

/** Values of a field that are refused, where others are not. */
const refusedValues: readonly (readonly [what: string, spec: Spec, problem: string, docs: string])[] = [
  [
    "a ClusterSecretStore",
    { keys, store: { environment: eso, name: "vault", kind: "ClusterSecretStore" } as never },
    "store: is a ClusterSecretStore, which logs in as one identity for every namespace; take a store of the namespace",
    "a ClusterSecretStore",
  ],
  [
    "an interval of 0",
    { keys, refreshInterval: "0s" },
    'refreshInterval: "0s" is never; to read once write refreshPolicy: "CreatedOnce"',
    "an interval of 0",
  ],
  [
    "a path where a Secret is made",
    templated({ templateFrom: [{ literal: "a: b", target: "spec.x" }] }),
    'template.templateFrom[0].target: must be "Data" or "Labels" or "Annotations", not "spec.x"',
    "a path as `target` of a template without `manifest`",
  ],
  [
    "a key of another Vault",
    { keys: { A: { ...both, store: store("s", { team: shop, vault: "legacy" }) } } },
    'keys.A.store: reaches Vault "legacy", the AppSecret "main"; all values of an AppSecret come from one Vault: declare one ' +
      'for each Vault, both with the name of the Secret, an externalSecretName each and creationPolicy "CreateOrMerge"',
    "a key of another Vault",
  ],
];

/** Leaves of the CRD: `data[].remoteRef.key`. */
function leaves(schema: Schema, path = ""): readonly string[] {
  if (schema.properties !== undefined)
    return Object.entries(schema.properties).flatMap(([name, inner]) =>
      leaves(inner, path === "" ? name : `${path}.${name}`),
    );
  if (schema.items !== undefined) return leaves(schema.items, `${path}[]`);
  return schema.additionalProperties === undefined ? [path] : leaves(schema.additionalProperties, `${path}.*`);
}

function at(tree: unknown, path: string): unknown {
  return path
    .replaceAll("[]", ".0")
    .replaceAll("*", "x")
    .split(".")
    .reduce<unknown>((inner, step) => (inner as JsonRecord | undefined)?.[step], tree);
}

describe("every field of an ExternalSecret v1", () => {
  it("is in one of the two tables below", () => {
    const spec = externalSecretCrd.spec as unknown as {
      readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[];
    };
    const all = leaves(spec.versions[0]?.schema.openAPIV3Schema.properties?.spec ?? {});
    expect([...reachable, ...refused].map(([field]) => field).sort()).toEqual([...all].sort());
  });

  it.each(reachable)("%s can be declared", (field, spec, value) => {
    const [manifest] = plan([declared(spec)]).manifests;
    expect(at(manifest, `spec.${field}`)).toEqual(value);
  });

  const docs = readFileSync(join(__dirname, "../../docs/app-secrets.md"), "utf8");
  it.each([...refused, ...refusedValues])("%s is refused with a reason, which docs/app-secrets.md has", (...row) => {
    const [, spec, problem, written] = row;
    expect(refusal(() => resolveAppSecret(declared(spec)))).toEqual([`AppSecret "db" › ${problem}`]);
    expect(docs).toContain(written);
  });
});

describe("generators", () => {
  it("cost Vault nothing and grant nothing", () => {
    const { access, load } = plan([declared(generated())]);
    expect(access.grants).toEqual([]);
    const nothing = expect.objectContaining({ secrets: 1, paths: 0, finds: 0, requestsPerSecond: 0 }) as unknown;
    expect(load).toEqual([nothing]);
    const { from: generator = [] } = generated();
    expect(plan([declared({ from: generator, refreshInterval: "1m" })]).load).toEqual([nothing]);
  });

  it("need no more than kind and name, and leave the keys open", () => {
    expect(resolveAppSecret(declared(generated())).secretKeys).toBeUndefined();
    expect(
      refusal(() =>
        resolveAppSecret(declared(generated({ generator: { kind: "Pasword", name: "a b" }, decode: "x" }))),
      ),
    ).toEqual([
      'AppSecret "db" › from[0].decode: is not a known field',
      expect.stringContaining('AppSecret "db" › from[0].generator.kind: must be "ACRAccessToken" or'),
      'AppSecret "db" › from[0].generator.name: "a b" is not a Kubernetes object name (lower-case letters, digits, "-" and ".")',
    ]);
    for (const generator of [null, 1, [], Promise.resolve({})])
      expect(refusal(() => resolveAppSecret(declared(generated({ generator }))))).toHaveLength(1);
  });

  it.each<readonly [Spec, readonly string[]]>([
    [
      {},
      [
        'refreshInterval: is missing: a generator makes new values at every refresh; say how often, or refreshPolicy: "CreatedOnce"',
      ],
    ],
    [{ refreshInterval: "720h" }, []],
    [{ refreshPolicy: "OnChange" }, []],
    [{ immutable: true }, []],
    [
      { rotatesEvery: "24h", staleFor: "1h" },
      ["staleFor", "rotatesEvery"].map(
        (field) => `${field}: has no meaning: a generator makes new values at every refresh; say refreshInterval`,
      ),
    ],
  ])("with %j: how often they make new values has to be said", (spec, problems) => {
    const { from: generator } = generated();
    expect(refusal(() => resolveAppSecret(declared({ ...(generator && { from: generator }), ...spec })))).toEqual(
      problems.map((problem) => `AppSecret "db" › ${problem}`),
    );
  });
});

describe("who makes the Secret", () => {
  const roll = (spec: Spec, options = {}) =>
    problemsOf([declared(spec), consumer(declared(spec), { kind: "Deployment", name: "web" }, options)]).map(
      ({ path, message }) => `${path}: ${message}`,
    );

  it.each<readonly [Spec, string]>([
    [{ creationPolicy: "None" }, 'creationPolicy "None" makes no Secret'],
    [{ manifest: { apiVersion: "v1", kind: "ConfigMap" } }, "a ConfigMap is made, no Secret"],
  ])("%j leaves a workload nothing to roll for", (spec, why) => {
    expect(roll({ keys, ...spec })).toEqual([`AppSecret "db" › rollout: has nothing to roll for: ${why}`]);
  });

  it("a merged Secret has keys of others too, which a workload may use and a type may need", () => {
    expect(roll({ keys, creationPolicy: "Merge", type: "kubernetes.io/tls" }, { keys: ["tls.crt"] })).toEqual([]);
    expect(roll({ keys, creationPolicy: "Orphan" }, { keys: ["B"] })).toEqual([
      'AppSecret "db" › rollout.keys[0]: "B" is not a key of the Secret (A); did you mean "A"?',
    ]);
  });

  it.each<readonly [Spec, readonly string[]]>([
    [
      { creationPolicy: "None", type: "Opaque", immutable: true, deletionPolicy: "Merge" },
      ["type", "immutable", "deletionPolicy"].map(
        (field) => `${field}: has no effect: creationPolicy "None" makes no Secret`,
      ),
    ],
    [
      { manifest: { apiVersion: "v1", kind: "ConfigMap" }, type: "Opaque", immutable: true },
      ["type", "immutable"].map((field) => `${field}: has no effect: a ConfigMap is made, no Secret`),
    ],
    [{ manifest: { apiVersion: "v1", kind: "Secret" } }, ["manifest: is what an AppSecret makes anyway; leave it out"]],
    [
      { manifest: { apiVersion: "V1", kind: "config-map", name: "x" } as never },
      [
        "manifest.name: is not a known field",
        'manifest.apiVersion: "V1" is not one like "v1" or "example.com/v1"',
        'manifest.kind: "config-map" is not a kind like "ConfigMap"',
      ],
    ],
    [
      {
        manifest: { apiVersion: "v1", kind: "ConfigMap" },
        template: { templateFrom: [{ literal: "a: b", target: "spec[x]" }] },
      },
      ['template.templateFrom[0].target: "spec[x]" is not a path like "spec.rules[0]"'],
    ],
    [
      { externalSecretName: "A" },
      ['externalSecretName: "A" is not a Kubernetes object name (lower-case letters, digits, "-" and ".")'],
    ],
  ])("%j is refused", (spec, problems) => {
    expect([...refusal(() => resolveAppSecret(declared({ keys, ...spec })))].sort()).toEqual(
      problems.map((problem) => `AppSecret "db" › ${problem}`).sort(),
    );
  });
});

describe("an ExternalSecret of another name", () => {
  const spec = { team: shop, keys, name: "secret", externalSecretName: "es" };
  const web = { kind: "Deployment", name: "web" } as const;

  it("is what is applied; workloads use and roll for the Secret", () => {
    const db = new AppSecret(new Chart(new App(), "shop"), "db", spec);
    expect([db.name, db.secretName]).toEqual(["es", "secret"]);
    expect(db.rolloutFor(web)).toEqual({ "keyturn.dev/rollout-on": "secret" });
    const { manifests, consumers } = plan([appSecret("db", spec), consumer(appSecret("db", spec), web)]);
    expect(manifests.map(({ metadata }) => metadata.name)).toEqual(["es"]);
    expect(consumers.map(({ annotations }) => annotations)).toEqual([{ "keyturn.dev/rollout-on": "secret" }]);
  });
});

describe("several AppSecrets for one Secret", () => {
  const one: Spec = { keys, name: "app", externalSecretName: "app-db", creationPolicy: "CreateOrMerge" };
  const two: Spec = { keys: { B: "api#b" }, name: "app", creationPolicy: "Merge" };
  const together = (a: Spec, b: Spec) =>
    problemsOf([declared(a, "one"), declared(b, "two")]).map(({ path, message }) => `${path}: ${message}`);

  it("fill it together, each from a Vault of its own", () => {
    expect(together(one, two)).toEqual([]);
    const { manifests, access } = plan([declared(one, "one"), declared({ ...two, vault: "legacy" }, "two")]);
    expect(
      manifests.map(({ metadata, spec }) => [metadata.name, at(spec, "target.name"), at(spec, "secretStoreRef.name")]),
    ).toEqual([
      ["app", "app", "keyturn-eso-legacy"],
      ["app-db", "app", "keyturn-eso"],
    ]);
    expect(access.grants.map(({ vault: name, key, because }) => [name, key, because])).toEqual([
      [undefined, "shop/db", ["shop/app"]],
      ["legacy", "shop/api", ["shop/app"]],
    ]);
  });

  const taken = 'of environment "eso" is that of AppSecret "one" already';
  const shared = 'several AppSecrets fill one only where each has creationPolicy "CreateOrMerge" or "Merge"';
  it.each<readonly [string, Spec, Spec, readonly string[]]>([
    [
      "one of them owns it",
      { ...one, creationPolicy: "Owner" },
      two,
      [`AppSecret "two" › name: Secret shop/app ${taken}; ${shared}`],
    ],
    [
      "the other owns it",
      one,
      { ...two, creationPolicy: "Orphan" },
      [`AppSecret "two" › name: Secret shop/app ${taken}; ${shared}`],
    ],
    [
      "both write a key",
      one,
      { ...two, keys: { A: "api#a" } },
      ['AppSecret "two" › keys: the key "A" of the Secret is written by AppSecret "one" too'],
    ],
    [
      "both are one ExternalSecret",
      one,
      { ...two, externalSecretName: "app-db" },
      [`AppSecret "two" › externalSecretName: ExternalSecret shop/app-db ${taken}`],
    ],
    [
      "one is the ExternalSecret of the other's name",
      { ...one, name: "other", externalSecretName: "app" },
      two,
      [`AppSecret "two" › name: ExternalSecret shop/app ${taken}`],
    ],
    [
      "both are plain",
      { keys, name: "app" },
      { keys, name: "app" },
      [`AppSecret "two" › name: Secret shop/app ${taken}`],
    ],
  ])("are refused when %s", (_name, a, b, problems) => {
    expect(together(a, b)).toEqual(problems);
  });

  it("roll a workload for what it uses of each", () => {
    const [a, b] = [declared(one, "one"), declared(two, "two")];
    const web = { kind: "Deployment", name: "web" } as const;
    const { consumers } = plan([a, b, consumer(a, web, { keys: ["A"] }), consumer(b, web, { keys: ["B"] })]);
    expect(consumers.map(({ annotations }) => annotations)).toEqual([{ "keyturn.dev/rollout-on": "app/A,app/B" }]);
  });

  it("are no clash where one makes none, or another kind", () => {
    expect(together({ ...one, creationPolicy: "None" }, { ...two, creationPolicy: "Owner" })).toEqual([]);
    expect(together({ ...one, manifest: { apiVersion: "v1", kind: "ConfigMap" } }, { keys, name: "app" })).toEqual([]);
  });
});
