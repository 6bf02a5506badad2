import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { pulumiEnvironment, pulumiProject, type PulumiEnvironment, type PulumiServers } from ".";
import { runPulumi, type PulumiRun, type RunOptions } from "./run";

export interface StackOptions {
  /** Folder with the Pulumi.yaml of the program. */
  readonly source: string;
  /** Default `dev`. */
  readonly name?: string;
  /** Config, keys without the project's name. */
  readonly config?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** A stack of a real Pulumi CLI with a folder, home and backend of its own. */
export interface PulumiStack {
  readonly cwd: string;
  readonly env: PulumiEnvironment;
  /** Runs the CLI with `--stack` added, e.g. `run(["up", "--yes", "--skip-preview"])`. `env` is added to the stack's. */
  readonly run: (args: readonly string[], options?: Partial<RunOptions>) => Promise<PulumiRun>;
  /** Writes config and secrets into the stack's settings. */
  readonly configure: (
    config: Readonly<Record<string, string>>,
    secrets?: Readonly<Record<string, string>>,
  ) => Promise<void>;
  /** The state as the backend has it, secrets encrypted. */
  readonly state: () => Promise<string>;
}

/** Test fixture. Makes a stack for a program, in a new folder under the bed's. @throws Error with the CLI's words. */
export async function pulumiStack(bed: PulumiServers, options: StackOptions): Promise<PulumiStack> {
  const base = join(bed.dir, "pulumi");
  mkdirSync(base, { recursive: true });
  const dir = mkdtempSync(join(base, "stack-"));
  const env = await pulumiEnvironment(bed, dir);
  const cwd = pulumiProject(options.source, join(dir, "project"));
  const name = options.name ?? "dev";
  const run: PulumiStack["run"] = (args, more = {}) =>
    runPulumi([...args, "--stack", name], { cwd, ...more, env: { ...env, ...more.env } });
  const must = async (args: readonly string[]): Promise<PulumiRun> => {
    const done = await run(args);
    if (done.code !== 0)
      throw new Error(`pulumi ${args[0]} ${args[1]}: exit code ${done.code}\n${done.stdout}${done.stderr}`);
    return done;
  };
  const configure: PulumiStack["configure"] = async (config, secrets = {}) => {
    const flags = (flag: string, values: Readonly<Record<string, string>>): readonly string[] =>
      Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
    const given = [...flags("--plaintext", config), ...flags("--secret", secrets)];
    if (given.length > 0) await must(["config", "set-all", ...given]);
  };
  const made = await runPulumi(["stack", "init", name], { cwd, env });
  if (made.code !== 0) throw new Error(`pulumi stack init: exit code ${made.code}\n${made.stdout}${made.stderr}`);
  await configure(options.config ?? {}, options.secrets);
  return { cwd, env, run, configure, state: async () => (await must(["stack", "export"])).stdout };
}
