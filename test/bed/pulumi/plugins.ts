import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const here = __dirname;
const root = resolve(here, "../../..");

/** The plugins that the registries lack, by the folder names in which the engine looks for installed plugins. */
function plugins(): readonly { readonly folder: string; readonly binary: string; readonly source: string }[] {
  const provider = (name: string) => ({
    // The engine takes exactly the version that the program's SDK asks for.
    folder: `resource-${name}-v${sdkVersion(name)}`,
    binary: `pulumi-resource-${name}`,
    source: `${name}/main.ts`,
  });
  return [
    { folder: "language-nodejs-v3.0.0", binary: "pulumi-language-nodejs", source: "language/main.ts" },
    provider("kubernetes"),
    provider("vault"),
  ];
}

/**
 * Test fixture. Bundles the language host and the providers into `dir/plugins-HASH` (one file each: the engine starts them several times a command) and
 * returns that folder. Safe when two processes do it at once.
 */
export function pluginBundles(dir: string): Promise<string> {
  const made = bundled.get(dir) ?? bundle(dir);
  bundled.set(dir, made);
  return made;
}

const bundled = new Map<string, Promise<string>>();

async function bundle(dir: string): Promise<string> {
  mkdirSync(dir, { recursive: true });
  const work = mkdtempSync(join(dir, "bundling-"));
  try {
    await build({
      entryPoints: plugins().map(({ binary, source }) => ({ in: join(here, source), out: binary })),
      outdir: work,
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node24",
      outExtension: { ".js": ".cjs" },
      absWorkingDir: root,
      logLevel: "warning",
    });
    const hash = createHash("sha256");
    for (const { binary } of plugins()) hash.update(readFileSync(join(work, `${binary}.cjs`)));
    const folder = join(dir, `plugins-${hash.digest("hex").slice(0, 12)}`);
    if (!existsSync(folder)) moveInto(work, folder);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Puts starters of the bundles where the engine looks for installed plugins: `PULUMI_HOME/plugins/KIND-NAME-vVERSION/`. */
export function installPlugins(bundles: string, pulumiHome: string): void {
  const cache = join(bundles, "compile-cache");
  for (const { folder, binary } of plugins()) {
    const target = join(pulumiHome, "plugins", folder);
    mkdirSync(target, { recursive: true });
    const starter = join(target, binary);
    const command = [
      `exec env NODE_COMPILE_CACHE=${quoted(cache)}`,
      quoted(nodeBinary()),
      quoted(join(bundles, `${binary}.cjs`)),
    ];
    writeFileSync(starter, `#!/bin/sh\n# keyturn test fixture\n${command.join(" ")} "$@"\n`);
    chmodSync(starter, 0o755);
  }
}

/** Node 24 of the development dependencies, whatever `node` is on PATH. */
export function nodeBinary(): string {
  const own = join(root, "node_modules/node/bin/node");
  return existsSync(own) ? own : process.execPath;
}

function moveInto(work: string, folder: string): void {
  try {
    renameSync(work, folder);
  } catch (error) {
    // Another process was quicker; its files are the same.
    if (!existsSync(folder)) throw error;
  }
}

function sdkVersion(name: string): string {
  const manifest = JSON.parse(readFileSync(join(root, `node_modules/@pulumi/${name}/package.json`), "utf8")) as {
    version: string;
  };
  return manifest.version.replace(/^v/, "");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
