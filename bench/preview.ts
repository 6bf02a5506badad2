/**
 * `npm run bench:preview`: `pulumi preview` of AppSecrets, of as many bare CustomResources with the same content, and of these in
 * the smallest component each, by the real engine on the bed's servers with the bed's test providers.
 *
 *     npm run bench:preview -- [--count 1000] [--rounds 3]
 *
 * Every preview is a CLI of its own, rounds alternate. What a preview of nothing takes is measured too and taken off before the
 * time is divided by the registered resources. Prints tables and writes bench/results/preview.json.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { startBed, type RunningBed } from "../test/bed";
import { send } from "../test/bed/kube";
import { pulumiStack, type PulumiStack } from "../test/bed/pulumi/stack";
import { TEAMS } from "./synth-data";
import { table } from "./table";

const root = join(__dirname, "..");
const PROGRAMS = ["plain", "wrapped", "keyturn"] as const;
const KINDS = ["nothing", ...PROGRAMS] as const;
type Kind = (typeof KINDS)[number];

interface Preview {
  readonly seconds: number;
  /** Without the stack itself. */
  readonly resources: number;
  readonly components: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { count: { type: "string", default: "1000" }, rounds: { type: "string", default: "3" } },
  });
  const [count, rounds] = [Number(values.count), Number(values.rounds)];
  if (![count, rounds].every((value) => Number.isInteger(value) && value >= 1))
    throw new Error("--count 1000 --rounds 3: whole numbers");
  mkdirSync(join(root, "build"), { recursive: true });
  // Inside the checkout, where @pulumi/pulumi is found.
  const folder = mkdtempSync(join(root, "build/bench-preview-"));
  const load = loadavg()[0];
  let bed: RunningBed | undefined;
  try {
    await bundle(folder);
    bed = await startBed({ progress: (line) => console.error(line) });
    process.env["KEYTURN_BED"] = bed.file;
    for (let team = 0; team < TEAMS; team++)
      await send("POST", "/api/v1/namespaces", { metadata: { name: `team-${team}` } });
    const stacks = new Map<Kind, PulumiStack>();
    for (const program of PROGRAMS) stacks.set(program, await pulumiStack(bed, { source: join(folder, program) }));
    stacks.set("nothing", stacks.get("plain")!);
    const previews = new Map<Kind, Preview[]>(KINDS.map((kind) => [kind, []]));
    // A first round of each fills the plugins' compile caches.
    for (let round = 0; round <= rounds; round++) {
      const order = round % 2 === 0 ? KINDS : [...KINDS].reverse();
      for (const kind of order) {
        const done = await preview(stacks.get(kind)!, kind === "nothing" ? 0 : round === 0 ? 10 : count);
        if (round > 0) previews.get(kind)!.push(done);
        console.error(`${kind}: ${done.resources} resources in ${done.seconds.toFixed(2)} s`);
      }
    }
    report(previews, { count, rounds, load });
  } finally {
    await bed?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundle(folder: string): Promise<void> {
  await build({
    entryPoints: PROGRAMS.map((program) => ({ in: join(__dirname, `preview-${program}.ts`), out: `${program}/index` })),
    outdir: folder,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    external: ["@pulumi/*"],
    logLevel: "warning",
  });
  for (const program of PROGRAMS) {
    const project = { name: `bench-${program}`, runtime: { name: "nodejs", options: { typescript: false } } };
    writeFileSync(join(folder, program, "Pulumi.yaml"), JSON.stringify({ ...project, main: "index.js" }));
  }
}

async function preview(stack: PulumiStack, count: number): Promise<Preview> {
  const env = { BENCH_COUNT: String(count) };
  const { code, stdout, stderr, seconds } = await stack.run(["preview", "--json"], { env, within: 1_800_000 });
  if (code !== 0) throw new Error(`pulumi preview: exit code ${code}\n${stdout.slice(-4000)}${stderr.slice(-2000)}`);
  const { steps } = JSON.parse(stdout) as {
    readonly steps: readonly { readonly newState?: { type: string; custom: boolean } }[];
  };
  const made = steps.flatMap(({ newState }) =>
    newState === undefined || newState.type === "pulumi:pulumi:Stack" ? [] : [newState],
  );
  const own = made.filter(({ type }) => !type.startsWith("pulumi:providers:"));
  return { seconds, resources: own.length, components: own.filter(({ custom }) => !custom).length };
}

interface Settings {
  readonly count: number;
  readonly rounds: number;
  readonly load: number | undefined;
}

function report(previews: ReadonlyMap<Kind, readonly Preview[]>, settings: Settings): void {
  const nothing = median(previews.get("nothing")!.map(({ seconds }) => seconds));
  const perResource = ({ seconds, resources }: Preview): number => ((seconds - nothing) * 1000) / resources;
  const results = PROGRAMS.map((program) => {
    const own = previews.get(program)!;
    const against = (other: Kind): number =>
      median(own.map((done, round) => perResource(done) / perResource(previews.get(other)![round]!)));
    const { resources, components } = own[0]!;
    return {
      program,
      seconds: median(own.map(({ seconds }) => seconds)),
      resources,
      components,
      perResourceMs: median(own.map(perResource)),
      timesPlain: against("plain"),
      timesWrapped: against("wrapped"),
    };
  });
  console.log(`a preview of nothing: ${nothing.toFixed(2)} s; medians of ${settings.rounds}\n`);
  console.log(
    table(
      ["", "seconds", "resources", "components", "ms a resource", "times plain", "times wrapped"],
      results.map((row) => [
        `${settings.count} ${row.program}`,
        row.seconds.toFixed(2),
        row.resources,
        row.components,
        row.perResourceMs.toFixed(2),
        row.timesPlain.toFixed(2),
        row.timesWrapped.toFixed(2),
      ]),
    ),
  );
  mkdirSync(join(__dirname, "results"), { recursive: true });
  const machine = {
    when: new Date().toISOString(),
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    node: process.version,
  };
  writeFileSync(
    join(__dirname, "results/preview.json"),
    `${JSON.stringify({ ...machine, ...settings, nothingSeconds: nothing, results }, undefined, 2)}\n`,
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
