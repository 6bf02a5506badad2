import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peerDependencies } from "../../package.json";
import { installPackage, link } from "./installed";

// The built package as npm installs it, in a folder that has it and what a test puts beside it; every import in a process of its own.
let folder: string;
let installed: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "keyturn-peers-"));
  installed = installPackage(join(folder, "alone"), []);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("without its peers", () => {
  it.each([
    ["keyturn/pulumi", ["@pulumi/pulumi", "@pulumi/kubernetes", "@pulumi/vault"]],
    ["keyturn/cdk8s", ["constructs", "cdk8s"]],
  ] as const)("%s says which packages to install, in which versions", (subpath, peers) => {
    expect(importing(subpath, installed)).toEqual(missing(subpath, peers));
    expect(importing(subpath, installed, "import")).toEqual(missing(subpath, peers));
  });

  it("the policy pack and the plugin say it too", () => {
    expect(importing(join(installed, "dist/policies/pulumi/pack"), installed)).toEqual(
      missing("keyturn's policy pack", ["@pulumi/policy"]),
    );
    expect(importing(join(installed, "dist/components/pulumi/plugin"), installed)).toEqual(
      missing("keyturn/pulumi", ["@pulumi/pulumi", "@pulumi/kubernetes", "@pulumi/vault"]),
    );
  });

  it("names only those that are not there", () => {
    const some = installPackage(join(folder, "some"), ["@pulumi/pulumi", "@pulumi/kubernetes"]);
    const { code, message } = missing("keyturn/pulumi", ["@pulumi/vault"]);
    expect(importing("keyturn/pulumi", some)).toMatchObject({ code, message });
  });

  it("leaves other errors of a peer as they are", () => {
    const broken = installPackage(join(folder, "broken"), ["cdk8s"]);
    mkdirSync(join(broken, "../constructs"));
    writeFileSync(join(broken, "../constructs/index.js"), 'require("what-constructs-needs");');
    expect(importing("keyturn/cdk8s", broken)).toMatchObject({
      code: "MODULE_NOT_FOUND",
      message: expect.stringContaining("Cannot find module 'what-constructs-needs'") as string,
    });
  });

  it.each(["keyturn", "keyturn/policies", "keyturn/sandbox"])("%s needs none of them", (subpath) => {
    expect(importing(subpath, installed)).toMatchObject({ message: "", foreign: [] });
  });
});

describe("with all peers there", () => {
  let all: string;
  beforeAll(() => {
    all = installPackage(join(folder, "all"), []);
    link(join(all, ".."), Object.keys(peerDependencies));
  });

  it.each([
    ["keyturn", []],
    ["keyturn/policies", []],
    ["keyturn/sandbox", []],
    ["keyturn/cdk8s", ["cdk8s", "constructs"]],
    ["keyturn/pulumi", ["@pulumi/kubernetes", "@pulumi/pulumi", "@pulumi/vault"]],
  ])("importing %s loads of them only %j", (subpath, expected) => {
    expect(importing(subpath, all)).toMatchObject({ message: "", foreign: expected });
  });
});

interface Imported {
  /** Of the error; empty when there was none. */
  readonly message: string;
  readonly code?: string;
  /** Which peers were loaded. */
  readonly foreign: readonly string[];
}

function importing(subpath: string, keyturn: string, how: "require" | "import" = "require"): Imported {
  const load = how === "require" ? `require(${JSON.stringify(subpath)})` : `await import(${JSON.stringify(subpath)})`;
  const program = `(async () => {
    let error;
    try { ${load}; } catch (thrown) { error = thrown; }
    const peers = ${JSON.stringify(Object.keys(peerDependencies))};
    const foreign = peers.filter((peer) => Object.keys(require.cache).some((file) => file.includes("/node_modules/" + peer + "/")));
    console.log(JSON.stringify({ message: error?.message ?? "", code: error?.code, foreign: foreign.sort() }));
    process.exit(0);
  })();`;
  const output = execFileSync(process.execPath, ["-e", program], { cwd: join(keyturn, "../.."), encoding: "utf8" });
  return JSON.parse(output) as Imported;
}

function missing(subpath: string, peers: readonly (keyof typeof peerDependencies)[]): Imported {
  const packages = peers.map((peer) => `"${peer}@${peerDependencies[peer]}"`).join(" ");
  const message =
    `${subpath}: needs the package${peers.length === 1 ? "" : "s"} ${peers.join(", ")}, not installed here ` +
    `(npm install ${packages})`;
  return { message, code: "PeerMissing", foreign: [] };
}
