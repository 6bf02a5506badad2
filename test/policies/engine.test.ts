import * as fc from "fast-check";
import { catalogue, conclude, judge, literalSecret, type Rule, rules, UNKNOWN } from "../../policies";
import { environments, externalSecret, judgeObjects, judgeYaml, NOW, said, store } from "./fixtures";

const secret = (name: string, annotations?: object): object => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name, annotations },
  stringData: { password: "Canary-7" },
});

describe("what is judged", () => {
  test("the items of lists, nested ones too, one by one, at their own lines", () => {
    const report = judgeYaml(`apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Secret
    metadata: {name: a}
    stringData: {x: y}
  - apiVersion: v1
    kind: SecretList
    items:
      - metadata: {name: b, namespace: n}
        data: {x: eQ==}
`);
    expect(report.objects).toBe(2);
    expect(report.findings.map(({ subject, path, source }) => ({ subject, path, source }))).toEqual([
      {
        subject: { apiVersion: "v1", kind: "Secret", name: "a" },
        path: "stringData",
        source: { file: "a.yaml", line: 7, column: 5 },
      },
      {
        subject: { apiVersion: "v1", kind: "Secret", namespace: "n", name: "b" },
        path: "data",
        source: { file: "a.yaml", line: 12, column: 9 },
      },
    ]);
  });

  test("the objects of an OpenShift Template", () => {
    const template = {
      apiVersion: "template.openshift.io/v1",
      kind: "Template",
      metadata: { name: "t" },
      objects: [secret("a")],
    };
    expect(judgeObjects([template]).findings.map(({ subject }) => subject.name)).toEqual(["a"]);
  });

  test("a ClusterExternalSecret as the ExternalSecrets it makes, said once for all its namespaces", () => {
    const cluster = (spec: object): object => ({
      apiVersion: "external-secrets.io/v1",
      kind: "ClusterExternalSecret",
      metadata: { name: "mail" },
      spec: {
        externalSecretSpec: { data: [{ secretKey: "A", remoteRef: { key: "billing/mail" } }] },
        ...spec,
      },
    });
    const listed = judgeObjects([cluster({ namespaces: ["payments", "billing", "shared", "monitoring"] })]);
    expect(said(listed)).toEqual([
      'STO006 spec.externalSecretSpec.data[0].remoteRef.key: "prod/billing/mail" is outside what team "payments" may read: prod/payments',
    ]);
    expect(listed.findings[0]?.subject.kind).toBe("ClusterExternalSecret");
    expect(said(judgeObjects([cluster({ namespaceSelectors: [{ matchLabels: { a: "b" } }] })]))).toEqual([
      "? ENV002 spec: the namespace is not known yet, nor whose it is",
      "? STO006 spec: the namespace is not known yet, nor whose it is",
    ]);
  });

  test("an object without a name is named as such, one with generateName by its beginning", () => {
    const names = [{}, { generateName: "db-" }].map((metadata) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata,
      data: { a: "eA==" },
    }));
    expect(judgeObjects(names).findings.map(({ subject }) => subject.name)).toEqual(["(no name)", "db-*"]);
  });
});

describe("rules", () => {
  test("have distinct ids, a fix, a page and at least one kind", () => {
    const ids = catalogue().map(({ id }) => id);
    expect(ids).toEqual(["ACC001", "ACC002", "ENV001", "ENV002", "SEC001", "STO006", "SUP001"]);
    for (const rule of rules) {
      expect(rule.id).toMatch(/^[A-Z]{3,4}\d{3}$/);
      expect(rule.url).toBe(`docs/rules.md#${rule.id.toLowerCase()}`);
      expect([rule.title, rule.description, rule.fix].every((text) => text.length > 20)).toBe(true);
      expect(rule.appliesTo.length).toBeGreaterThan(0);
    }
  });

  test("a rule that throws is a finding without a stack or the error's text, and the others still run", () => {
    const broken: Rule = {
      ...literalSecret,
      id: "BAD001",
      check: () => {
        throw new TypeError("Canary-9");
      },
    };
    const report = judgeObjects([secret("a")], { rules: [broken, ...rules] });
    expect(said(report)).toEqual([
      "BAD001 : BAD001 failed on this object (TypeError), so the object was not judged",
      'SEC001 stringData: has the value of "password"',
    ]);
    expect(JSON.stringify(report)).not.toContain("Canary");
  });

  test("a rule of the user's own runs beside the built-in ones", () => {
    const own: Rule = {
      ...literalSecret,
      id: "TEAM001",
      severity: "warning",
      check: () => conclude([{ path: ["metadata", "labels", "example.com/owner"], message: "is missing" }]),
    };
    expect(said(judgeObjects([secret("a")], { rules: [own] }))).toEqual([
      'TEAM001 metadata.labels["example.com/owner"]: is missing',
    ]);
  });

  test("alone, without the other objects, rules that need them do not run", () => {
    const cluster = { name: "vault-dev", kind: "ClusterSecretStore" };
    const objects = [
      externalSecret({ namespace: "payments", store: cluster, keys: ["billing/db"] }),
      store({ ...cluster, vault: { server: "https://vault.dev.example.com:8200", namespace: "teams/dev" } }),
    ];
    expect(judgeObjects(objects, { kinds: ["resource"] }).findings.map(({ ruleId }) => ruleId)).toEqual(["STO006"]);
    expect(judgeObjects(objects).findings.map(({ ruleId }) => ruleId)).toEqual(["ENV002", "STO006"]);
  });

  test("an environment that is none is refused", () => {
    const judging = (): unknown => judge([], { now: NOW, environments, environment: "qa" });
    expect(judging).toThrow('environment "qa": is not among the environments (use one of dev, prod, stage)');
  });
});

