import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "js-yaml";
import { REPORT_FORMATS } from "../../policies";
import { readProblem } from "../../policies/manifests/environments";
import { environments } from "../policies/fixtures";
import { keyturn, ROOT, spawnKeyturn, temporary, type Result } from "./harness";

const OUTSIDE =
  "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a, namespace: payments}\nspec: {data: [{secretKey: A, remoteRef: {key: billing/db}}]}\n";
const INSIDE = OUTSIDE.replace("billing", "payments");
const WARNING = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: w, annotations: {keyturn.dev/ignore-SEC001: "x"}}\n';
const SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: CanaryValue}\n";

let folder: string;
beforeEach(() => {
  folder = temporary();
  const document = { apiVersion: "keyturn.dev/v1alpha1", kind: "Environments", environments };
  file("environments.yaml", dump(document, { noRefs: true }));
  mkdirSync(join(folder, "out"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): void {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), content);
}

function check(
  argv: readonly string[],
  options: { readonly stdin?: string | Uint8Array; readonly tty?: boolean; readonly env?: Record<string, string> } = {},
): Promise<Result> {
  return keyturn(["check", ...argv], { cwd: folder, ...options });
}
const out = ["--manifests", "out", "--environments", "environments.yaml"];

describe("exit codes", () => {
  test("0 when nothing is found", async () => {
    file("out/a.yaml", INSIDE);
    expect(await check(out)).toEqual({ code: 0, stdout: "0 errors, 0 warnings in 1 object of 1 file\n", stderr: "" });
  });

  test("1 when something is found at or above the threshold", async () => {
    file("out/a.yaml", OUTSIDE);
    expect((await check(out)).code).toBe(1);
    file("out/a.yaml", WARNING);
    expect((await check(out)).code).toBe(0);
    expect((await check([...out, "--fail-on", "warning"])).code).toBe(1);
  });

  test("1 when an extra grant that is used is over, 0 while it lasts", async () => {
    file("out/a.yaml", OUTSIDE);
    const lend = (until: string) => {
      const lent = environments.map((environment) => ({
        ...environment,
        teams: environment.teams.map((team) => ({
          ...team,
          alsoReads: [{ path: "billing/db", reason: "PAY-1", until }],
        })),
      }));
      file("environments.yaml", dump({ apiVersion: "keyturn.dev/v1alpha1", kind: "Environments", environments: lent }));
    };
    lend("2026-01-31");
    const { code, stdout } = await check(out);
    expect(code).toBe(1);
    expect(stdout).toContain("ACC001");
    expect(stdout).toContain(
      '"prod/billing/db" is read by the extra grant billing/db of team "payments", which ended on 2026-01-31',
    );
    lend("9999-12-31");
    expect((await check(out)).code).toBe(0);
    lend("2026-02-30");
    expect((await check(out)).stderr).toContain(
      "teams[0].alsoReads[0].until: is not a day of the calendar in the form YYYY-MM-DD",
    );
  });

  test("2 when something could not be read, whatever is found in the rest, which is judged all the same", async () => {
    file("out/a.yaml", OUTSIDE);
    file("out/b.yaml", "a: [");
    const { code, stdout, stderr } = await check(out);
    expect(code).toBe(2);
    expect(stdout).toContain("STO006");
    expect(stderr).toBe(
      "error: out/b.yaml:1:5: is not valid YAML: unexpected end of the stream within a flow collection (correct the file; templates have to be rendered first)\n",
    );
  });
});

describe("what is read", () => {
  test("YAML and JSON files of a folder at any depth, in a stable order; node_modules and other files are passed over", async () => {
    file("out/z/b.yml", SECRET.replace("name: s", "name: b"));
    file(
      "out/a.json",
      JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, data: { x: "eA==" } }),
    );
    file("out/node_modules/x.yaml", SECRET);
    file("out/.git/x.yaml", SECRET);
    file("out/README.md", SECRET);
    const { stdout } = await check(["--manifests", "out", "--format", "json"]);
    const { findings } = JSON.parse(stdout) as { findings: { subject: { name: string }; source: { file: string } }[] };
    expect(findings.map(({ subject, source }) => [subject.name, source.file])).toEqual([
      ["a", "out/a.json"],
      ["b", "out/z/b.yml"],
    ]);
  });

  test("several paths, files of any name, and stdin; a file once however it is named", async () => {
    file("out/a.yaml", SECRET);
    file("manifest.txt", INSIDE);
    const { stdout } = await check(["--manifests", "out", "out/a.yaml", "--manifests", "manifest.txt", "-"], {
      stdin: WARNING,
    });
    expect(stdout).toContain("1 error, 1 warning in 3 objects of 3 files");
    expect(stdout).toContain("\nstdin\n  3:");
  });

  test("a path outside the working directory keeps its full name", async () => {
    file("out/a.yaml", SECRET);
    const { stdout } = await keyturn(["check", "--manifests", join(folder, "out")], { cwd: join(folder, "..") });
    expect(stdout).toContain("/out/a.yaml\n");
    const elsewhere = await keyturn(["check", "--manifests", join(folder, "out")], { cwd: ROOT });
    expect(elsewhere.stdout).toContain(`${join(folder, "out/a.yaml")}\n`);
  });

  test("documents of a folder that are no Kubernetes objects are skipped and said", async () => {
    file("out/a.yaml", INSIDE);
    file("out/values.yaml", "replicas: 1\n");
    file("out/list.json", "[1, 2]");
    const { code, stdout } = await check(out);
    expect(code).toBe(0);
    expect(stdout).toContain("note: skipped, no Kubernetes object: out/list.json, out/values.yaml\n");
  });

  test("symbolic links are followed, once, and not in circles", async () => {
    file("real/a.yaml", SECRET);
    symlinkSync(join(folder, "real"), join(folder, "out/link"));
    symlinkSync(join(folder, "out"), join(folder, "real/back"));
    symlinkSync(join(folder, "real/a.yaml"), join(folder, "out/b.yaml"));
    const { code, stdout } = await check(["--manifests", "out"]);
    expect(code).toBe(1);
    expect(stdout).toContain("1 error, 0 warnings in 1 object of 1 file");
    expect(stdout).toContain("skipped, a link back to a folder above: out/link/back");
  });
});

