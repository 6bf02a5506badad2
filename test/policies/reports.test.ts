import { KeyturnError } from "../../api";
import {
  catalogue,
  judge,
  parseManifests,
  REPORT_FORMATS,
  UNKNOWN,
  writeReport,
  type ReportFormat,
  type ReportInput,
} from "../../policies";
import { environments, externalSecret, NOW } from "./fixtures";

const text = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: db, namespace: payments}
spec:
  secretStoreRef: {name: vault}
  data:
    - secretKey: A
      remoteRef: {key: billing/db}
---
apiVersion: v1
kind: Secret
metadata:
  name: old
  annotations:
    keyturn.dev/ignore-SEC001: "moved by PAY-12; until=2026-12-31"
stringData: {a: Canary}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: app
  annotations: {keyturn.dev/ignore-SEC001: later}
`;
const manifests = [
  ...parseManifests(text, "out/a b.yaml").manifests,
  { object: externalSecret({ namespace: "payments", keys: [UNKNOWN] }), source: { file: "out/c.yaml", line: 1 } },
];
const error = new KeyturnError({
  code: "InvalidYaml",
  object: "out/d.yaml:3:1",
  cause: "is not valid YAML",
  remedy: "correct it",
});
const input: ReportInput = {
  report: judge(manifests, { now: NOW, environments }),
  rules: catalogue(),
  files: 3,
  errors: [error],
  skipped: [{ file: "out/values.yaml", line: 1, reason: "no Kubernetes object" }],
  failOn: "error",
  version: "1.2.3",
};
const write = (format: ReportFormat, changes: Partial<ReportInput> = {}): string =>
  writeReport(format, { ...input, ...changes }, { color: false });

describe("text", () => {
  test("groups by file, says place, object, message and fix, and ends with a summary", () => {
    expect(write("text")).toBe(`out/a b.yaml
  8:19    error    STO006  ExternalSecret payments/db  spec.data[0].remoteRef.key
          "prod/billing/db" is outside what team "payments" may read: prod/payments
          fix: read a path below the team's prefixes, or give the team the prefix or an extra grant (alsoReads) in the environments
          docs/rules.md#sto006
  22:17   warning  SUP001  ConfigMap app  metadata.annotations["keyturn.dev/ignore-SEC001"]
          suppresses nothing: has no end date ("; until=YYYY-MM-DD" at the end)
          fix: write keyturn.dev/ignore-<RULE>: "reason; until=YYYY-MM-DD", or remove it
          docs/rules.md#sup001
  16:1    ignored  SEC001  Secret old  stringData
          has the value of "a"
          ignored until 2026-12-31: moved by PAY-12

out/c.yaml
  1       unknown  STO006  ExternalSecret payments/db  spec.data[0].remoteRef.key
          the key is not known yet

