import "../peers";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { construct } from "./construct";
import { packageSchema } from "./schema";

/** Serves the components to the Pulumi engine, for programs in any language, until the engine ends the process. */
export async function serve(): Promise<void> {
  const version = ownVersion();
  await pulumi.provider.main(
    { version, construct, getSchema: async () => JSON.stringify(packageSchema(version)) },
    process.argv.slice(2),
  );
}

/** Of this package: its package.json is three folders up from the sources, four from `dist`. */
function ownVersion(): string {
  for (const up of ["../../..", "../../../.."]) {
    try {
      const manifest = JSON.parse(readFileSync(join(__dirname, up, "package.json"), "utf8")) as {
        readonly name: string;
        readonly version: string;
      };
      if (manifest.name === "keyturn") return manifest.version;
    } catch {
      continue;
    }
  }
  return "0.0.0";
}
