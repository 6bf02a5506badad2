import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { dump, load } from "js-yaml";
import type { Bed } from "../bed";
import { installPlugins, nodeBinary, pluginBundles } from "./plugins";

export { runPulumi, type PulumiRun, type RunOptions } from "./run";

/** Variables for `runPulumi`: complete in themselves, nothing else is inherited. `PULUMI_BIN` names the CLI. */
export type PulumiEnvironment = Readonly<Record<string, string>>;

/** The part of a bed that Pulumi needs. */
export type PulumiServers = Pick<Bed, "dir" | "kubeconfig" | "bao"> & {
  readonly binaries: Pick<Bed["binaries"], "pulumi">;
};

/**
 * Test fixture. Prepares `dir` for the real Pulumi CLI: a PULUMI_HOME with the fixture's language host and providers as installed plugins (so that a
 * Pulumi.yaml needs no `plugins` section), an empty file backend with a passphrase, and the addresses and credentials of the bed's servers.
 * TypeScript programs are not type-checked when they run (`npm run check` does that); set `PULUMI_NODEJS_TRANSPILE_ONLY` to `false` to have it.
 *
 * @param dir a folder of the caller's own, made when it is not there; every stack, state file and plugin starter lives in it.
 */
export async function pulumiEnvironment(bed: PulumiServers, dir: string): Promise<PulumiEnvironment> {
  const home = join(dir, "pulumi-home");
  const state = join(dir, "pulumi-state");
  mkdirSync(state, { recursive: true });
  installPlugins(await pluginBundles(join(bed.dir, "pulumi")), home);
  const inherited = ["HOME", "TMPDIR", "LANG", "SSL_CERT_FILE"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(inherited),
    PATH: [resolve(nodeBinary(), ".."), process.env["PATH"] ?? ""].join(delimiter),
    NO_COLOR: "1",
    PULUMI_BIN: bed.binaries.pulumi,
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "test-fixture",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    KUBECONFIG: bed.kubeconfig,
    VAULT_ADDR: bed.bao.address,
    VAULT_CACERT: bed.bao.caFile,
    VAULT_TOKEN: bed.bao.rootToken,
  };
}

/**
 * Test fixture. Makes a project in `dir` that runs the program of another one where it is: the CLI writes stack settings next to Pulumi.yaml,
 * and a test must not write into the source tree. Returns the folder to run the CLI in.
 *
 * @param source folder of the Pulumi.yaml to copy; its `main` is made absolute.
 */
export function pulumiProject(source: string, dir: string): string {
  const project = load(readFileSync(join(source, "Pulumi.yaml"), "utf8")) as Record<string, unknown>;
  const main = typeof project["main"] === "string" ? project["main"] : ".";
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "Pulumi.yaml"), dump({ ...project, main: resolve(source, main) }));
  return dir;
}