describe("input that cannot be judged is one line, exit code 2", () => {
  const named = async (path: string, options?: { stdin: string | Uint8Array }): Promise<string> => {
    const { code, stderr } = await check(["--manifests", path], options);
    expect(code).toBe(2);
    expect(stderr.split("\n")).toHaveLength(2);
    return stderr.trim();
  };

  test("a path that does not exist", async () => {
    expect(await named("missing")).toBe("error: missing: does not exist (check the path and its permissions)");
  });

  test("a folder without manifests", async () => {
    expect(await named("out")).toBe(
      "error: out: has no *.yaml, *.yml or *.json file in it (check the folder, or run the synth first)",
    );
  });

  test("a folder without Kubernetes objects", async () => {
    file("out/values.yaml", "a: 1\n");
    expect(await named("out")).toBe(
      "error: out: has no Kubernetes object in it (check the path, or run the synth first)",
    );
  });

  test("an empty file, and nothing on stdin", async () => {
    file("a.yaml", "\n");
    expect(await named("a.yaml")).toBe("error: a.yaml: is empty (give Kubernetes manifests)");
    expect(await named("-")).toBe("error: stdin: is empty (give Kubernetes manifests)");
  });

  test("a file with comments only", async () => {
    file("a.yaml", "# later\n---\n");
    expect(await named("a.yaml")).toBe(
      "error: a.yaml: has no Kubernetes object in it (check the path, or run the synth first)",
    );
  });

  test("something named that is no Kubernetes object", async () => {
    file("values.yaml", "a: Canary\n");
    expect(await named("values.yaml")).toBe(
      "error: values.yaml:1: is not a Kubernetes object: it has no apiVersion and kind (give manifests only)",
    );
  });

  test("a binary file, and text that is not UTF-8", async () => {
    file("a.yaml", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1]));
    expect(await named("a.yaml")).toBe("error: a.yaml: is not UTF-8 text (give Kubernetes manifests in YAML or JSON)");
    expect(await named("-", { stdin: new Uint8Array([0x61, 0xff, 0xfe]) })).toBe(
      "error: stdin: is not UTF-8 text (give Kubernetes manifests in YAML or JSON)",
    );
  });

  test("a file that is far too large", async () => {
    file("a.yaml", "");
    truncateSync(join(folder, "a.yaml"), 65 * 1024 * 1024);
    expect(await named("a.yaml")).toBe(
      "error: a.yaml: is larger than 64 MiB (split it, or check that it is a manifest)",
    );
  });

  test("a device that never ends", async () => {
    expect(await named("/dev/zero")).toBe(
      "error: /dev/zero: is larger than 64 MiB (split it, or check that it is a manifest)",
    );
  });

  test("a link to itself, and a link to nothing", async () => {
    symlinkSync("a.yaml", join(folder, "a.yaml"));
    expect(await named("a.yaml")).toBe(
      "error: a.yaml: is a symbolic link that leads back to itself (check the path and its permissions)",
    );
    symlinkSync("nothing", join(folder, "out/b.yaml"));
    expect(await named("out")).toBe("error: out/b.yaml: does not exist (check the path and its permissions)");
  });

  test("a key used twice", async () => {
    file("a.yaml", "apiVersion: v1\nkind: Secret\nstringData: {a: Canary, a: Canary}\n");
    expect(await named("a.yaml")).toBe(
      "error: a.yaml:3:25: is not valid YAML: a key is used twice in one mapping (remove one of them; readers differ in which one they take)",
    );
  });

  test("aliases within aliases", async () => {
    const levels = "abcdefghij".split("").map(
      (name, index, all) =>
        `${name}: &${name} [${Array(9)
          .fill(index === 0 ? "x" : `*${all[index - 1]}`)
          .join(",")}]`,
    );
    file("a.yaml", levels.join("\n"));
    expect(await named("a.yaml")).toBe(
      "error: a.yaml: its aliases stand for more than 1000000 values (write the manifest without these aliases)",
    );
  });

  test("stdin given twice, an empty path", async () => {
    expect((await check(["--manifests", "-", "-"])).stderr).toBe(
      "error: --manifests -: is given twice (standard input can be read once)\n",
    );
    expect((await check(["--manifests", ""])).stderr).toBe(
      "error: --manifests: is empty (give a folder, a file, or - for stdin)\n",
    );
  });

  test("a name with control characters cannot move the cursor", async () => {
    expect(await named("a\u001b[2J\nb")).not.toMatch(/\u001b/);
  });

  test.each([
    ["EACCES", "may not be read"],
    ["ENAMETOOLONG", "is a name too long for a file"],
    ["EIO", "cannot be read (EIO)"],
  ])("%s is said as: %s", (code, words) => {
    expect(readProblem(Object.assign(new Error("Canary"), { code }))).toBe(words);
  });
});

