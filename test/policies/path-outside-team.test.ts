import { UNKNOWN } from "../../policies";
import { externalSecret, judgeObjects, said, store, type ExternalSecretParts } from "./fixtures";

const PROD = "https://vault.prod.example.com:8200";
const paths = (parts: ExternalSecretParts, ...stores: object[]): readonly string[] =>
  said(judgeObjects([externalSecret({ namespace: "payments", ...parts }), ...stores]));
const MAY = `what team "payments" may read: prod/payments`;

describe("STO006: an ExternalSecret reads what its team may read", () => {
  test.each([
    ["payments/db", "below a prefix"],
    ["payments", "the prefix itself"],
    ["/payments/db", "with a slash before it, as ESO takes it"],
    ["prod/payments/db", "with the mount"],
    ["prod/data/payments/db", "with the mount and KV v2's data/"],
  ])("%s is inside (%s)", (key) => {
    expect(paths({ keys: [key] })).toEqual([]);
  });

  test.each([
    ["billing/db", "prod/billing/db"],
    ["payments2/db", "prod/payments2/db"],
    ["prod/billing/db", "prod/billing/db"],
    ["prod/data/billing/db", "prod/billing/db"],
    ["data/payments/db", "prod/data/payments/db"],
    ["dev/payments/db", "prod/dev/payments/db"],
  ])("%s is outside and named as %s", (key, shown) => {
    expect(paths({ keys: [key] })).toEqual([`STO006 spec.data[0].remoteRef.key: "${shown}" is outside ${MAY}`]);
  });

  test.each([
    ["payments/../billing/db", 'contains a "." or ".." segment'],
    ["payments//db", "contains an empty segment"],
    ["payments/%2e%2e/billing", 'contains one of "?", "%" or "\\"'],
    ["payments/*", 'contains a wildcard ("*" or "+")'],
  ])("%s proves nothing, since it %s", (key, problem) => {
    expect(paths({ keys: [key] })).toEqual([
      `STO006 spec.data[0].remoteRef.key: the key ${problem}, so nothing shows that it stays inside ${MAY}`,
    ]);
  });

  test("every entry is judged, at its own path", () => {
    const spec = {
      data: [
        { secretKey: "A", remoteRef: { key: "payments/db" } },
        { secretKey: "B", remoteRef: { key: "billing/db" } },
      ],
      dataFrom: [
        { extract: { key: "common/mail" } },
        { find: { name: { regexp: ".*" } } },
        { find: { path: "payments/", name: { regexp: ".*" } } },
        { find: { path: "billing", name: { regexp: ".*" } } },
        { sourceRef: { generatorRef: { kind: "Password", name: "p" } } },
      ],
    };
    expect(paths({ spec })).toEqual([
      `STO006 spec.dataFrom[0].extract.key: "prod/common/mail" is outside ${MAY}`,
      `STO006 spec.dataFrom[1].find: finds in the whole mount, which is outside ${MAY}`,
      `STO006 spec.dataFrom[3].find.path: "prod/billing" is outside ${MAY}`,
      `STO006 spec.data[1].remoteRef.key: "prod/billing/db" is outside ${MAY}`,
    ]);
  });

  test("the store's mount counts: another mount is outside, and without one the key carries it", () => {
    const shared = store({ namespace: "payments", vault: { server: PROD, path: "shared" } });
    expect(paths({ keys: ["payments/db"] }, shared)).toEqual([
      `STO006 spec.data[0].remoteRef.key: "shared/payments/db" is outside ${MAY}`,
    ]);
    const without = store({ namespace: "payments", vault: { server: PROD } });
    expect(paths({ keys: ["prod/payments/db", "payments/db"] }, without)).toEqual([
      `STO006 spec.data[1].remoteRef.key: "payments/db" is outside ${MAY}`,
    ]);
  });

  test("a store of KV v1 does not read KV v2's data", () => {
    const v1 = store({ namespace: "payments", vault: { server: PROD, path: "prod", version: "v1" } });
    expect(paths({ keys: ["payments/db"] }, v1)).toEqual([
      `STO006 spec.data[0].remoteRef.key: "prod/payments/db" is outside ${MAY}`,
    ]);
  });

  test("an environment on KV v1 has no data/ in its paths", () => {
    const report = (key: string): readonly string[] =>
      said(judgeObjects([externalSecret({ namespace: "payments-dev", keys: [key] })]));
    expect(report("payments/db")).toEqual([]);
    expect(report("billing/db")).toEqual([
      `STO006 spec.data[0].remoteRef.key: "dev/billing/db" is outside what team "payments" may read: dev/payments`,
    ]);
  });

  test("of two stores of one name the same is said in any order", () => {
    const objects = [
      externalSecret({ namespace: "payments", keys: ["payments/db"] }),
      ...["other", "shared"].map((path) => store({ namespace: "payments", vault: { server: PROD, path } })),
    ];
    const expected = [`STO006 spec.data[0].remoteRef.key: "other/payments/db" is outside ${MAY}`];
    expect(said(judgeObjects(objects))).toEqual(expected);
    expect(said(judgeObjects(objects.toReversed()))).toEqual(expected);
  });

  test("a store of another provider is not judged", () => {
    const aws = store({ namespace: "payments", spec: { provider: { aws: { region: "eu-west-1" } } } });
    expect(paths({ keys: ["arn:aws:x"] }, aws)).toEqual([]);
  });

  test("several prefixes are named", () => {
    expect(paths({ namespace: "billing", keys: ["common/mail/smtp", "common/other"] })).toEqual([
      `STO006 spec.data[1].remoteRef.key: "prod/common/other" is outside what team "billing" may read: prod/billing, prod/common/mail`,
    ]);
  });

  test("v1beta1 is judged like v1", () => {
    expect(paths({ apiVersion: "external-secrets.io/v1beta1", keys: ["billing/db"] })).toHaveLength(1);
  });

  test("a namespace of nobody is a finding when the object says an environment, else not applicable", () => {
    const annotations = { "keyturn.dev/environment": "prod" };
    expect(paths({ namespace: "monitoring", keys: ["payments/db"] })).toEqual([]);
    expect(paths({ namespace: "monitoring", annotations, keys: ["payments/db"] })).toEqual([
      `STO006 metadata.namespace: namespace "monitoring" belongs to no team of environment "prod"; it says it belongs to environment "prod"`,
    ]);
    expect(paths({ namespace: undefined, annotations, keys: ["payments/db"] })).toEqual([
      `STO006 metadata: has no namespace, so nothing says which team it belongs to; it says it belongs to environment "prod"`,
    ]);
  });

  test("without a namespace the team the object says decides", () => {
    const annotations = { "keyturn.dev/environment": "prod", "keyturn.dev/team": "billing" };
    expect(paths({ namespace: undefined, annotations, keys: ["billing/db", "payments/db"] })).toEqual([
      `STO006 spec.data[1].remoteRef.key: "prod/payments/db" is outside what team "billing" may read: prod/billing, prod/common/mail`,
    ]);
  });

  test("a team other than the namespace's is a finding", () => {
    const annotations = { "keyturn.dev/team": "billing" };
    expect(paths({ annotations, keys: ["billing/db"] })).toEqual([
      `STO006 metadata.annotations["keyturn.dev/team"]: says team "billing", but namespace "payments" belongs to team "payments" of environment "prod"`,
    ]);
  });

  test("in a namespace of two environments, the environment of the store is the one that counts", () => {
    const ofDev = store({
      namespace: "shared",
      vault: { server: "https://vault.dev.example.com:8200", namespace: "teams/dev", path: "dev", version: "v1" },
    });
    const judged = (key: string): readonly string[] =>
      said(judgeObjects([externalSecret({ namespace: "shared", keys: [key] }), ofDev]));
    expect(judged("payments/db")).toEqual([]);
    expect(judged("prod/payments/db")).toEqual([
      `STO006 spec.data[0].remoteRef.key: "dev/prod/payments/db" is outside what team "payments" may read: dev/payments`,
    ]);
  });

  test("a key that looks like a secret value is not shown", () => {
    const report = judgeObjects([externalSecret({ namespace: "payments", keys: ["hvs.CAESICanaryCanary0123456789"] })]);
    expect(report.findings).toHaveLength(1);
    expect(JSON.stringify(report)).not.toContain("CAESICanary");
  });

  test.each<[string, ExternalSecretParts, readonly string[]]>([
    ["a key", { keys: [UNKNOWN] }, ["? STO006 spec.data[0].remoteRef.key: the key is not known yet"]],
    [
      "an entry",
      { spec: { data: [UNKNOWN] } },
      [
        "? ENV002 spec.data[0].sourceRef.storeRef: the store is not known yet",
        "? STO006 spec.data[0]: what is read is not known yet",
      ],
    ],
    [
      "the list",
      { spec: { data: UNKNOWN } },
      ["? ENV002 spec.data: the store is not known yet", "? STO006 spec.data: what is read is not known yet"],
    ],
  ])("%s not known yet is unknown", (_, parts, expected) => {
    expect(paths(parts)).toEqual(expected);
  });

  test("findings and what is unknown stand beside each other", () => {
    expect(paths({ keys: ["billing/db", UNKNOWN] })).toEqual([
      `STO006 spec.data[0].remoteRef.key: "prod/billing/db" is outside ${MAY}`,
      "? STO006 spec.data[1].remoteRef.key: the key is not known yet",
    ]);
  });

  test("a namespace not known yet is unknown for both rules that ask for it", () => {
    expect(paths({ namespace: UNKNOWN, keys: ["payments/db"] })).toEqual([
      "? ENV002 metadata.namespace: the namespace is not known yet, nor whose it is",
      "? STO006 metadata.namespace: the namespace is not known yet, nor whose it is",
    ]);
  });
});