note: skipped, no Kubernetes object: out/values.yaml
1 error, 1 warning, 1 unknown, 1 ignored in 4 objects of 3 files; 1 input error
`);
  });

  test("has colours only when asked", () => {
    const escape = String.fromCharCode(27);
    expect(write("text")).not.toContain(escape);
    expect(writeReport("text", input, { color: true })).toContain(`${escape}[31merror  ${escape}[39m`);
  });

  test("names of objects and files cannot move the cursor or hide text", () => {
    const object = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "a\u001b[2J\r\n\u202eb" },
      data: { "x\u0007": "eA==" },
    };
    const report = judge([{ object, source: { file: "f\u001b[1m.yaml" } }], { now: NOW });
    const written = writeReport("text", { ...input, report, errors: [], skipped: [] }, { color: false });

    expect(written.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(written).toContain("Secret a\\u001b[2J\\u000d\\u000a\\u202eb");
  });
});

describe("json", () => {
  test("is one document with everything in it", () => {
    const document = JSON.parse(write("json")) as Record<string, unknown>;
    expect(document).toMatchObject({
      apiVersion: "keyturn.dev/v1alpha1",
      kind: "Report",
      keyturn: "1.2.3",
      summary: {
        files: 3,
        objects: 4,
        errors: 1,
        warnings: 1,
        suppressed: 1,
        unknown: 1,
        unreadable: 1,
        failOn: "error",
      },
      suppressed: [{ ruleId: "SEC001", suppression: { reason: "moved by PAY-12", until: "2026-12-31" } }],
      unknown: [{ ruleId: "STO006", path: "spec.data[0].remoteRef.key" }],
      skipped: [{ file: "out/values.yaml", line: 1 }],
      unreadable: [{ code: "InvalidYaml", object: "out/d.yaml:3:1", cause: "is not valid YAML", remedy: "correct it" }],
    });
    expect((document["findings"] as unknown[])[0]).toEqual({
      ruleId: "STO006",
      severity: "error",
      subject: { apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", namespace: "payments", name: "db" },
      path: "spec.data[0].remoteRef.key",
      message: '"prod/billing/db" is outside what team "payments" may read: prod/payments',
      fix: "read a path below the team's prefixes, or give the team the prefix or an extra grant (alsoReads) in the environments",
      url: "docs/rules.md#sto006",
      source: { file: "out/a b.yaml", line: 8, column: 19 },
    });
  });
});

interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly kind?: string;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly suppressions?: readonly object[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly locations: readonly {
    readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: object };
    readonly logicalLocations: readonly { readonly fullyQualifiedName: string }[];
  }[];
}

describe("sarif", () => {
  const run = (changes: Partial<ReportInput> = {}) =>
    (
      JSON.parse(write("sarif", changes)) as {
        version: string;
        runs: [
          {
            tool: { driver: { name: string; rules: { id: string }[] } };
            results: SarifResult[];
            invocations: [{ executionSuccessful: boolean; toolExecutionNotifications: object[] }];
          },
        ];
      }
    ).runs[0];

  test("has what version 2.1.0 requires: version, driver, rules by index, messages, locations", () => {
    expect((JSON.parse(write("sarif")) as { version: string }).version).toBe("2.1.0");
    const { tool, results } = run();
    expect(tool.driver.name).toBe("keyturn");
    for (const result of results) {
      expect(tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId);
      expect(result.message.text.length).toBeGreaterThan(10);
      expect(result.locations).toHaveLength(1);
    }
    expect(results[0]?.locations[0]).toEqual({
      physicalLocation: { artifactLocation: { uri: "out/a%20b.yaml" }, region: { startLine: 8, startColumn: 19 } },
      logicalLocations: [
        {
          fullyQualifiedName: "external-secrets.io/v1/ExternalSecret/payments/db#spec.data[0].remoteRef.key",
          kind: "resource",
        },
      ],
    });
  });

  test("findings have levels, suppressed ones a suppression, unknown ones are open", () => {
    expect(
      run().results.map(({ ruleId, level, kind, suppressions }) => ({ ruleId, level, kind, suppressions })),
    ).toEqual([
      { ruleId: "STO006", level: "error" },
      { ruleId: "SUP001", level: "warning" },
      {
        ruleId: "SEC001",
        level: "error",
        suppressions: [{ kind: "inSource", status: "accepted", justification: "moved by PAY-12 (until 2026-12-31)" }],
      },
      { ruleId: "STO006", level: "none", kind: "open" },
    ]);
  });

  test("what could not be read makes the invocation unsuccessful", () => {
    expect(run().invocations[0]).toEqual({
      executionSuccessful: false,
      toolExecutionNotifications: [
        { level: "error", message: { text: "out/d.yaml:3:1: is not valid YAML (correct it)" } },
      ],
    });
    expect(run({ errors: [] }).invocations[0].executionSuccessful).toBe(true);
  });

  test("a finding keeps its fingerprint when lines move", () => {
    const moved = judge(parseManifests(`# a comment\n\n${text}`, "out/a b.yaml").manifests, { now: NOW, environments });
    const prints = (results: readonly SarifResult[]): unknown =>
      results.slice(0, 3).map((one) => one.partialFingerprints);
    expect(prints(run({ report: moved }).results)).toEqual(prints(run().results));
  });
});