describe("suppressions", () => {
  const judged = (value: unknown, key = "keyturn.dev/ignore-SEC001"): ReturnType<typeof judgeObjects> =>
    judgeObjects([secret("a", { [key]: value })]);

  test("an active one puts the finding aside and keeps it visible with reason and end", () => {
    const report = judged("moved by PAY-12; sprint 3; until=2026-12-31");
    expect(report.findings).toEqual([]);
    expect(report.suppressed).toEqual([
      expect.objectContaining({
        ruleId: "SEC001",
        path: "stringData",
        suppression: { reason: "moved by PAY-12; sprint 3", until: "2026-12-31" },
      }),
    ]);
    expect(report.checks.map(({ outcome }) => outcome)).toEqual(["suppressed"]);
  });

  test("the last day counts whole, in UTC", () => {
    const until = "x; until=2026-11-24";
    const at = (time: string): number =>
      judgeObjects([secret("a", { "keyturn.dev/ignore-SEC001": until })], { now: new Date(time) }).suppressed.length;
    expect(at("2026-11-24T23:59:59Z")).toBe(1);
    expect(at("2026-11-25T00:00:00Z")).toBe(0);
  });

  test.each([
    ["one that is over", "x; until=2026-11-23", "the suppression ended on 2026-11-23"],
    ["no end date", "moved later", 'suppresses nothing: has no end date ("; until=YYYY-MM-DD" at the end)'],
    ["no reason", "; until=2026-12-31", "suppresses nothing: has no reason"],
    [
      "a day that does not exist",
      "x; until=2026-02-30",
      "suppresses nothing: its end date is not a day of the calendar in the form YYYY-MM-DD",
    ],
    [
      "another form of date",
      "x; until=31.12.2026",
      "suppresses nothing: its end date is not a day of the calendar in the form YYYY-MM-DD",
    ],
    ["something that is no text", 5, "suppresses nothing: is not a text"],
  ])("%s suppresses nothing and is a finding", (_, value, message) => {
    expect(said(judged(value))).toEqual([
      'SEC001 stringData: has the value of "password"',
      `SUP001 metadata.annotations["keyturn.dev/ignore-SEC001"]: ${message}`,
    ]);
  });

  test.each([
    ["keyturn.dev/ignore-FOO001", "there is no such rule"],
    ["keyturn.dev/ignore-sec001", "rule ids are upper case: SEC001"],
    ["keyturn.dev/ignore-SUP001", "SUP001 cannot be suppressed"],
  ])("%s is malformed: %s", (key, problem) => {
    expect(said(judged("x; until=2026-12-31", key))[1]).toBe(
      `SUP001 metadata.annotations["${key}"]: suppresses nothing: ${problem}`,
    );
  });

  test("one that is not needed is a finding, also where the rule does not apply", () => {
    const annotations = {
      "keyturn.dev/ignore-SEC001": "x; until=2026-12-31",
      "keyturn.dev/ignore-STO006": "x; until=2026-12-31",
    };
    expect(said(judgeObjects([externalSecret({ namespace: "payments", annotations, keys: ["payments/db"] })]))).toEqual(
      [
        'SUP001 metadata.annotations["keyturn.dev/ignore-SEC001"]: SEC001 has no finding here, so nothing needs to be suppressed',
        'SUP001 metadata.annotations["keyturn.dev/ignore-STO006"]: STO006 has no finding here, so nothing needs to be suppressed',
      ],
    );
  });

  test("whether one is needed is not said while the rule cannot tell: unknown value, no environments, objects one by one", () => {
    const annotations = { "keyturn.dev/ignore-STO006": "x; until=2026-12-31" };
    const needs = (object: object, options = {}): readonly string[] =>
      judgeObjects([object], options).findings.map(({ ruleId }) => ruleId);
    expect(needs(externalSecret({ namespace: "payments", annotations, keys: [UNKNOWN] }))).toEqual([]);
    const fine = externalSecret({ namespace: "payments", annotations, keys: ["payments/db"] });
    expect(needs(fine, { environments: undefined })).toEqual([]);
    expect(needs(fine, { kinds: ["resource"] })).toEqual([]);
    expect(needs(fine)).toEqual(["SUP001"]);
  });
});