describe("--environments", () => {
  test.each([
    ["JSON", "e.json", JSON.stringify({ apiVersion: "keyturn.dev/v1alpha1", kind: "Environments", environments })],
    ["a module with a list", "e.js", `exports.environments = ${JSON.stringify(environments)};`],
    [
      "a module with a document by default",
      "e.cjs",
      `exports.default = ${JSON.stringify({ apiVersion: "keyturn.dev/v1alpha1", kind: "Environments", environments })};`,
    ],
  ])("may be %s", async (_, name, content) => {
    file(name, content);
    file("out/a.yaml", OUTSIDE);
    expect((await check(["--manifests", "out", "--environments", name])).stdout).toContain("STO006");
  });

  test("may be a TypeScript module that exports what environment(...) and team(...) return", async () => {
    const model = join(ROOT, "components/model");
    file(
      "e.ts",
      `import { environment, team } from ${JSON.stringify(model)};
       export const prod = environment("prod", { vault: { address: "https://vault.prod.example.com:8200", kv: { mount: "prod" }, login: { kubernetes: { mount: "k8s-prod" } } } });
       export const payments = team(prod, "payments", { namespaces: ["payments"] });`,
    );
    file("out/a.yaml", OUTSIDE);
    expect((await check(["--manifests", "out", "--environments", "e.ts"])).stdout).toContain(
      '"prod/billing/db" is outside what team "payments" may read: prod/payments',
    );
  });

  test.each<[string, string, string | undefined, string]>([
    [
      "a missing file",
      "missing.yaml",
      undefined,
      "error: missing.yaml: does not exist (check the path and its permissions)",
    ],
    ["a folder", "out", undefined, "error: out: is a folder (check the path and its permissions)"],
    [
      "malformed YAML",
      "e.yaml",
      "a: *Canary",
      "error: e.yaml:1:5: is not valid YAML: unidentified alias (put the value in quotes if it is a text)",
    ],
    [
      "another document",
      "e.yaml",
      SECRET,
      "error: e.yaml: is not a keyturn.dev/v1alpha1 Environments document (write it with `cdk8s synth` or by hand, see docs/environments.md)",
    ],
    [
      "a module that fails",
      "e.js",
      "throw new TypeError('Canary')",
      "error: e.js: cannot be loaded (TypeError) (run it by itself to see why, or give a YAML or JSON file)",
    ],
    [
      "a module without environments",
      "e.js",
      "exports.a = 1",
      "error: e.js: exports no environments (export what environment(...) and team(...) return, or a list as environments)",
    ],
  ])("%s is one line, exit code 2", async (_, name, content, message) => {
    if (content !== undefined) file(name, content);
    file("out/a.yaml", INSIDE);
    expect(await check(["--manifests", "out", "--environments", name])).toEqual({
      code: 2,
      stdout: "",
      stderr: `${message}\n`,
    });
  });

  test("--environment must be one of them", async () => {
    file("out/a.yaml", INSIDE);
    expect((await check([...out, "--environment", "qa"])).stderr).toBe(
      'error: environment "qa": is not among the environments (use one of dev, prod, stage)\n',
    );
    expect((await check(["--manifests", "out", "--environment", "qa"])).stderr).toBe(
      'error: environment "qa": no environments were given (give the environments too)\n',
    );
    expect((await check([...out, "--environment", "prod"])).code).toBe(0);
  });

  test("without it, the rules that did not run are named", async () => {
    file("out/a.yaml", OUTSIDE);
    expect((await check(["--manifests", "out"])).stdout).toContain(
      "note: ACC001, ACC002, ENV001, ENV002, STO006 did not run: no environments were given\n",
    );
  });
});

