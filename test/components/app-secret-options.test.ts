import {
  appSecret,
  envFile,
  environment,
  plan,
  problemsOf,
  resolveAppSecret,
  team,
  teamAccess,
  type AppSecretSpec,
} from "keyturn";
import { unsupportedFields, type ExternalSecret, type ExternalSecretSpec } from "../../api";
import { usedKeys } from "../../components/model/go-template";
import { compileSpec } from "../../reconciler/sync/spec";
import { payments, refusal } from "./fixtures";

const vault = (version: 1 | 2) => ({
  address: "https://vault.example.com:8200",
  kv: { mount: "kv", version },
  login: { kubernetes: { mount: "k8s" } },
});
/** Where External Secrets Operator runs, so that nothing is held back. */
const eso = environment("eso", { vault: vault(2), reconciler: { install: false } });
const shop = team(eso, "shop", { namespaces: ["shop"], prefixes: ["shop", "kv"] });
const old = team(environment("old", { vault: vault(1), reconciler: { install: false } }), "shop", {
  namespaces: ["shop"],
});

type Spec = Partial<AppSecretSpec>;
const declared = (spec: Spec) => appSecret("db", { team: shop, ...spec });
const specOf = (spec: Spec): ExternalSecretSpec =>
  (plan([declared(spec)]).manifests[0] as unknown as ExternalSecret).spec;
const refused = (spec: unknown) => refusal(() => resolveAppSecret(declared(spec as Spec)));
const keys = { USER: "db#username", PASSWORD: "db#password" };

describe("keys", () => {
  const read = (key: unknown) => specOf({ keys: { A: key } } as Spec).data?.[0]?.remoteRef;

  it.each([
    ["db#users.0.name", "shop/db", "users.0.name"],
    ['db#users.#(name=="ann").password', "shop/db", 'users.#(name=="ann").password'],
    ["db#a#b", "shop/db", "a#b"],
    ["a\\#1/db#b\\.c", "shop/a#1/db", "b\\.c"],
    ["db#\\#x", "shop/db", "\\#x"],
    ["db#{a:{b,c}}", "shop/db", "{a:{b,c}}"],
    ["/kv/db#x", "kv/kv/db", "x"],
  ])("%s is property and path, the property as it is", (key, path, property) => {
    expect(read(key)).toMatchObject({ key: path, property });
  });

  it("have versions, decoding and the rest as objects, with every default written out", () => {
    expect(read({ path: "a#1/db", property: "p", version: 3, decode: "base64url", nullBytePolicy: "Fail" })).toEqual({
      key: "shop/a#1/db",
      property: "p",
      version: "3",
      metadataPolicy: "None",
      conversionStrategy: "Default",
      decodingStrategy: "Base64URL",
      nullBytePolicy: "Fail",
    });
    expect(read({ path: "db", whole: true, decode: "auto" })).toEqual({
      key: "shop/db",
      metadataPolicy: "None",
      conversionStrategy: "Default",
      decodingStrategy: "Auto",
    });
  });

  it("read metadata where they say so: another path in the policy, and the key without the mount", () => {
    const secret = declared({
      keys: { A: { path: "/kv/db", property: "owner", metadataPolicy: "Fetch" }, B: "/kv/db#p" },
    });
    const { manifests, vault: documents, access } = plan([secret]);
    expect((manifests[0] as unknown as ExternalSecret).spec.data?.map(({ remoteRef }) => remoteRef.key)).toEqual([
      "kv/db",
      "kv/kv/db",
    ]);
    expect(documents[0]?.policies[0]?.rules).toEqual([
      { path: "kv/data/kv/db", capabilities: ["read"] },
      { path: "kv/metadata/kv/db", capabilities: ["read"] },
    ]);
    expect(access.grants.map(({ key, metadata }) => [key, metadata])).toEqual([
      ["kv/db", true],
      ["kv/db", undefined],
    ]);
  });

  it("may be read through another store of the environment", () => {
    const { data } = specOf({
      keys: { A: { path: "db", property: "p", store: { environment: eso, name: "second" } } },
    });
    expect(data?.[0]?.sourceRef).toEqual({ storeRef: { kind: "SecretStore", name: "second" } });
  });
});

