import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The version in keyturn's package.json, which lies one folder up from the sources and two from the built files. */
export function keyturnVersion(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
        name?: string;
        version?: string;
      };
      if (manifest.name === "keyturn" && manifest.version !== undefined) return manifest.version;
    } catch {
      // No package.json here.
    }
  }
  return "0.0.0";
}
