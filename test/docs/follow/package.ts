import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../compile";

interface Manifest {
  readonly bin?: string | Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Packs the package as `npm publish` would, into a folder. */
export function pack(dir: string): string {
  if (!existsSync(join(ROOT, "dist/index.js"))) throw new Error("dist/ is not built: run `npm run build:js`");
  const output = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", dir], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [file = ""] = /[\w.-]+\.tgz/.exec(output) ?? [];
  return join(dir, file);
}

/**
 * What `npm install PACKAGES` comes to without a registry: keyturn is unpacked from the tarball, everything else is the repository's
 * own copy.
 */
export function install(dir: string, packages: readonly string[], tarball: string): void {
  for (const name of packages) {
    const target = join(dir, "node_modules", name);
    if (existsSync(target)) continue;
    mkdirSync(name === "keyturn" ? target : dirname(target), { recursive: true });
    if (name === "keyturn") execFileSync("tar", ["xzf", tarball, "-C", target, "--strip-components", "1"]);
    else if (existsSync(join(ROOT, "node_modules", name))) symlinkSync(join(ROOT, "node_modules", name), target);
    else throw new Error(`npm install ${name}: the repository has no such package to link`);
    const { bin = {}, dependencies = {} } = JSON.parse(readFileSync(join(target, "package.json"), "utf8")) as Manifest;
    for (const [command, path] of Object.entries(typeof bin === "string" ? { [name]: bin } : bin)) {
      mkdirSync(join(dir, "node_modules/.bin"), { recursive: true });
      symlinkSync(join(target, path), join(dir, "node_modules/.bin", command));
    }
    if (name === "keyturn") install(dir, Object.keys(dependencies), tarball);
  }
}
