import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { App } from "cdk8s";
import { planFiles } from "../files";
import { planOf } from "./declared";

/**
 * Writes the Vault half of an app beside its manifests: `vault/*.hcl`, `vault/roles.json`, `vault/platform.json`, `access.json`
 * and `environments.json`. Call it after `app.synth()`: `cdk8s synth` empties the output folder before it runs the app. With
 * `--format helm` the files go beside the chart's `templates/`, where Helm does not render them.
 * @param outdir default: the app's own
 * @returns the paths written
 * @throws DeclarationError
 */
export function writeVaultFiles(app: App, outdir: string = outdirOf(app)): readonly string[] {
  return [...planFiles(planOf(app))].map(([file, content]) => {
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
