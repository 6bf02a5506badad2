import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "js-yaml";
import { KeyturnValidation, type KeyturnValidationProperties } from "../../policies";
import { buildPolicies, ROOT } from "./built";
import { environments } from "./fixtures";

const DOCUMENT = { apiVersion: "keyturn.dev/v1alpha1", kind: "Environments", environments };

const APP = `const { App, ApiObject, Chart } = require("cdk8s");
const app = new App();
const chart = new Chart(app, "app", { namespace: "payments" });
const key = process.env.KEY;
new ApiObject(chart, "store", { apiVersion: "external-secrets.io/v1", kind: "SecretStore", metadata: { name: "vault" },
  spec: { provider: { vault: { server: process.env.SERVER, path: "prod" } } } });
new ApiObject(chart, "db", { apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata: { name: "db" },
  spec: { secretStoreRef: { name: "vault" }, data: [{ secretKey: "A", remoteRef: { key } }] } });
if (process.env.SECRET) new ApiObject(chart, "s", { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { p: process.env.SECRET } });
app.synth();
`;

interface Synth {
  readonly code: number;
  readonly output: string;
  readonly reports: readonly {
    readonly summary: { readonly status: string; readonly metadata: Readonly<Record<string, string>> };
    readonly violations: readonly {
      readonly ruleName: string;
      readonly recommendation: string;
      readonly fix: string;
      readonly violatingConstructs: readonly {
        readonly locations: readonly string[];
        readonly constructPath?: string;
      }[];
    }[];
  }[];
}

describe("cdk8s synth with the plugin", () => {
  let built: string;
  beforeAll(async () => {
    built = await buildPolicies();
    writeFileSync(
      join(built, "package.json"),
      JSON.stringify({ name: "keyturn", version: "0.1.0", main: "policies/index.js" }),
    );
    mkdirSync(join(built, "app"));
    writeFileSync(join(built, "app/main.js"), APP);
    writeFileSync(join(built, "app/environments.json"), JSON.stringify(DOCUMENT));
  });
  afterAll(() => rmSync(built, { recursive: true }));

  async function synth(env: Readonly<Record<string, string>>, properties: KeyturnValidationProperties): Promise<Synth> {
    const folder = join(built, "app");
    const validations = [{ package: built, version: "0.1.0", class: "KeyturnValidation", properties }];
    writeFileSync(
      join(folder, "cdk8s.yaml"),
      dump({ language: "typescript", app: "node main.js", output: "out", validations }),
    );
    rmSync(join(folder, "report.json"), { force: true });
    const cli = join(ROOT, "node_modules/cdk8s-cli/bin/cdk8s");
    const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
      execFile(
        process.execPath,
        [cli, "synth", "--check-upgrade=false", "--validation-reports-output-file", "report.json"],
        { cwd: folder, env: { PATH: process.env["PATH"], HOME: folder, ...env } },
        (error, stdout, stderr) => {
          resolve({
            code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1,
            output: stdout + stderr,
          });
        },
      );
    });
    const { reports } = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as { reports: Synth["reports"] };
    return { code, output, reports };
  }

  test("right manifests pass", async () => {
    const good = { KEY: "payments/db", SERVER: "https://vault.prod.example.com:8200" };
    const { code, reports } = await synth(good, { environments: "environments.json" });
    expect(reports[0]?.violations).toEqual([]);
    expect(reports[0]?.summary).toMatchObject({
      status: "success",
      metadata: { objects: "2", errors: "0", "rules not run": "none" },
    });
    expect(code).toBe(0);
  });

  test("findings fail the synth with exit code 2, with rule, place, construct and fix, and without any value", async () => {
    const bad = { KEY: "billing/db", SERVER: "https://vault.dev.example.com:8200", SECRET: "CanaryValue" };
    const { code, output, reports } = await synth(bad, { environments: DOCUMENT });
    expect(code).toBe(2);
    expect(reports[0]?.summary.status).toBe("failure");
    expect(
      reports[0]?.violations.map(({ ruleName, violatingConstructs }) => [
        ruleName,
        violatingConstructs[0]?.constructPath,
        violatingConstructs[0]?.locations[0],
      ]),
    ).toEqual([
      [
        "ENV001 (error)",
        "app/store",
        'SecretStore payments/vault spec.provider.vault.server (line 10:7): is the Vault of environment "dev"; namespace "payments" belongs to environment "prod", whose Vault is https://vault.prod.example.com:8200',
      ],
      [
        "STO006 (error)",
        "app/db",
        'ExternalSecret payments/db spec.data[0].remoteRef.key (line 20:9): "prod/billing/db" is outside what team "payments" may read: prod/payments',
      ],
      ["SEC001 (error)", "app/s", 'Secret payments/s stringData (line 30:1): has the value of "p"'],
    ]);
    expect(reports[0]?.violations[0]?.fix).toBe("set server to https://vault.prod.example.com:8200");
    expect(output).toContain("Recommendation: A store in a namespace of one environment");
    expect(output + JSON.stringify(reports)).not.toContain("Canary");
  });

  test("properties that cannot be used fail the synth in words, without a stack", async () => {
    const { code, output, reports } = await synth({ KEY: "a", SERVER: "b" }, { environments: "missing.yaml" });
    expect(code).toBe(2);
    expect(output).toContain(
      "error: environments file missing.yaml: does not exist (check the path and its permissions)",
    );
    expect(output).not.toMatch(/\n\s+at /);
    expect(reports[0]?.summary.status).toBe("failure");
  });
});

