import { copyFileSync, globSync, mkdirSync, mkdtempSync } from "node:fs";
import { join, resolve } from "node:path";
import * as esbuild from "esbuild";

export const ROOT = resolve(__dirname, "../..");

/** The policies as the build lays them out, in a folder of their own inside the repository, where their imports resolve. */
export async function buildPolicies(): Promise<string> {
  mkdirSync(join(ROOT, "build"), { recursive: true });
  const outdir = mkdtempSync(join(ROOT, "build/policies-"));
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: globSync(["api/**/*.ts", "policies/**/*.ts", "components/peers.ts", "components/model/*.ts"], {
      cwd: ROOT,
    }),
    outdir,
    outbase: ".",
    platform: "node",
    format: "cjs",
    target: "node22",
    logLevel: "error",
  });
  for (const file of ["PulumiPolicy.yaml", "package.json"]) {
    copyFileSync(join(ROOT, "policies/pulumi/pack", file), join(outdir, "policies/pulumi/pack", file));
  }
  return outdir;
}
