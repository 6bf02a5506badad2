import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Guard } from "./guard";
import { BedError, lastLines, tailOfFile } from "./log-tail";
import { signalProcess } from "./pid";
import { cacheFolder, type GoTool, type Tool, type WheelTool } from "./tools";

/** Receives one line of progress, without the line end. */
export type Progress = (line: string) => void;

/** What building needs from whoever asks for it. */
export interface BuildContext {
  readonly progress: Progress;
  readonly guard: Guard;
  readonly signal?: AbortSignal;
}

const PROGRESS_EVERY_MS = 5_000;

/**
 * Builds or installs one tool into its cache folder. The caller holds the build lock. The folder appears complete or not at all:
 * work happens beside it and is renamed at the end.
 */
export async function buildTool(tool: Tool, context: BuildContext): Promise<void> {
  const folder = cacheFolder(tool);
  mkdirSync(dirname(folder), { recursive: true });
  for (const name of readdirSync(dirname(folder)))
    if (name.startsWith(`${basename(folder)}.building-`))
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
  const unfinished = `${folder}.building-${process.pid}`;
  mkdirSync(unfinished);
  try {
    if (tool.kind === "go") await buildGo(tool, unfinished, context);
    else await installWheel(tool, unfinished, context);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
    rmSync(`${folder}.log`, { force: true });
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

async function buildGo(tool: GoTool, into: string, context: BuildContext): Promise<void> {
  const label = `building ${tool.name} ${tool.version}`;
  const [binary = tool.name, ...others] = Object.keys(tool.binaries);
  // With several packages `-o` takes a folder; with one it takes the name, which is not always the package's last element.
  const output = others.length > 0 ? `${into}/` : join(into, binary);
  const result = await run("go", ["build", "-v", ...tool.flags, "-o", output, ...tool.packages], {
    ...context,
    label,
    cwd: tool.moduleDir,
    env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
    log: `${cacheFolder(tool)}.log`,
  });
  const variable = tool.name === "pulumi" ? "PULUMI_BIN" : "the folder KUBEBUILDER_ASSETS";
  const remedy = tool.name === "oracle" ? "" : `, or give finished binaries in ${variable}`;
  if (result === "missing")
    throw new BedError({
      code: "BedBuild",
      object: `${tool.name} ${tool.version}`,
      cause: "is not in the cache and cannot be built: there is no `go` on PATH",
      remedy: `install Go 1.26 or newer${remedy}`,
    });
  if (result.code !== 0)
    throw new BedError(
      {
        code: "BedBuild",
        object: `${tool.name} ${tool.version}`,
        cause: `\`go build\` in test/bed/tools/${tool.name} ended with ${result.code}`,
        remedy: `see ${result.log}; mend the build${remedy}`,
      },
      tailOfFile(result.log),
    );
}

const installers: readonly (readonly [string, ...string[]])[] = [
  ["python3", "-m", "pip"],
  ["pip3"],
  ["python", "-m", "pip"],
  ["uv", "pip"],
];

async function installWheel(tool: WheelTool, into: string, context: BuildContext): Promise<void> {
  const object = `${tool.name} ${tool.version}`;
  const env = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1", PIP_USER: "0" };
  const common = { ...context, cwd: into, env, log: `${cacheFolder(tool)}.log` };
  for (const [command, ...prefix] of installers) {
    const probe = await run(command, [...prefix, "--version"], { ...common, label: `looking for ${command}` });
    if (probe === "missing" || probe.code !== 0) continue;
    const result = await run(
      command,
      [...prefix, "install", "--no-deps", "--target", into, `${tool.distribution}==${tool.version}`],
      { ...common, label: `installing ${tool.name} ${tool.version}` },
    );
    if (result !== "missing" && result.code === 0) return;
    throw new BedError(
      {
        code: "BedBuild",
        object,
        cause: `\`${[command, ...prefix].join(" ")} install ${tool.distribution}==${tool.version}\` failed`,
        remedy: "mend the installation, or set BAO_BIN to an OpenBao binary",
      },
      tailOfFile(common.log),
    );
  }
  throw new BedError({
    code: "BedBuild",
    object,
    cause: "is not in the cache and cannot be installed: none of python3 -m pip, pip3, uv is there",
    remedy: "install pip, or set BAO_BIN to an OpenBao binary",
  });
}

interface RunOptions extends BuildContext {
  readonly label: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: string;
}

/** Runs a command with its output in a log file, a progress line every few seconds, and an end with the abort signal. */
async function run(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<{ readonly code: number | string; readonly log: string } | "missing"> {
  options.signal?.throwIfAborted();
  const log = openSync(options.log, "w");
  const begun = performance.now();
  const seconds = () => Math.round((performance.now() - begun) / 1000);
  let last = "";
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: options.cwd,
        env: options.env,
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const stop = () => {
        if (child.pid !== undefined) signalProcess(-child.pid, "SIGKILL");
      };
      options.signal?.addEventListener("abort", stop, { once: true });
      if (child.pid !== undefined) options.guard.add(child.pid);
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => {
          writeSync(log, chunk);
          last = lastLines(chunk.toString("utf8"), 1, 80)[0] ?? last;
        });
      timer = setInterval(
        () => options.progress(`${options.label}: ${seconds()} s${last === "" ? "" : `  ${last}`}`),
        PROGRESS_EVERY_MS,
      );
      child.on("error", (error: NodeJS.ErrnoException) =>
        error.code === "ENOENT" ? resolve("missing") : reject(error),
      );
      child.on("close", (code, signal) => {
        options.signal?.removeEventListener("abort", stop);
        if (child.pid !== undefined) options.guard.remove(child.pid);
        if (options.signal?.aborted === true) reject(options.signal.reason as Error);
        else resolve({ code: code ?? signal ?? "no exit code", log: options.log });
      });
    });
  } finally {
    clearInterval(timer);
    closeSync(log);
  }
}