describe("the plugin alone", () => {
  let folder: string;
  beforeAll(() => {
    folder = join(ROOT, "build", `cdk8s-${process.pid}`);
    mkdirSync(folder, { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function validate(
    text: string,
    properties?: KeyturnValidationProperties,
  ): Promise<{ status: string; metadata: Record<string, string>; rules: string[]; log: string[] }> {
    const file = join(folder, "a.yaml");
    writeFileSync(file, text);
    const result = { status: "", metadata: {}, rules: [] as string[], log: [] as string[] };
    await new KeyturnValidation(properties).validate({
      manifests: [file],
      logger: { log: (message) => void result.log.push(message) },
      report: {
        addViolation: ({ ruleName }) => void result.rules.push(ruleName),
        submit: (status, metadata) => Object.assign(result, { status, metadata }),
      },
    });
    return result;
  }
  const outside =
    "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a, namespace: payments}\nspec: {data: [{secretKey: A, remoteRef: {key: billing/db}}]}\n";
  const warning =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {keyturn.dev/ignore-SEC001: "x"}}\n';

  test("environments.json beside the manifests is used; without any, what did not run is said", async () => {
    expect(await validate(outside)).toMatchObject({
      status: "success",
      rules: [],
      log: ["ACC001", "ACC002", "ENV001", "ENV002", "STO006"].map(
        (id) => `keyturn: ${id} did not run: no environments were given`,
      ),
    });
    writeFileSync(join(folder, "environments.json"), JSON.stringify(DOCUMENT));
    expect(await validate(outside)).toMatchObject({ status: "failure", rules: ["STO006 (error)"], log: [] });
  });

  test("an extra grant that is over fails the synth, one that lasts does not", async () => {
    const lending = (until: string) =>
      environments.map((environment) => ({
        ...environment,
        teams: environment.teams.map((team) => ({
          ...team,
          alsoReads: [{ prefix: "billing", reason: "PAY-1", until }],
        })),
      }));
    expect(await validate(outside, { environments: lending("2026-01-31") })).toMatchObject({
      status: "failure",
      rules: ["ACC001 (error)"],
    });
    expect(await validate(outside, { environments: lending("9999-12-31") })).toMatchObject({
      status: "success",
      rules: [],
    });
  });

  test("warnings are shown and fail only when they should", async () => {
    expect(await validate(warning)).toMatchObject({
      status: "success",
      rules: ["SUP001 (warning)"],
      metadata: { warnings: "1" },
    });
    expect(await validate(warning, { failOn: "warning" })).toMatchObject({ status: "failure" });
  });

  test("suppressed findings are told", async () => {
    const secret =
      'apiVersion: v1\nkind: Secret\nmetadata: {name: a, annotations: {keyturn.dev/ignore-SEC001: "PAY-12; until=2999-01-01"}}\ndata: {a: eA==}\n';
    expect(await validate(secret)).toMatchObject({
      status: "success",
      rules: [],
      metadata: { ignored: "1" },
      log: ['keyturn: SEC001 ignored until 2999-01-01 (PAY-12): Secret a: has the value of "a"'],
    });
  });

  test.each<[string, string, KeyturnValidationProperties, string]>([
    [
      "malformed YAML",
      "a: *x",
      {},
      "error: FILE:1:5: is not valid YAML: unidentified alias (put the value in quotes if it is a text)",
    ],
    [
      "a wrong severity",
      warning,
      { failOn: "fatal" as "error" },
      "error: property failOn of KeyturnValidation: is not a severity (use error or warning)",
    ],
    [
      "wrong environments",
      warning,
      { environments: { a: 1 } },
      "error: property environments of KeyturnValidation: is not a keyturn.dev/v1alpha1 Environments document (write it with `cdk8s synth` or by hand, see docs/environments.md)",
    ],
  ])("%s fails in one line", async (_, text, properties, message) => {
    const { status, log } = await validate(text, properties);
    expect(status).toBe("failure");
    expect(log.map((line) => line.replace(join(folder, "a.yaml"), "FILE"))).toEqual([message]);
  });
});