describe("junit", () => {
  test("has a suite for each rule, a case for each object, and errors for what could not be read", () => {
    expect(write("junit")).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="keyturn" tests="7" failures="1" errors="1">
  <testsuite name="ENV002" tests="2" failures="0" errors="0" skipped="0">
    <testcase name="ExternalSecret payments/db" classname="keyturn.ENV002" file="out/a b.yaml" line="1"/>
    <testcase name="ExternalSecret payments/db" classname="keyturn.ENV002" file="out/c.yaml" line="1"/>
  </testsuite>
  <testsuite name="SEC001" tests="1" failures="0" errors="0" skipped="1">
    <testcase name="Secret old" classname="keyturn.SEC001" file="out/a b.yaml" line="10"><skipped message="ignored until 2026-12-31 (moved by PAY-12): has the value of &quot;a&quot;"/></testcase>
  </testsuite>
  <testsuite name="STO006" tests="2" failures="1" errors="0" skipped="1">
    <testcase name="ExternalSecret payments/db" classname="keyturn.STO006" file="out/a b.yaml" line="1"><failure type="error" message="&quot;prod/billing/db&quot; is outside what team &quot;payments&quot; may read: prod/payments">out/a b.yaml:8:19 spec.data[0].remoteRef.key: &quot;prod/billing/db&quot; is outside what team &quot;payments&quot; may read: prod/payments&#10;fix: read a path below the team&apos;s prefixes, or give the team the prefix or an extra grant (alsoReads) in the environments</failure></testcase>
    <testcase name="ExternalSecret payments/db" classname="keyturn.STO006" file="out/c.yaml" line="1"><skipped message="unknown: spec.data[0].remoteRef.key: the key is not known yet"/></testcase>
  </testsuite>
  <testsuite name="SUP001" tests="1" failures="0" errors="0" skipped="0">
    <testcase name="ConfigMap app" classname="keyturn.SUP001" file="out/a b.yaml" line="18"><system-out>out/a b.yaml:22:17 metadata.annotations[&quot;keyturn.dev/ignore-SEC001&quot;]: suppresses nothing: has no end date (&quot;; until=YYYY-MM-DD&quot; at the end)&#10;fix: write keyturn.dev/ignore-&lt;RULE&gt;: &quot;reason; until=YYYY-MM-DD&quot;, or remove it</system-out></testcase>
  </testsuite>
  <testsuite name="input" tests="1" failures="0" errors="1" skipped="0">
    <testcase name="out/d.yaml:3:1" classname="keyturn.input"><error type="InvalidYaml" message="out/d.yaml:3:1: is not valid YAML (correct it)"/></testcase>
  </testsuite>
</testsuites>
`);
  });

  test("a warning fails its case only when warnings fail", () => {
    expect(write("junit", { failOn: "warning" })).toContain('<testsuite name="SUP001" tests="1" failures="1"');
  });

  test("holds no character that XML cannot hold", () => {
    const object = { apiVersion: "v1", kind: "Secret", metadata: { name: 'a\u0000<&">\ud800' }, data: { x: "eA==" } };
    const written = write("junit", { report: judge([{ object }], { now: NOW }), errors: [] });
    expect(written).toContain('name="Secret a\ufffd&lt;&amp;&quot;&gt;\ufffd"');
  });
});

describe("every format", () => {
  test.each(REPORT_FORMATS)("%s is the same twice, ends with a line break and holds no value", (format) => {
    expect(write(format)).toBe(write(format));
    expect(write(format).endsWith("\n")).toBe(true);
    expect(write(format)).not.toContain("Canary");
  });
});