describe("whole paths", () => {
  it("are taken with a text, or an object with every option", () => {
    const from = [
      "db",
      "db#nested",
      {
        path: "/kv/api",
        version: 2,
        decode: "base64",
        nullBytePolicy: "Ignore",
        rewrite: [
          { regexp: { source: "^db_", target: "" } },
          { transform: { template: "{{ .value | upper }}" } },
          { merge: { strategy: "JSON", into: "all" } },
        ],
      },
      { path: "x", conversionStrategy: "Unicode", metadataPolicy: "Fetch" },
    ] as const;
    const options = { metadataPolicy: "None", conversionStrategy: "Default", decodingStrategy: "None" };
    expect(specOf({ from })).toMatchObject({
      dataFrom: [
        { extract: { key: "shop/db", ...options } },
        { extract: { key: "shop/db", property: "nested", ...options } },
        {
          extract: { key: "kv/kv/api", version: "2", ...options, decodingStrategy: "Base64", nullBytePolicy: "Ignore" },
          rewrite: [
            { regexp: { source: "^db_", target: "" } },
            { transform: { template: "{{ .value | upper }}" } },
            { merge: { into: "all", priorityPolicy: "Strict", conflictPolicy: "Error", strategy: "JSON" } },
          ],
        },
        { extract: { key: "shop/x", ...options, metadataPolicy: "Fetch", conversionStrategy: "Unicode" } },
      ],
    });
    expect(specOf({ from }).data).toBeUndefined();
    expect(resolveAppSecret(declared({ from })).secretKeys).toBeUndefined();
  });
});

describe("find", () => {
  const find = (change: object = {}) => appSecret("db", { team: shop, from: [{ find: { path: "flags", ...change } }] });
  const access = (prefix: string, extra: object = {}) =>
    teamAccess("access", { team: shop, prefixes: [{ prefix, reason: "flags come and go" }], ...extra });
  const rules = (...declarations: Parameters<typeof plan>[0][]) =>
    plan(declarations.flatMap((some) => [...some])).vault[0]?.policies[0]?.rules;

  it("takes everything below its path where nothing else is said, by name so that no metadata are read", () => {
    expect(specOf({ from: [{ find: {} }] }).dataFrom).toEqual([
      {
        find: { path: "shop", name: { regexp: ".*" }, conversionStrategy: "Default", decodingStrategy: "None" },
      },
    ]);
  });

  it("lists names below the metadata and reads values below the path, both with the slash that ends the path", () => {
    expect(rules([find(), access("shop/flags")])).toEqual([
      { path: "kv/data/shop/flags/*", capabilities: ["read"] },
      { path: "kv/metadata/shop/flags/*", capabilities: ["list"] },
    ]);
    expect(rules([find({ tags: { a: "1" } }), access("shop/flags")])?.[1]).toEqual({
      path: "kv/metadata/shop/flags/*",
      capabilities: ["list", "read"],
    });
  });

  it("lists and reads in one place on KV v1, and an exact rule in it keeps what the prefix allows", () => {
    const secrets = [
      appSecret("flags", { team: old, from: [{ find: { path: "flags", name: { regexp: "." } } }] }),
      appSecret("one", { team: old, keys: { A: "flags/one#a" } }),
      teamAccess("access", { team: old, prefixes: [{ prefix: "shop", reason: "legacy" }] }),
    ];
    expect(rules(secrets)).toEqual([
      { path: "kv/shop/*", capabilities: ["read"] },
      { path: "kv/shop/flags/*", capabilities: ["list", "read"] },
      { path: "kv/shop/flags/one", capabilities: ["list", "read"] },
    ]);
  });

  it("needs a prefix that the team's TeamAccess declares", () => {
    const problem =
      'AppSecret "db" › from[0].find: reads everything below "shop/flags", which the TeamAccess of team "shop" does not declare; ' +
      'add prefixes: [{ prefix: "shop/flags", reason: "..." }] there';
    const said = (...declarations: Parameters<typeof problemsOf>[0][]) =>
      problemsOf(declarations.flatMap((some) => [...some])).map(({ path, message }) => `${path}: ${message}`);
    expect(said([find(), teamAccess("access", { team: shop })])).toEqual([problem]);
    expect(said([find(), access("shop/flag")])).toEqual([problem]);
    expect(said([teamAccess("access", { team: shop, secrets: [find()] })])).toEqual([problem]);
    expect(said([find(), access("shop")])).toEqual([]);
  });

  it("opens nothing without one: a synth without the TeamAccess asks for it in access.json, and the platform has to declare it", () => {
    const synth = plan([find()]);
    expect(synth.vault[0]?.policies[0]?.rules).toEqual([]);
    expect(synth.access.grants.map(({ key, prefix, capabilities }) => [key, prefix, capabilities])).toEqual([
      ["shop/flags", true, ["list"]],
      ["shop/flags", true, ["read"]],
    ]);
    const taken = (...prefixes: { prefix: string; reason: string }[]) =>
      teamAccess("access", { team: shop, access: synth.access, prefixes });
    expect(refusal(() => plan([taken()]))).toEqual([
      'TeamAccess "access" › access.grants[0].capabilities: list below "shop/flags", which needs a declared prefix: prefixes: [{ prefix: "shop/flags", reason }]',
    ]);
    expect(rules([taken({ prefix: "shop/flags", reason: "r" })])).toEqual(rules([find(), access("shop/flags")]));
  });

  it("counts apart in the load, because only Vault knows how much it reads", () => {
    expect(
      plan([find(), declared({ keys, staleFor: "10s", name: "other" })].map((d, i) => ({ ...d, id: `d${i}` }))).load,
    ).toEqual([
      // External Secrets Operator reads both keys; it logs in, looks itself up and revokes its token for each of the two, the find hourly.
      { environment: "eso", vault: "main", team: "shop", secrets: 2, paths: 1, finds: 1, requestsPerSecond: 0.500833 },
    ]);
  });
});

