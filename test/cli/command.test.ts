import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorLine } from "../../cli/errors";
import { catalogue } from "../../policies";
import { keyturn, ROOT, spawnKeyturn } from "./harness";

const VERSION = (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version;

describe("usage", () => {
  test.each([
    [["chek"], "error: unknown command 'chek' (did you mean check?)"],
    [["xyz"], "error: unknown command 'xyz' (see keyturn --help)"],
    [["check", "--manifest", "x"], "error: unknown option '--manifest' (did you mean --manifests?)"],
    [["check", "--manifests", "x", "--token=Canary=x"], "error: unknown option '--token' (see keyturn --help)"],
    [["check"], "error: --manifests: is missing (give a folder, a file, or - for stdin)"],
    [["check", "--manifests"], "error: option '--manifests <path...>' argument missing (see keyturn --help)"],
    [
      ["check", "--manifests", "x", "--format", "xml"],
      "error: option '--format <format>' argument 'xml' is invalid. Allowed choices are text, json, sarif, junit. (see keyturn --help)",
    ],
    [
      ["rules", "FOO001"],
      "error: rule: there is none of this id (use one of ACC001, ACC002, ENV001, ENV002, SEC001, STO006, SUP001)",
    ],
    [
      ["rules", "a", "b"],
      "error: too many arguments for 'rules'. Expected 1 argument but got 2: a, b. (see keyturn --help)",
    ],
  ])("%j is one line on stderr and exit code 2", async (argv, message) => {
    expect(await keyturn(argv)).toEqual({ code: 2, stdout: "", stderr: `${message}\n` });
  });

  test("no command shows the help and fails, since nothing was done", async () => {
    const { code, stdout, stderr } = await keyturn([]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: keyturn");
  });

  test.each([[["--help"]], [["help"]], [["check", "--help"]], [["help", "check"]], [["rules", "-h"]]])(
    "%j shows help with examples and is fine",
    async (argv) => {
      const { code, stdout, stderr } = await keyturn(argv);
      expect(code).toBe(0);
      expect(stdout).toContain("Usage: keyturn");
      expect(stdout).toContain("Examples:\n  keyturn ");
      expect(stderr).toBe("");
    },
  );

  test("--version is the package's", async () => {
    expect(await spawnKeyturn(["--version"])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: "" });
  });
});

describe("errors", () => {
  test("--debug adds the stack trace; without it there is none", async () => {
    const argv = ["check", "--manifests", "x", "--environments", "/missing.yaml"];
    const { stderr } = await keyturn(argv);
    expect(stderr).toBe("error: /missing.yaml: does not exist (check the path and its permissions)\n");
    for (const debugging of [
      [...argv, "--debug"],
      ["--debug", ...argv],
    ]) {
      const { code, stderr: more } = await keyturn(debugging);
      expect(code).toBe(2);
      expect(more.startsWith(stderr)).toBe(true);
      expect(more).toContain("    at ");
    }
  });

  test("an error nobody foresaw is one line without its text, which may hold anything", () => {
    expect(errorLine(new RangeError("Canary"))).toBe(
      "error: keyturn failed: RangeError (run it again with --debug to see where, and report it)",
    );
    expect(errorLine(Object.assign(new Error("Canary"), { code: "EMFILE" }))).toBe(
      "error: keyturn failed: Error EMFILE (run it again with --debug to see where, and report it)",
    );
    expect(errorLine(undefined)).toBe(
      "error: keyturn failed: undefined (run it again with --debug to see where, and report it)",
    );
  });
});

describe("rules", () => {
  test("lists every rule, by id", async () => {
    const { code, stdout } = await keyturn(["rules"]);
    expect(code).toBe(0);
    expect(stdout).toBe(`ACC001  error    resource  An ExternalSecret uses an extra grant that is over
ACC002  warning  resource  An ExternalSecret uses an extra grant that ends within 14 days
ENV001  error    resource  A store reaches the Vault of another environment
ENV002  error    stack     An ExternalSecret uses a store of another environment
SEC001  error    resource  A Secret with its values in a manifest
STO006  error    resource  An ExternalSecret reads a path outside its team
SUP001  warning  resource  A suppression that is malformed, over or not needed
`);
  });

  test("explains one, also in lower case", async () => {
    const { stdout } = await keyturn(["rules", "sec001"]);
    expect(stdout).toContain("SEC001  A Secret with its values in a manifest\n");
    expect(stdout).toContain("applies to  Secret\n");
    expect(stdout).toContain("more        docs/rules.md#sec001\n");
  });

  test("as JSON", async () => {
    const all = JSON.parse((await keyturn(["rules", "--format", "json"])).stdout) as { id: string }[];
    expect(all.map(({ id }) => id)).toEqual(catalogue().map(({ id }) => id));
    expect(JSON.parse((await keyturn(["rules", "STO006", "--format", "json"])).stdout)).toMatchObject({
      id: "STO006",
      severity: "error",
      needsEnvironments: true,
      appliesTo: [{ group: "external-secrets.io", kind: "ExternalSecret" }],
    });
  });
});

describe("reconcile hands its flags to the reconciler", () => {
  test("whose help it shows", async () => {
    const { code, stdout } = await keyturn(["reconcile", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("--controller-class NAME");
  });

  test.each([
    [["--namespace", "a"], "error: --namespace: is not a flag of the reconciler (did you mean --namespaces?)"],
    [
      ["--log-level", "loud", "--concurrency", "4"],
      'error: --log-level: is "loud" (give one of debug, info, warn, error)',
    ],
    [["extra"], 'error: argument "extra": is not expected (every setting is a flag, see --help)'],
  ])("%j is one line and exit code 2", async (flags, message) => {
    expect(await keyturn(["reconcile", ...flags])).toEqual({ code: 2, stdout: "", stderr: `${message}\n` });
  });

  test("with --debug, wherever it stands", async () => {
    for (const argv of [
      ["--debug", "reconcile", "--kubeconfig", "/missing"],
      ["reconcile", "--debug", "--kubeconfig", "/missing"],
    ]) {
      const { code, stderr } = await keyturn(argv);
      expect(code).toBe(2);
      expect(stderr).toContain("error: kubeconfig /missing: does not exist");
      expect(stderr).toContain("    at ");
    }
  });
});