describe("formats", () => {
  test("colours only on a terminal, and never with NO_COLOR", async () => {
    file("out/a.yaml", OUTSIDE);
    const escape = String.fromCharCode(27);
    expect((await check(out)).stdout).not.toContain(escape);
    expect((await check(out, { tty: true })).stdout).toContain(escape);
    expect((await check(out, { tty: true, env: { NO_COLOR: "1" } })).stdout).not.toContain(escape);
    expect((await check([...out, "--format", "json"], { tty: true })).stdout).not.toContain(escape);
  });

  test("json stays one document when files could not be read, which are in it and on stderr", async () => {
    file("out/a.yaml", OUTSIDE);
    file("out/b.yaml", "a: [");
    const { code, stdout, stderr } = await check([...out, "--format", "json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      summary: { errors: 1, unreadable: 1 },
      unreadable: [{ code: "InvalidYaml", object: "out/b.yaml:1:5" }],
    });
    expect(stderr).toContain("error: out/b.yaml:1:5");
  });

  test.each(REPORT_FORMATS)("%s is the same however the files are given", async (format) => {
    file("out/a.yaml", OUTSIDE + "---\n" + SECRET);
    file("out/b.yaml", WARNING);
    const written = async (...paths: string[]): Promise<string> =>
      (await check(["--manifests", ...paths, "--environments", "environments.yaml", "--format", format])).stdout;
    expect(await written("out/b.yaml", "out/a.yaml")).toBe(await written("out"));
  });

  test.each(REPORT_FORMATS)("no value of a manifest, right or malformed, comes out in %s", async (format) => {
    file("out/a.yaml", `${SECRET}password: CanaryUnknownField\n`);
    [
      "a: *CanaryAlias",
      "a: !CanaryTag x",
      'a: "CanaryOpen',
      "a: Canary: Colon",
      "a: 1\n\tb: CanaryTab",
      '{"a": "CanaryJson" "b"}',
      "? [CanaryKey]\n: x",
      "a: |Canary\n x",
      "%CanaryDirective x\n---\na: 1",
      "%YAML 9.9 Canary\n---\n",
    ].forEach((content, index) => file(`out/bad${index}.yaml`, content));
    const { code, stdout, stderr } = await check([...out, "--format", format]);
    expect(code).toBe(2);
    expect(stderr.trim().split("\n")).toHaveLength(9);
    expect(stdout + stderr).not.toMatch(/canary/i);
  });
});

describe("as a process", () => {
  test("reads stdin, writes the report, ends with the code", async () => {
    const result = await spawnKeyturn(["check", "--manifests", "-", "--environments", "environments.yaml"], {
      cwd: folder,
      stdin: OUTSIDE,
    });
    expect(result.code).toBe(1);
    expect(result.stdout).toContain("1 error, 0 warnings in 1 object of 1 file\n");
    expect(result.stderr).toBe("");
  });

  test("a reader that goes away is no error: no stack, the same exit code", async () => {
    file(
      "out/a.yaml",
      Array.from({ length: 500 }, (_, index) => SECRET.replace("name: s", `name: s${index}`)).join("---\n"),
    );
    const result = await spawnKeyturn(["check", "--manifests", "out"], { cwd: folder, closeStdoutAtOnce: true });
    expect(result).toEqual({ code: 1, stdout: "", stderr: "" });
  });

  test("reads a named pipe", async () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    const reading = spawnKeyturn(["check", "--manifests", "pipe"], { cwd: folder });
    execFileSync("sh", ["-c", 'cat > "$0"', join(folder, "pipe")], { input: SECRET });
    expect((await reading).stdout).toContain("SEC001");
  });
});
