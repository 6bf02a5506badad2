/**
 * `npm run bench:synth`: AppSecrets through keyturn/cdk8s beside the same ExternalSecrets written as plain ApiObjects, ten a chart,
 * and the pure `plan` of as many. Each measurement is a process of its own; rounds alternate between the two.
 *
 *     npm run bench:synth -- [--sizes 100,1000,10000] [--rounds 5]
 *
 * The programs are bundled first (cdk8s and constructs stay outside), so that no loader of TypeScript is measured. Prints tables
 * and writes bench/results/synth.json.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import type { Measured } from "./synth-child";
import { table } from "./table";

const root = join(__dirname, "..");
const PROGRAMS = ["plain", "keyturn", "plan"] as const;
type Program = (typeof PROGRAMS)[number];

interface Run extends Measured {
  /** From the start of the process to its end. */
  readonly wallSeconds: number;
}

interface Comparison {
  readonly size: number;
  /** Medians of the rounds. */
  readonly plain: Run;
  readonly keyturn: Run;
  readonly plan: Run;
  /** Medians of the rounds' own ratios, keyturn to plain. */
  readonly ratio: Run;
}

const FIELDS = ["wallSeconds", "seconds", "cpuSeconds", "peakMiB", "liveMiB"] as const;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

function medians(runs: readonly Run[]): Run {
  return ofFields((field) => median(runs.map((run) => run[field])));
}

function ofFields(value: (field: keyof Run) => number): Run {
  return Object.fromEntries(FIELDS.map((field) => [field, value(field)])) as Record<keyof Run, number>;
}

function run(folder: string, program: Program, size: number): { readonly run: Run; readonly digest: string } {
  // In memory where possible: what the disk does at the moment is not measured.
  const outdir = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : folder, "bench-synth-"));
  try {
    const start = performance.now();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(folder, `synth-${program}.cjs`), String(size), outdir],
      { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } },
    );
    const wallSeconds = (performance.now() - start) / 1000;
    if (status !== 0) throw new Error(`${program} of ${size}: exit code ${status}\n${stderr}`);
    return { run: { wallSeconds, ...(JSON.parse(stdout) as Measured) }, digest: digestOf(outdir) };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function digestOf(folder: string): string {
  const hash = createHash("sha256");
  for (const file of readdirSync(folder).sort()) hash.update(`${file}\n`).update(readFileSync(join(folder, file)));
  return hash.digest("hex");
}

function compare(folder: string, size: number, rounds: number): Comparison {
  const runs: Record<Program, Run[]> = { plain: [], keyturn: [], plan: [] };
  for (let round = 0; round < rounds; round++) {
    // Who goes first alternates too.
    const order: readonly Program[] = round % 2 === 0 ? PROGRAMS : [...PROGRAMS].reverse();
    const digests = new Map<Program, string>();
    for (const program of order) {
      const done = run(folder, program, size);
      runs[program].push(done.run);
      digests.set(program, done.digest);
    }
    if (digests.get("plain") !== digests.get("keyturn"))
      throw new Error(`${size}: keyturn and the plain program wrote different files`);
  }
  const ratios = runs.keyturn.map((own, round) => ofFields((field) => own[field] / runs.plain[round]![field]));
  return {
    size,
    plain: medians(runs.plain),
    keyturn: medians(runs.keyturn),
    plan: medians(runs.plan),
    ratio: medians(ratios),
  };
}

/** The exponent k of time ~ size^k between two sizes: 1 is linear, 2 quadratic. */
function exponent(from: Comparison, to: Comparison, of: (row: Comparison) => number): number {
  return Math.log(of(to) / of(from)) / Math.log(to.size / from.size);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { sizes: { type: "string", default: "100,1000,10000" }, rounds: { type: "string", default: "5" } },
  });
  const sizes = values.sizes.split(",").map(Number);
  const rounds = Number(values.rounds);
  if (sizes.some((size) => !(Number.isInteger(size) && size >= 1)) || !(Number.isInteger(rounds) && rounds >= 1))
    throw new Error("--sizes 100,1000,10000 --rounds 5: whole numbers");
  mkdirSync(join(root, "build"), { recursive: true });
  // Inside the checkout, where cdk8s is found.
  const folder = mkdtempSync(join(root, "build/bench-synth-"));
  const load = loadavg()[0];
  try {
    await build({
      entryPoints: PROGRAMS.map((program) => join(__dirname, `synth-${program}.ts`)),
      outdir: folder,
      outExtension: { ".js": ".cjs" },
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node22",
      external: ["cdk8s", "constructs"],
      logLevel: "warning",
    });
    const results = sizes.map((size) => {
      const result = compare(folder, size, rounds);
      console.error(`${size}: keyturn ${result.ratio.wallSeconds.toFixed(2)} times the plain program`);
      return result;
    });
    report(results, rounds);
    mkdirSync(join(__dirname, "results"), { recursive: true });
    const growth = results.slice(1).map((to, at) => growthOf(results[at]!, to));
    const file = { when: new Date().toISOString(), cpu: cpus()[0]?.model, cores: cpus().length, load };
    writeFileSync(
      join(__dirname, "results/synth.json"),
      `${JSON.stringify({ ...file, node: process.version, rounds, results, growth }, undefined, 2)}\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function growthOf(from: Comparison, to: Comparison) {
  return {
    from: from.size,
    to: to.size,
    plain: exponent(from, to, (row) => row.plain.cpuSeconds),
    keyturn: exponent(from, to, (row) => row.keyturn.cpuSeconds),
    plan: exponent(from, to, (row) => row.plan.seconds),
  };
}

function report(results: readonly Comparison[], rounds: number): void {
  const row = (name: string, of: Run, [time, memory]: readonly [number, number]) => [
    name,
    of.wallSeconds.toFixed(time),
    of.seconds.toFixed(time),
    of.cpuSeconds.toFixed(time),
    of.peakMiB.toFixed(memory),
    of.liveMiB.toFixed(memory),
  ];
  const header = [`medians of ${rounds}`, "process, s", "work, s", "CPU, s", "peak, MiB", "live heap, MiB"];
  const rows = results.flatMap(({ size, plain, keyturn, ratio, plan }) => [
    row(`${size} as plain ApiObjects`, plain, [3, 1]),
    row(`${size} through keyturn/cdk8s`, keyturn, [3, 1]),
    row("  keyturn, times plain", ratio, [2, 2]),
    row(`${size}, plan alone`, plan, [3, 1]),
  ]);
  console.log(table(header, rows));
  if (results.length < 2) return;
  const growth = results.slice(1).map((to, at) => growthOf(results[at]!, to));
  console.log(
    `\n${table(
      ["growth of the CPU time: exponent (1 is linear)", "plain", "keyturn", "plan"],
      growth.map(({ from, to, ...of }) => [
        `${from} to ${to}`,
        ...[of.plain, of.keyturn, of.plan].map((value) => value.toFixed(2)),
      ]),
    )}`,
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