describe("what becomes of the fetched keys", () => {
  it("is a template with its defaults, and the labels and annotations that the Secret would get without one", () => {
    const target = specOf({
      keys,
      labels: { app: "shop" },
      annotations: { note: "{{ not a template }}" },
      template: {
        data: { b: "{{ .USER }}", a: "" },
        metadata: { labels: { user: "{{ .USER }}" }, finalizers: ["example.com/x"] },
        templateFrom: [
          { configMap: { name: "tpl", items: [{ key: "k" }] } },
          { literal: "x: y", target: "Annotations" },
        ],
      },
      type: "Opaque",
    }).target;
    expect(target?.template).toEqual({
      type: "Opaque",
      engineVersion: "v2",
      mergePolicy: "Replace",
      metadata: {
        labels: { app: "shop", user: "{{ .USER }}" },
        annotations: {
          "keyturn.dev/environment": "eso",
          "keyturn.dev/team": "shop",
          note: '{{ "{{" }} not a template }}',
        },
        finalizers: ["example.com/x"],
      },
      data: { a: "", b: "{{ .USER }}" },
      templateFrom: [
        { configMap: { name: "tpl", items: [{ key: "k", templateAs: "Values" }] }, target: "Data" },
        { literal: "x: y", target: "Annotations" },
      ],
    });
    expect(Object.keys(target?.template?.data ?? {})).toEqual(["a", "b"]);
  });

  const results: readonly (readonly [Spec, readonly string[] | undefined])[] = [
    [{ keys }, ["PASSWORD", "USER"]],
    [{ keys, type: "Opaque" }, ["PASSWORD", "USER"]],
    [{ keys, template: envFile({ A: "USER" }) }, [".env"]],
    [{ keys, template: { data: { x: "y" }, mergePolicy: "Merge" } }, ["PASSWORD", "USER", "x"]],
    [{ keys, template: { templateFrom: [{ literal: "a: b" }] } }, undefined],
    [{ keys, template: { templateFrom: [{ literal: "a: b", target: "Labels" }] } }, []],
    [{ keys, template: { templateFrom: [{ secret: { name: "s", items: [{ key: "k" }] } }] } }, ["k"]],
    [
      {
        keys,
        template: { templateFrom: [{ secret: { name: "s", items: [{ key: "k", templateAs: "KeysAndValues" }] } }] },
      },
      undefined,
    ],
    [{ from: ["db"], template: envFile({ A: "anything" }) }, [".env"]],
    [{ keys, from: ["db"] }, undefined],
  ];
  it.each(results)("%j gives the keys %j, which a rollout may name", (spec, expected) => {
    expect(resolveAppSecret(declared(spec)).secretKeys).toEqual(expected);
  });

  it("is immutable, read once, on change or in windows where it says so", () => {
    expect(specOf({ keys, immutable: true, refreshPolicy: "CreatedOnce" })).toMatchObject({
      refreshPolicy: "CreatedOnce",
      refreshInterval: "1h0m0s",
      target: { immutable: true },
    });
    const syncWindows = { kind: "deny", windows: [{ schedule: "0 22 * * MON-FRI", duration: "2h" }] } as const;
    expect(specOf({ keys, syncWindows }).syncWindows).toEqual(syncWindows);
    expect(plan([declared({ keys, refreshPolicy: "OnChange" })]).load[0]?.requestsPerSecond).toBe(0);
  });
});

