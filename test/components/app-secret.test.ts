import { appSecret, resolveAppSecret, store, team, type AppSecretSpec } from "keyturn";
import { CANARIES, dev, devPayments, payments, prod, refusal, shop } from "./fixtures";

type Spec = AppSecretSpec<"prod">;
const keys = { DB_PASSWORD: "db#password" };
const spec = (change: Partial<Spec>): Spec => ({ team: payments, keys, ...change });
const resolved = (change: Partial<Spec>) => resolveAppSecret(appSecret("db", spec(change)));
const refused = (change: unknown) =>
  refusal(() => resolveAppSecret(appSecret("db", { ...spec({}), ...(change as Spec) })));

describe("AppSecret", () => {
  it("derives names, store, keys below the team's first prefix, and every policy", () => {
    expect(resolved({})).toEqual({
      kind: "AppSecret",
      id: "db",
      environment: prod,
      team: payments,
      namespace: "payments",
      name: "db",
      externalSecretName: "db",
      storeName: "keyturn-prod",
      keys: [{ secretKey: "DB_PASSWORD", key: "payments/db", property: "password", version: undefined }],
      refreshInterval: "1h0m0s",
      creationPolicy: "Owner",
      deletionPolicy: "Retain",
      from: [],
      template: undefined,
      writtenKeys: ["DB_PASSWORD"],
      secretKeys: ["DB_PASSWORD"],
      type: undefined,
      immutable: false,
      manifest: undefined,
      refreshPolicy: "Periodic",
      syncWindows: undefined,
      labels: {},
      annotations: {},
    });
  });

  it("reads keys as path#property, as /absolute/path#property and as objects, sorted by key of the Secret", () => {
    const both = resolved({
      team: shop,
      namespace: "shop-eu",
      keys: {
        z: { path: "api", property: "token", version: 3 },
        a: "/shared/search/v2#users.#.name",
        "tls.key": { path: "/shop/4f9c2e7b1a8d4c3e9f5a6b7c8d9e0f1a", property: "key" },
      },
    });
    expect(both.keys).toEqual([
      { secretKey: "a", key: "shared/search/v2", property: "users.#.name", version: undefined },
      { secretKey: "tls.key", key: "shop/4f9c2e7b1a8d4c3e9f5a6b7c8d9e0f1a", property: "key", version: undefined },
      { secretKey: "z", key: "shop/api", property: "token", version: 3 },
    ]);
  });

  it("takes the store it is given", () => {
    expect(resolved({ store: store("s", { team: payments, name: "own" }) }).storeName).toBe("own");
  });

  const intervals: readonly (readonly [Partial<Spec>, string])[] = [
    [{}, "1h0m0s"],
    [{ staleFor: "5m" }, "5m0s"],
    [{ staleFor: "5m", rotatesEvery: "24h" }, "5m0s"],
    [{ rotatesEvery: "2h" }, "12m0s"],
    [{ rotatesEvery: "24h" }, "1h0m0s"],
    [{ rotatesEvery: "5m" }, "1m0s"],
    [{ refreshInterval: "90s" }, "1m30s"],
    [{ refreshInterval: "90s", staleFor: "90s", rotatesEvery: "24h" }, "1m30s"],
  ];
  it.each(intervals)("derives the refresh interval of %j: %s", (change, interval) => {
    expect(resolved(change).refreshInterval).toBe(interval);
  });

  it("takes the environment's staleness where the secret says nothing", () => {
    const calm = { ...payments, environment: { ...prod, staleFor: "15m" } };
    expect(resolved({ team: calm }).refreshInterval).toBe("15m0s");
    expect(resolved({ team: calm, rotatesEvery: "24h" }).refreshInterval).toBe("15m0s");
  });

  const bad: readonly (readonly [unknown, readonly string[]])[] = [
    [{ team: undefined }, ['AppSecret "db" › team: is missing']],
    [{ team: { name: "payments" } }, ['AppSecret "db" › team: is not made by team(...)']],
    [{ keys: undefined }, ['AppSecret "db" › keys: is missing']],
    [{ keys: {} }, ['AppSecret "db" › keys: is empty; a Secret without keys is of no use']],
    [
      { keys: { A: undefined } },
      ['AppSecret "db" › keys.A: must be "path#property", for example "db#password", or { path, property }'],
    ],
    [
      { keys: { A: "db" } },
      [
        'AppSecret "db" › keys.A: must be "path#property", for example "db#password", or { path, property }; what is written there has no "#" and is not shown, in case it is a secret',
      ],
    ],
    [
      { keys: { A: "#p", B: "db#" } },
      ['AppSecret "db" › keys.A: has no path before the "#"', 'AppSecret "db" › keys.B: has no property after the "#"'],
    ],
    [{ keys: { A: "../shop/db#p" } }, ['AppSecret "db" › keys.A: the path contains a "." or ".." segment']],
    [
      { keys: { A: "db*#p", B: "a/+/b#p" } },
      [
        'AppSecret "db" › keys.A: the path contains a wildcard ("*" or "+")',
        'AppSecret "db" › keys.B: the path contains a wildcard ("*" or "+")',
      ],
    ],
    [
      { keys: { A: "{{identity.entity.name}}#p", B: "db#{{ .x }}" } },
      [
        'AppSecret "db" › keys.A: the path contains templating ("{{")',
        'AppSecret "db" › keys.B: the property contains templating ("{{")',
      ],
    ],
    [
      { keys: { A: "a//b#p", B: 'a"b#p', C: "a${b}#p", D: "a%2e#p" } },
      [
        'AppSecret "db" › keys.A: the path contains an empty segment',
        'AppSecret "db" › keys.B: the path contains a quote or "${"',
        'AppSecret "db" › keys.C: the path contains a quote or "${"',
        'AppSecret "db" › keys.D: the path contains one of "?", "%" or "\\"',
      ],
    ],
    [
      { keys: { A: "/shop/db#p" } },
      [
        'AppSecret "db" › keys.A: the path is outside what team "payments" may read (payments); a path without "/" in front is below the first of them; what is outside needs alsoReads: [{ path, reason, until }] of the team',
      ],
    ],
    [
      { keys: { A: "/payment/db#p" } },
      [
        'AppSecret "db" › keys.A: the path is outside what team "payments" may read (payments); a path without "/" in front is below the first of them; what is outside needs alsoReads: [{ path, reason, until }] of the team; did you mean "payments"?',
      ],
    ],
    [
      { keys: { A: { path: "db", proprty: "p" } } },
      [
        'AppSecret "db" › keys.A.proprty: is not a known field; did you mean "property"?',
        'AppSecret "db" › keys.A.property: is missing',
      ],
    ],
    [
      { keys: { A: { path: "db", property: "p", version: 0 } } },
      ['AppSecret "db" › keys.A.version: must be a positive whole number'],
    ],
    [
      { keys: { "DB PASSWORD": "db#p", "a/b": "db#p", "..": "db#p" } },
      [
        'AppSecret "db" › keys[".."]: the key of the Secret may not be "." or start with ".."',
        'AppSecret "db" › keys["DB PASSWORD"]: the key of the Secret may only have letters, digits, "-", "_" and "."',
        'AppSecret "db" › keys["a/b"]: the key of the Secret may only have letters, digits, "-", "_" and "."',
      ],
    ],
    [
      { keys: JSON.parse('{"__proto__": "db#p"}') as unknown },
      ['AppSecret "db" › keys.__proto__: the key of the Secret is not usable in JavaScript programs'],
    ],
    [
      { keys: { ["A"]: "db#p", __proto__: { B: "db#p" } } },
      [
        'AppSecret "db" › keys: must be a plain object; __proto__ was written as a key, or an instance of a class was given',
      ],
    ],
    [{ keys: ["db#p"] }, ['AppSecret "db" › keys: must be an object, not a list']],
    [
      { name: "App_DB" },
      ['AppSecret "db" › name: "App_DB" is not a Kubernetes object name (lower-case letters, digits, "-" and ".")'],
    ],
    [
      { namespace: "paymets" },
      [
        'AppSecret "db" › namespace: "paymets" is not a namespace of team "payments" (payments); did you mean "payments"?',
      ],
    ],
    [{ team: shop }, ['AppSecret "db" › namespace: is missing; team "shop" has several: shop, shop-eu']],
    [
      { store: store("s", { team: devPayments }) },
      ['AppSecret "db" › store: belongs to environment "dev", team "payments" to "prod"; take the store of "prod"'],
    ],
    [{ store: "keyturn-prod" }, ['AppSecret "db" › store: is not a store']],
    [{ staleFor: "2h", rotatesEvery: "1h" }, ['AppSecret "db" › staleFor: is longer than rotatesEvery (1h0m0s)']],
    [{ staleFor: "5m", refreshInterval: "10m" }, ['AppSecret "db" › refreshInterval: is longer than staleFor (5m0s)']],
    [
      { staleFor: "1d", rotatesEvery: "10ms" },
      [
        'AppSecret "db" › staleFor: "1d" is not a duration; write for example "5m", "1h30m" or "24h" (there are no days)',
        'AppSecret "db" › rotatesEvery: "10ms" is shorter than 1s',
      ],
    ],
    [
      { creationPolicy: "owner" },
      [
        'AppSecret "db" › creationPolicy: must be "Owner" or "Orphan" or "Merge" or "CreateOrMerge" or "None", not "owner"',
      ],
    ],
    [
      { creationPolicy: "Merge", deletionPolicy: "Delete" },
      ['AppSecret "db" › deletionPolicy: may be "Delete" only with creationPolicy "Owner"'],
    ],
    [{ rotateEvery: "24h" }, ['AppSecret "db" › rotateEvery: is not a known field; did you mean "rotatesEvery"?']],
    [
      { labels: { a: 1 }, annotations: { note: CANARIES[4] } },
      [
        'AppSecret "db" › labels.a: must be a text, not number',
        'AppSecret "db" › annotations.note: looks like a token; everyone may read it here',
      ],
    ],
    [
      {
        keys: { A: Promise.resolve("db#p"), B: { path: Promise.resolve("db"), property: "p" } },
        name: Promise.resolve("x"),
      },
      [
        'AppSecret "db" › keys.A: is a Pulumi Output or Promise; names, paths and keys must be plain values, known before anything is deployed',
        'AppSecret "db" › keys.B.path: is a Pulumi Output or Promise; names, paths and keys must be plain values, known before anything is deployed',
        'AppSecret "db" › name: is a Pulumi Output or Promise; names, paths and keys must be plain values, known before anything is deployed',
      ],
    ],
  ];
  it.each(bad)("refuses what is wrong, naming the place (%#)", (change, problems) => {
    expect(refused(change)).toEqual(problems);
  });

  it("refuses a version pin on a KV v1 mount", () => {
    const v1 = team({ ...dev, vault: { ...dev.vault, kv: { mount: "old", version: 1 } } }, "t", { namespaces: ["n"] });
    const declaration = appSecret("db", { team: v1, keys: { A: { path: "db", property: "p", version: 2 } } });
    expect(refusal(() => resolveAppSecret(declaration))).toEqual([
      'AppSecret "db" › keys.A.version: needs KV version 2; mount "old" has version 1',
    ]);
  });

  const kinds = [
    undefined,
    "a private key or certificate (PEM)",
    "a JSON Web Token",
    "a URL with a password",
    "a token",
    "a random value",
    "a random value",
  ];
  it.each(CANARIES.map((canary, index) => [canary, kinds[index]] as const))(
    "refuses the value %j where a reference is expected, without showing it",
    (canary, kind) => {
      const problems = refused({ keys: { DB_PASSWORD: canary } });
      expect(problems).toEqual([
        kind === undefined
          ? 'AppSecret "db" › keys.DB_PASSWORD: must be "path#property", for example "db#password", or { path, property }; what is written there has no "#" and is not shown, in case it is a secret'
          : `AppSecret "db" › keys.DB_PASSWORD: looks like ${kind}; a declaration says where a value lives ("db#password"), never what it is. What is written there is not shown; if it was a real secret, rotate it`,
      ]);
    },
  );

  it("never shows a value, wherever it was put", () => {
    const places = (value: string): readonly unknown[] => [
      { name: value },
      { namespace: value },
      { team: value },
      { store: value },
      { staleFor: value },
      { rotatesEvery: value },
      { creationPolicy: value },
      { keys: value },
      { keys: { A: value } },
      { keys: { A: `${value}#p` } },
      { keys: { A: `/${value}#p` } },
      { keys: { A: { path: value, property: value } } },
      { keys: { A: { path: "/x", property: value } } },
      { keys: { [value]: "db#p" } },
      { labels: { a: value } },
      { annotations: { [value]: value } },
      { [value]: "x" },
    ];
    // The first looks like a name, so it may be shown where a name is expected.
    for (const canary of CANARIES.slice(1)) {
      for (const place of places(canary)) {
        const shown = refused(place).join("\n");
        for (const part of [canary, ...canary.split(/[\n.:/@#]+/).filter((part) => part.length > 8)])
          expect({
            place: Object.keys(place as object),
            leaks: shown.includes(part) && !/^(?:db\.example|example|-+BEGIN|-+END)/.test(part),
          }).toEqual({
            place: Object.keys(place as object),
            leaks: false,
          });
      }
    }
  });
});
