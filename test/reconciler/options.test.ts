import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HELP, parseOptions } from "../../reconciler/options";

const parse = (argv: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
  const invocation = parseOptions(argv, environment);
  return invocation.do === "run" ? invocation.options : invocation.do;
};

describe("flags", () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "keyturn-options-"));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test("nothing given: defaults are the program's", () => {
    expect(parse([])).toEqual({});
  });

  test("every flag", () => {
    expect(
      parse([
        "--kubeconfig=k",
        "--namespaces",
        "a, b,a",
        "--controller-class=mine",
        "--strict-class",
        "--concurrency=8",
        "--no-leader-elect",
        "--metrics-address=:1",
        "--health-address=0",
        "--audit=f",
        "--log-level=warn",
      ]),
    ).toEqual({
      kubeconfig: "k",
      namespaces: ["a", "b"],
      controllerClass: "mine",
      strictClass: true,
      concurrency: 8,
      leaderElect: false,
      metricsAddress: ":1",
      healthAddress: "0",
      audit: "f",
      logLevel: "warn",
    });
  });

  test("environment twins; flags win; an empty variable counts as not set", () => {
    const environment = {
      KEYTURN_NAMESPACES: "x",
      KEYTURN_LEADER_ELECT: "true",
      KEYTURN_STRICT_CLASS: "0",
      KEYTURN_CONCURRENCY: "4",
      KEYTURN_LOG_LEVEL: "",
    };
    expect(parse(["--concurrency", "2"], environment)).toEqual({
      namespaces: ["x"],
      leaderElect: true,
      strictClass: false,
      concurrency: 2,
    });
  });

  test("--debug is the log level debug", () => {
    expect(parse(["--debug", "--log-level=error"])).toEqual({ logLevel: "debug" });
  });

  test("help and version", () => {
    expect(parse(["-h"])).toBe("help");
    expect(parse(["--version"])).toBe("version");
    for (const flag of [
      "--kubeconfig",
      "--namespaces",
      "--controller-class",
      "--strict-class",
      "--concurrency",
      "leader-elect",
    ])
      expect(HELP).toContain(flag);
  });

  test.each<[readonly string[], NodeJS.ProcessEnv, string]>([
    [["--kubeconfg=s3cr3t"], {}, "--kubeconfg: is not a flag of the reconciler (did you mean --kubeconfig?)"],
    [["--wibble"], {}, "--wibble: is not a flag of the reconciler (see --help)"],
    [["--audit"], {}, "--audit: needs a value (see --help)"],
    [["--strict-class=yes"], {}, "--strict-class: takes no value (see --help)"],
    [["run"], {}, 'argument "run": is not expected (every setting is a flag, see --help)'],
    [["--concurrency=0"], {}, '--concurrency: is "0" (give a whole number from 1 to 1000)'],
    [["--log-level=loud"], {}, '--log-level: is "loud" (give one of debug, info, warn, error)'],
    [["--namespaces=Bad_Name"], {}, '--namespaces "Bad_Name": is not a Kubernetes object name'],
    [["--namespaces=,"], {}, "--namespaces: names no namespace"],
    [[], { KEYTURN_LEADER_ELECT: "maybe" }, 'KEYTURN_LEADER_ELECT: is "maybe" (set it to true or false)'],
    [["--environments=/nowhere.yaml"], {}, "--environments /nowhere.yaml: does not exist"],
  ])("%j %j is one clear line", (argv, environment, message) => {
    const attempt = (): unknown => parse(argv, environment);
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow("s3cr3t");
  });

  const document = `apiVersion: keyturn.dev/v1alpha1
kind: Environments
environments:
  - name: prod
    vault: { address: "https://v:8200", kv: { mount: prod, version: 2 }, login: { kubernetes: { mount: k } } }
    teams: [{ name: a, namespaces: [a], serviceAccount: s, prefixes: [a] }]
`;
  test("an environments file, YAML or JSON; a wrong one names its places", () => {
    const file = join(dir, "environments.yaml");
    writeFileSync(file, document);
    expect(parse([`--environments=${file}`])).toMatchObject({ environments: [{ name: "prod" }] });
    writeFileSync(file, document.replace("version: 2", "version: 3"));
    expect(() => parse([`--environments=${file}`])).toThrow(
      `--environments ${file}: environments[0].vault.kv.version: is not 1 or 2`,
    );
    writeFileSync(file, "{");
    expect(() => parse([`--environments=${file}`])).toThrow("is neither YAML nor JSON");
  });
});
