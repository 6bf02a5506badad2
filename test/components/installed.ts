import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "../..");
/** Built once a test file. */
let built: string | undefined;

/**
 * Puts keyturn into `folder/node_modules` as npm does, freshly built, beside links to the named packages and to nothing else. Returns the
 * package's folder.
 */
export function installPackage(folder: string, beside: readonly string[]): string {
  const modules = join(folder, "node_modules");
  const installed = join(modules, "keyturn");
  mkdirSync(installed, { recursive: true });
  if (built === undefined) {
    built = join(installed, "dist");
    execFileSync(process.execPath, [join(ROOT, "scripts/build.mjs"), built], { stdio: "pipe" });
  } else cpSync(built, join(installed, "dist"), { recursive: true });
  copyFileSync(join(ROOT, "package.json"), join(installed, "package.json"));
  link(modules, [...DEPENDENCIES, ...beside]);
  return installed;
}

/** Links packages of this checkout into another `node_modules`. */
export function link(modules: string, names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  }
}

const { dependencies } = jest.requireActual<{ readonly dependencies: object }>("../../package.json");
const DEPENDENCIES = Object.keys(dependencies);
