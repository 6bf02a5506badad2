import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { EnvironmentData } from "../../api";
import { environmentsValue, readEnvironments } from "../manifests/environments";

/** Configuration of each keyturn policy, in the policy pack's configuration file. */
export interface PolicyConfig {
  /** Path of an environments file (from the pack's folder), the document itself, or its list of environments. */
  readonly environments?: unknown;
  /** Name of the environment that the stack is for; needed where several environments use one namespace name. */
  readonly environment?: string;
}

/**
 * The environments a policy is configured with: from its configuration, else from the file that KEYTURN_ENVIRONMENTS names, else
 * from `environments.json` or `environments.yaml` in the pack's folder; undefined when there are none.
 * @throws KeyturnError when what is given cannot be read
 */
export function environmentsOf(config: PolicyConfig, folder: string): readonly EnvironmentData[] | undefined {
  const given = config.environments;
  if (typeof given === "string" && given !== "") return readEnvironments(resolve(folder, given), given);
  if (given !== undefined && given !== "")
    return environmentsValue(given, "environments in the policy's configuration");
  const named = process.env["KEYTURN_ENVIRONMENTS"];
  if (named !== undefined && named !== "") return readEnvironments(resolve(folder, named), named);
  for (const name of ["environments.json", "environments.yaml"]) {
    if (existsSync(join(folder, name))) return readEnvironments(join(folder, name), name);
  }
  return undefined;
}
