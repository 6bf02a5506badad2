import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Put in by the build of the bundle, which has no package.json beside it. */
declare const KEYTURN_VERSION: string | undefined;

/** keyturn's version. */
export function keyturnVersion(): string {
  if (typeof KEYTURN_VERSION === "string") return KEYTURN_VERSION;
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
        name?: string;
        version?: string;
      };
      if (manifest.name === "keyturn" && manifest.version !== undefined) return manifest.version;
    } catch {
      // Not here: further up.
    }
  }
  return "0.0.0";
}