const at = 'AppSecret "db" › ';
const bad: readonly (readonly [unknown, readonly string[]])[] = [
  [{}, ["keys: is missing"]],
  [{ keys: { A: { path: "db" } } }, ["keys.A.property: is missing"]],
  [{ keys: { A: { path: "db", property: "p", whole: true } } }, ["keys.A.whole: cannot be together with property"]],
  [
    { keys: { A: { path: "db", property: "p", decode: "Base64" } } },
    ['keys.A.decode: must be "base64" or "base64url" or "auto", not "Base64"'],
  ],
  [
    { keys: { A: { path: "db", property: "p", conversionStrategy: "Unicode" } } },
    ["keys.A.conversionStrategy: has no effect on a key, which is named here; it is for from"],
  ],
  [
    { keys: { A: { path: "db", whole: true, version: 2, metadataPolicy: "Fetch" } } },
    ["keys.A.version: has no effect: the metadata are those of all versions"],
  ],
  [{ keys: { A: "a\\b#p" } }, ['keys.A: the path contains one of "?", "%" or "\\"']],
  [
    { team: old, keys: { A: { path: "db", whole: true, metadataPolicy: "Fetch" } } },
    ['keys.A.metadataPolicy: "Fetch" needs KV version 2; mount "kv" has version 1'],
  ],
  [
    { from: ["../x", "a*", "{{x}}", "/payments/x", "", "db#", 1, null] },
    [
      'from[0]: the path contains a "." or ".." segment',
      'from[1]: the path contains a wildcard ("*" or "+")',
      'from[2]: the path contains templating ("{{")',
      'from[3]: the path is outside what team "shop" may read (shop, kv); a path without "/" in front is below the first of them; what is outside needs alsoReads: [{ path, reason, until }] of the team',
      "from[4]: has no path",
      'from[5]: has no property after the "#"',
      "from[6]: must be an object, not number",
      "from[7]: must be an object, not null",
    ],
  ],
  [{ from: [] }, ["from: is empty; leave it out"]],
  [{ from: "db" }, ["from: must be a list, not string"]],
  [
    {
      from: [
        { path: "a", conversionStrategy: "Unicode", rewrite: [{ regexp: { source: "(", target: "" } }] },
        {
          path: "a",
          rewrite: [{ regexp: { source: "(?=x)", target: "" }, merge: {} }, { transform: { template: "{{ .valu }}" } }],
        },
        { path: "a", rewrite: [{ merge: { strategy: "JSON" } }, { merge: { into: "a b" } }, { marge: {} }] },
      ],
    },
    [
      "from[0].rewrite[0].regexp.source: is not a regular expression of RE2: missing closing )",
      "from[0].conversionStrategy: has no effect together with rewrite: rewritten names are taken as they are",
      "from[1].rewrite[0]: must have exactly one of regexp, transform and merge",
      'from[1].rewrite[1].transform.template: has no "valu"; only .value is there; did you mean "value"?',
      'from[2].rewrite[0].merge.into: is missing; strategy "JSON" needs it',
      'from[2].rewrite[1].merge.into: the key of the Secret may only have letters, digits, "-", "_" and "."',
      'from[2].rewrite[1].merge.into: has no effect with strategy "Extract"',
      'from[2].rewrite[2].marge: is not a known field; did you mean "merge"?',
      "from[2].rewrite[2]: must have exactly one of regexp, transform and merge",
    ],
  ],
  [
    {
      from: [
        { find: { path: "a/", name: { regexp: "(?<=x)" }, tags: { a: 1 } } },
        { find: { path: "/kv/a" } },
        { find: { path: "a/../b" } },
        { find: { pat: "a" }, path: "b" },
      ],
    },
    [
      "from[0].find.name.regexp: is not a regular expression of RE2: invalid named capture",
      "from[0].find.tags.a: must be a text, not number",
      "from[0].find.tags: has no effect together with name (ESO looks at tags only where no name is given)",
      "from[0].find.path: contains an empty segment; write no slash at the end",
      'from[1].find.path: begins with the name of the mount, "kv"; ESO would read what it finds there without it (a limitation of ESO)',
      'from[2].find.path: contains a "." or ".." segment',
      "from[3].path: is not a known field",
      'from[3].find.pat: is not a known field; did you mean "path"?',
    ],
  ],
  [
    { team: old, from: [{ find: { tags: { a: "1" } } }] },
    ['from[0].find.tags: need KV version 2; mount "kv" has version 1'],
  ],
  [
    {
      keys,
      template: {
        data: { a: "{{ .PASWORD }}", "b c": "x", d: 1, e: "{{ if .USER }}", f: "{{ end }}", g: "a\n{{ .USER" },
      },
    },
    [
      'template.data.a: uses "PASWORD", which is not fetched (PASSWORD, USER); did you mean "PASSWORD"?',
      'template.data["b c"]: the key of the Secret may only have letters, digits, "-", "_" and "."',
      "template.data.d: must be a text, not number",
      "template.data.e: has no {{ end }} for its {{ if }} (line 1)",
      "template.data.f: has an {{ end }} that ends nothing (line 1)",
      "template.data.g: has an action without }} (line 2)",
    ],
  ],
  [
    { keys, template: { data: JSON.parse('{"__proto__": "x"}') as unknown } },
    ["template.data.__proto__: the key of the Secret is not usable in JavaScript programs"],
  ],
  [
    {
      keys,
      template: [envFile({ A: "USER" }), { data: { ".env": "" }, type: "a/b" }, { type: "a/c", data: { x: "" } }],
    },
    [
      'template[1].data[".env"]: is made by another template of the list already',
      'template[2].type: "a/c" is another than "a/b" of a template before',
    ],
  ],
  [
    { keys, template: { data: { USER: "x", PASSWORD: "{{ .PASSWORD | trim }}" }, mergePolicy: "Merge" } },
    ["template.data.USER: is fetched as a key too, and would be lost: the template does not use it"],
  ],
  [
    { keys, template: { data: { a: "postgres://app:hunter2secret@db/app" } } },
    [
      "template.data.a: has what looks like a URL with a password; everyone who sees the ExternalSecret sees it. It is not shown",
    ],
  ],
  [
    {
      keys,
      template: {
        templateFrom: [
          {},
          { literal: "{{ .X }}", configMap: {} },
          { configMap: { name: "A", items: [] } },
          { literal: "a", target: "data" },
          { secret: { name: "s", items: [{ key: "a b", templateAs: "Value" }] } },
        ],
      },
    },
    [
      "template.templateFrom[0]: must have exactly one of literal, configMap and secret",
      "template.templateFrom[1]: must have exactly one of literal, configMap and secret",
      'template.templateFrom[2].configMap.name: "A" is not a Kubernetes object name (lower-case letters, digits, "-" and ".")',
      "template.templateFrom[2].configMap.items: is empty",
      'template.templateFrom[3].target: must be "Data" or "Labels" or "Annotations", not "data"',
      'template.templateFrom[4].secret.items[0].key: may only have letters, digits, "-", "_" and "."',
      'template.templateFrom[4].secret.items[0].templateAs: must be "Values" or "KeysAndValues", not "Value"',
    ],
  ],
  [
    { keys, template: { engineVersion: "v1", mergePolicy: "merge", datta: {} } },
    [
      'template.datta: is not a known field; did you mean "data"?',
      'template.engineVersion: must be "v2", not "v1"',
      'template.mergePolicy: must be "Replace" or "Merge", not "merge"',
    ],
  ],
  [
    { keys, type: "kubernetes.io/tls" },
    [
      'type: "kubernetes.io/tls" needs the key "tls.crt"; the Secret has PASSWORD, USER',
      'type: "kubernetes.io/tls" needs the key "tls.key"; the Secret has PASSWORD, USER',
    ],
  ],
  [
    { keys, type: "kubernetes.io/basic-auth" },
    ['type: "kubernetes.io/basic-auth" needs the key "username" or "password"; the Secret has PASSWORD, USER'],
  ],
  [
    { keys, type: "bootstrap.kubernetes.io/token" },
    ['type: "bootstrap.kubernetes.io/token" is not allowed: it would make credentials'],
  ],
  [{ keys, type: "a/b", template: { type: "a/c" } }, ['type: "a/b" is another than "a/c" of the template']],
  [
    { keys, immutable: "yes", refreshPolicy: "Once" },
    [
      'refreshPolicy: must be "Periodic" or "OnChange" or "CreatedOnce", not "Once"',
      "immutable: must be true or false, not string",
    ],
  ],
  [
    { keys, refreshPolicy: "CreatedOnce", rotatesEvery: "24h" },
    ['rotatesEvery: has no effect: with refreshPolicy "CreatedOnce" Vault is not looked at again'],
  ],
  [{ keys, immutable: true, staleFor: "5m" }, ["staleFor: has no effect: an immutable Secret never changes"]],
  [{ keys, refreshInterval: "0" }, ['refreshInterval: "0" is never; to read once write refreshPolicy: "CreatedOnce"']],
  [{ keys, rotatesEvery: "1h", refreshInterval: "2h" }, ["refreshInterval: is longer than rotatesEvery (1h0m0s)"]],
  [
    {
      keys,
      syncWindows: {
        kind: "never",
        windows: [
          { schedule: "0 25 * * *", duration: "2" },
          { schedule: "@dayly", duration: "1h" },
          { schedule: "* * 5-2 * *", duration: "0s" },
        ],
      },
    },
    [
      'syncWindows.kind: must be "allow" or "deny", not "never"',
      'syncWindows.windows[0].schedule: "25" is not the hour of a schedule (0 to 23)',
      'syncWindows.windows[0].duration: "2" is not a duration like "2h" or "30m"',
      'syncWindows.windows[1].schedule: "@dayly" has 1 fields; a schedule has five, like "0 22 * * 1-5", or is "@daily" or "@every 6h"',
      'syncWindows.windows[2].schedule: "5-2" is not the day of the month of a schedule (1 to 31)',
      'syncWindows.windows[2].duration: "0s" is not a duration like "2h" or "30m"',
    ],
  ],
  [
    {
      keys,
      from: [Promise.resolve("db"), { find: Promise.resolve({}) }],
      template: { data: { a: Promise.resolve("x") } },
      immutable: Promise.resolve(true),
    },
    ["immutable", "from[0]", "from[1].find", "template.data.a"].map(
      (place) =>
        `${place}: is a Pulumi Output or Promise; names, paths and keys must be plain values, known before anything is deployed`,
    ),
  ],
];
it.each(bad)("refuses %j with the place, the reason and what to write", (spec, problems) => {
  expect([...refused(spec)].sort()).toEqual(problems.map((problem) => at + problem).sort());
});

