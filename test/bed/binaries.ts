import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { buildTool, type BuildContext } from "./build";
import { withLock } from "./lock";
import { BedError, lastLines } from "./log-tail";
import { cacheFolder, cacheRoot, oracleTool, tools, type BinaryName, type Tool } from "./tools";
import { isAtLeast, parseVersion, versionArguments } from "./versions";

/** Absolute path of every binary the bed and its tests run. */
export type Binaries = Readonly<Record<BinaryName, string>>;

/** The bed binds pods with a MutatingAdmissionPolicy, which is stable since this version. */
const OLDEST_KUBERNETES = "1.36";

/**
 * Finds every binary, in this order: `KUBEBUILDER_ASSETS` (a folder), `BAO_BIN`, `PULUMI_BIN`; PATH, when the version is the pinned
 * one; the cache. Builds or installs what is missing, one tool at a time across all runs on this computer.
 * @throws {BedError} naming the tool, the cause with the last log lines, and the remedy.
 */
export async function resolveBinaries(context: BuildContext): Promise<Binaries> {
  const found = new Map<BinaryName, string>();
  const missing: Tool[] = [];
  for (const tool of tools) {
    for (const name of Object.keys(tool.binaries) as BinaryName[]) {
      const path =
        (await fromEnvironment(name, tool, context)) ?? (await fromPath(name, tool, context)) ?? fromCache(name, tool);
      if (path !== undefined) found.set(name, path);
      else if (!missing.includes(tool)) missing.push(tool);
    }
  }
  for (const tool of missing) {
    await ensureBuilt(tool, context);
    for (const name of Object.keys(tool.binaries) as BinaryName[]) {
      const path = found.get(name) ?? fromCache(name, tool);
      if (path === undefined)
        throw new BedError({
          code: "BedBinary",
          object: `${tool.name} ${tool.version}`,
          cause: `was built into ${cacheFolder(tool)}, but ${name} is not there`,
          remedy: "remove that folder and start again",
        });
      found.set(name, path);
    }
  }
  return Object.fromEntries(found) as unknown as Binaries;
}

/** Path of the Go oracle, built when it is not in the cache. */
export async function resolveOracle(context: BuildContext): Promise<string> {
  await ensureBuilt(oracleTool, context);
  return join(cacheFolder(oracleTool), "oracle");
}

async function ensureBuilt(tool: Tool, context: BuildContext): Promise<void> {
  mkdirSync(cacheRoot(), { recursive: true });
  let told = -5_000;
  await withLock(
    join(cacheRoot(), "build.lock"),
    async () => {
      if (Object.keys(tool.binaries).every((name) => fromCache(name as BinaryName, tool) !== undefined)) return;
      const begun = performance.now();
      const verb = tool.kind === "go" ? "building" : "installing";
      context.progress(`${verb} ${tool.name} ${tool.version} (once; kept in ${cacheRoot()})`);
      await buildTool(tool, context);
      context.progress(
        `${verb} ${tool.name} ${tool.version}: done in ${Math.round((performance.now() - begun) / 1000)} s`,
      );
    },
    {
      signal: context.signal,
      waiting: (owner, waitedMs) => {
        if (waitedMs - told < 5_000) return;
        told = waitedMs;
        context.progress(
          `waiting for another run (process ${owner.pid}) that builds: ${Math.round(waitedMs / 1000)} s`,
        );
      },
    },
  );
}

function fromCache(name: BinaryName | "oracle", tool: Tool): string | undefined {
  const path = join(cacheFolder(tool), tool.binaries[name] ?? name);
  return isExecutable(path) ? path : undefined;
}

/** A binary given on purpose is used or refused, never silently passed over; another version is used and said. */
async function fromEnvironment(name: BinaryName, tool: Tool, context: BuildContext): Promise<string | undefined> {
  const variable = name === "bao" ? "BAO_BIN" : name === "pulumi" ? "PULUMI_BIN" : "KUBEBUILDER_ASSETS";
  const value = process.env[variable];
  if (value === undefined || value === "") return undefined;
  const object = `${variable}=${value}`;
  if (variable === "KUBEBUILDER_ASSETS" && !isFolder(value))
    throw new BedError({ code: "BedBinary", object, cause: "is not a folder", remedy: remedyFor(variable, name) });
  const path = resolve(variable === "KUBEBUILDER_ASSETS" ? join(value, name) : value);
  if (variable === "KUBEBUILDER_ASSETS" && !existsSync(path)) {
    context.progress(`${object} has no ${name}: looking elsewhere`);
    return undefined;
  }
  const probe = await askVersion(name, path);
  if (probe.version === undefined)
    throw new BedError(
      { code: "BedBinary", object, cause: `${path} is no ${name}: ${probe.cause}`, remedy: remedyFor(variable, name) },
      probe.output,
    );
  if (tool.name === "kubernetes" && !isAtLeast(probe.version, OLDEST_KUBERNETES))
    throw new BedError({
      code: "BedBinary",
      object,
      cause: `${name} is ${probe.version}, the bed needs ${OLDEST_KUBERNETES} or newer`,
      remedy: remedyFor(variable, name),
    });
  if (probe.version !== tool.version)
    context.progress(`${path} is ${probe.version}, pinned is ${tool.version}: used, because ${variable} says so`);
  return path;
}

function remedyFor(variable: string, name: BinaryName): string {
  const target = variable === "KUBEBUILDER_ASSETS" ? `a folder with a working ${name}` : `a working ${name}`;
  return `point ${variable} at ${target}, or unset it to use the pinned version`;
}

async function fromPath(name: BinaryName, tool: Tool, context: BuildContext): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = resolve(folder, name);
    if (folder === "" || !isExecutable(path)) continue;
    const probe = await askVersion(name, path);
    if (probe.version === tool.version) return path;
    context.progress(
      `${path} is ${probe.version ?? `no ${name} (${probe.cause})`}, pinned is ${tool.version}: not used`,
    );
  }
  return undefined;
}

interface Probe {
  readonly version: string | undefined;
  readonly cause: string;
  readonly output: readonly string[];
}

async function askVersion(name: BinaryName, path: string): Promise<Probe> {
  if (!existsSync(path)) return { version: undefined, cause: "there is no such file", output: [] };
  if (!isExecutable(path)) return { version: undefined, cause: "it is not an executable file", output: [] };
  const command = versionArguments[name].join(" ");
  try {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { stdout, stderr } = await promisify(execFile)(path, versionArguments[name], { timeout: 20_000, env });
    const output = `${stdout}\n${stderr}`;
    const cause = `\`${command}\` does not print its version`;
    return { version: parseVersion(name, output), cause, output: lastLines(output, 3) };
  } catch (error) {
    const { code, signal, stderr } = error as { code?: number | string; signal?: string; stderr?: string };
    return {
      version: undefined,
      cause: `\`${command}\` ended with ${code ?? signal}`,
      output: lastLines(stderr ?? "", 3),
    };
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
