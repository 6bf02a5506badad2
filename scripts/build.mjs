// Writes dist/: one CommonJS file per source file (so that importing one subpath never loads another world) and the
// reconciler as a single bundled file. Declarations are written by `tsc -p tsconfig.build.json`. An argument is another folder than dist/.
import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = resolve(root, process.argv[2] ?? "dist");
const rooms = ["api", "components", "policies", "reconciler", "sandbox", "cli", "stacks"];
const RECONCILER_LIMIT = 900_000;
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const sources = [join(root, "index.ts")].concat(
  rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true })
      .map((file) => join(root, room, String(file)))
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts") && !file.includes("node_modules")),
  ),
);

rmSync(dist, { recursive: true, force: true });
const common = { platform: "node", format: "cjs", target: "node22", logLevel: "warning", absWorkingDir: root };
await esbuild.build({ ...common, entryPoints: sources, outdir: dist, outbase: "." });
await esbuild.build({
  ...common,
  entryPoints: ["reconciler/main.ts"],
  outfile: join(dist, "reconciler.cjs"),
  bundle: true,
  minify: true,
  keepNames: true,
  legalComments: "eof",
  // The bundle has no package.json beside it.
  define: { KEYTURN_VERSION: JSON.stringify(version) },
});
chmodSync(join(dist, "cli/main.js"), 0o755);
// What makes these folders a policy pack and a plugin for Pulumi besides their programs.
for (const [folder, file] of [
  ["policies/pulumi/pack", "PulumiPolicy.yaml"],
  ["components/pulumi/plugin", "PulumiPlugin.yaml"],
])
  for (const name of [file, "package.json"]) copyFileSync(join(root, folder, name), join(dist, folder, name));

const size = statSync(join(dist, "reconciler.cjs")).size;
if (size > RECONCILER_LIMIT) {
  console.error(`dist/reconciler.cjs has ${size} bytes; the limit is ${RECONCILER_LIMIT}.`);
  process.exit(1);
}
console.log(
  `built ${sources.length} files, ${relative(root, join(dist, "reconciler.cjs"))} ${Math.round(size / 1000)} kB`,
);
