import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { App } from "cdk8s";
import { planFiles, type PlanFilesOptions } from "../files";
import { planOf } from "./declared";

/** Where {@link writeVaultFiles} writes, and what besides. */
export interface VaultFilesOptions extends PlanFilesOptions {
  /** Default: the app's own. */
  readonly outdir?: string;
}

/**
 * Writes the Vault half of an app beside its manifests: `vault/*.hcl`, `vault/roles.json`, `vault/platform.json`, `access.json`
 * and `environments.json`. Call it after `app.synth()`: `cdk8s synth` empties the output folder before it runs the app. With
 * `--format helm` the files go beside the chart's `templates/`, where Helm does not render them.
 * @param options where to (a text: the folder), and whether also as objects of vault-config-operator
 * @returns the paths written
 * @throws DeclarationError
 */
export function writeVaultFiles(app: App, options: string | VaultFilesOptions = {}): readonly string[] {
  const { outdir = outdirOf(app), ...files } = typeof options === "string" ? { outdir: options } : options;
  return [...planFiles(planOf(app), files)].map(([file, content]) => {
    const path = join(outdir, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  });
}

function outdirOf(app: App): string {
  const chart = dirname(app.outdir);
  return basename(app.outdir) === "templates" && existsSync(join(chart, "Chart.yaml")) ? chart : app.outdir;
}