/** Objects near enough to the real ones for rules to go deep into them, and anything else. */
const leaf = fc.oneof(
  fc.string(),
  fc.constantFrom("prod", "payments", "vault", "payments/db", "prod/../x"),
  fc.integer(),
  fc.constant(null),
  fc.constant(UNKNOWN),
);
const anything = fc.anything({ withNullPrototype: true, maxDepth: 4 });
const around = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: anything }, { weight: 1, arbitrary: leaf });
const record = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  around(fc.record(fields, { requiredKeys: [] }));
const storeRef = record({
  name: around(fc.constantFrom("vault", "other")),
  kind: around(fc.constantFrom("SecretStore", "ClusterSecretStore")),
});
const remote = record({
  key: around(fc.constantFrom("payments/db", "billing/db", "prod/payments", "../x", "")),
  path: leaf,
});
const entry = record({
  secretKey: leaf,
  remoteRef: remote,
  extract: remote,
  find: remote,
  sourceRef: record({ storeRef }),
});
const provider = record({
  server: around(fc.constantFrom("https://vault.prod.example.com:8200", "https://vault.dev.example.com:8200", "::")),
  path: around(fc.constantFrom("prod", "stage", "x")),
  version: around(fc.constantFrom("v1", "v2")),
  namespace: leaf,
  headers: record({ "X-Vault-Namespace": leaf }),
  auth: record({ kubernetes: record({ mountPath: leaf }) }),
});
const object = record({
  apiVersion: around(fc.constantFrom("v1", "external-secrets.io/v1", "external-secrets.io/v1beta1")),
  kind: around(
    fc.constantFrom(
      "Secret",
      "SecretStore",
      "ClusterSecretStore",
      "ExternalSecret",
      "ClusterExternalSecret",
      "List",
      "SecretList",
    ),
  ),
  metadata: record({
    name: around(fc.constantFrom("vault", "other")),
    namespace: around(fc.constantFrom("payments", "shared", "payments-dev", "monitoring")),
    annotations: record({
      "keyturn.dev/environment": around(fc.constantFrom("prod", "dev", "qa")),
      "keyturn.dev/team": leaf,
      "keyturn.dev/ignore-SEC001": around(fc.constantFrom("x; until=2027-01-01", "x; until=2020-01-01")),
      "keyturn.dev/ignore-STO006": leaf,
    }),
  }),
  data: anything,
  stringData: record({ a: leaf }),
  items: around(fc.array(anything)),
  spec: record({
    provider: record({ vault: provider, openBao: provider }),
    conditions: around(fc.array(record({ namespaces: around(fc.array(leaf)) }))),
    secretStoreRef: storeRef,
    data: around(fc.array(entry)),
    dataFrom: around(fc.array(entry)),
    namespaces: around(fc.array(leaf)),
    externalSecretSpec: record({ data: around(fc.array(entry)), secretStoreRef: storeRef }),
  }),
});

describe("laws", () => {
  test("no object makes a rule or the engine throw", () => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 4 }), (objects) => {
        const report = judgeObjects(objects);
        expect(report.findings.filter(({ message }) => message.includes("failed on this object"))).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  test("the report does not depend on the order of the objects", () => {
    const several = fc.array(object, { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(
        several.chain((objects) =>
          fc.tuple(fc.constant(objects), fc.shuffledSubarray(objects, { minLength: objects.length })),
        ),
        ([objects, shuffled]) => {
          expect(judgeObjects(shuffled)).toEqual(judgeObjects(objects));
        },
      ),
      { numRuns: 400 },
    );
  });

  test("judging changes no object and says the same again", () => {
    fc.assert(
      fc.property(object, (one) => {
        const before = structuredCloneWithSymbols(one);
        const first = judgeObjects([one]);
        expect(judgeObjects([one])).toEqual(first);
        expect(one).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });
});

function structuredCloneWithSymbols(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(structuredCloneWithSymbols);
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value;
  const copy: object = Object.create(Object.getPrototypeOf(value) as object | null) as object;
  for (const key of Reflect.ownKeys(value)) {
    Object.defineProperty(copy, key, {
      ...Object.getOwnPropertyDescriptor(value, key),
      value: structuredCloneWithSymbols((value as Record<PropertyKey, unknown>)[key]),
    });
  }
  return copy;
}