describe("the keys a template uses", () => {
  it.each([
    ['{{ .a }} {{ .b.c }} {{ $.d }} {{- .e -}} {{ index . "f-g" }} {{ index $ `h` }}', "a b d e f-g h"],
    [
      '{{ $x := .a }}{{ $x.b }}{{ (fromJson .c).d }}{{ printf "%s" .e | upper }}{{ if and .f (not .g) }}{{ end }}',
      "a c e f g",
    ],
    ["{{ with fromJson .a }}{{ .b }}{{ $.c }}{{ else }}{{ .d }}{{ end }}{{ .e }}", "a c d e"],
    ["{{ range $k, $v := fromJson .a }}{{ .x }}{{ if .y }}{{ .z }}{{ end }}{{ end }}", "a"],
    ['{{ define "t" }}{{ .x }}{{ $.y }}{{ end }}{{ template "t" .a }}{{/* .b }} */}}{{ "}} .c" }}', "a"],
    ["{{ .a|upper }}{{ index . .b }}{{ 1.5 }}{{ '.' }}{{ .Ключ }}", "a b Ключ"],
  ])("%s uses %s", (template, expected) => {
    expect(usedKeys(template)).toMatchObject({ keys: expected.split(" ").sort(), problem: undefined });
  });
});

describe("keyturn's own reconciler", () => {
  const own = (spec: Spec) => problemsOf([appSecret("db", { team: payments, ...spec })]);
  const features: readonly (readonly [Spec, string, string])[] = [
    [
      { keys: { A: { path: "a", property: "b", decode: "auto" } } },
      "keys.A.decode",
      'spec.data[0].remoteRef.decodingStrategy "Auto"',
    ],
    [
      { keys: { A: { path: "a", whole: true, metadataPolicy: "Fetch" } } },
      "keys.A.metadataPolicy",
      'spec.data[0].remoteRef.metadataPolicy "Fetch"',
    ],
    [{ from: ["a#b"] }, "from[0].property", "spec.dataFrom[0].extract.property"],
    [{ from: [{ find: {} }] }, "from[0].find", "spec.dataFrom[0].find"],
    [
      { from: [{ generator: { kind: "Password", name: "p" } }], refreshPolicy: "CreatedOnce" },
      "from[0].generator",
      "spec.dataFrom[0].sourceRef.generatorRef",
    ],
    [{ keys, creationPolicy: "None" }, "creationPolicy", 'spec.target.creationPolicy "None"'],
    [{ keys, manifest: { apiVersion: "v1", kind: "ConfigMap" } }, "manifest", "spec.target.manifest"],
    [{ from: ["a", { path: "b", rewrite: [{ merge: {} }] }] }, "from[1].rewrite", "spec.dataFrom[1].rewrite"],
    [{ keys, immutable: true }, "immutable", "spec.target.immutable"],
    [{ keys, deletionPolicy: "Delete" }, "deletionPolicy", 'spec.target.deletionPolicy "Delete"'],
    [
      { keys, syncWindows: { kind: "allow", windows: [{ schedule: "@daily", duration: "1h" }] } },
      "syncWindows",
      "spec.syncWindows",
    ],
    [
      { keys, template: { templateFrom: [{ configMap: { name: "c", items: [{ key: "k" }] } }] } },
      "template.templateFrom[0].configMap",
      "spec.target.template.templateFrom[0].configMap",
    ],
    [
      { keys, template: { metadata: { finalizers: ["a/b"] } } },
      "template.metadata.finalizers",
      "spec.target.template.metadata.finalizers",
    ],
  ];
  it.each(features)("%j is refused at %s, because it refuses %s", (spec, place, field) => {
    const said = own(spec).filter(({ path }) => path === `AppSecret "db" › ${place}`);
    expect(said).toEqual([
      {
        path: `AppSecret "db" › ${place}`,
        message: `keyturn's reconciler does not carry out ${field} yet; leave it out, or where External Secrets Operator runs instead, say reconciler: { install: false }`,
      },
    ]);
    const manifest = plan([declared(spec)]).manifests[0] as unknown as ExternalSecret;
    for (const { path } of unsupportedFields(manifest.spec)) expect(compileSpec(manifest).problem).toContain(path);
    expect(unsupportedFields(manifest.spec).length).toBeGreaterThan(0);
  });

  it("carries out everything else that is declared", () => {
    const all: Spec = {
      keys: { ...keys, B: { path: "a", whole: true, version: 2, nullBytePolicy: "Fail" } },
      from: ["a", { path: "b", conversionStrategy: "Unicode" }],
      template: [envFile({ A: "USER" }), { metadata: { labels: { a: "b" } }, templateFrom: [{ literal: "c: d" }] }],
      type: "Opaque",
      refreshPolicy: "OnChange",
    };
    expect(own(all)).toEqual([]);
    const [manifest] = plan([appSecret("db", { team: payments, ...all })]).manifests;
    expect(compileSpec(manifest as unknown as ExternalSecret).problem).toBeUndefined();
  });
});
