/**
 * `npm run bench:template`: what a compile and a render of realistic templates cost, beside Go's own text/template with sprig in the
 * same run; the memory of many compiled templates; and how soon hostile ones end.
 *
 *     npm run bench:template -- [--rounds 9] [--count 2000]
 *
 * Prints tables and writes bench/results/template.json.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { answerQuery } from "../cli/template/answer";
import { compileTemplate, DEFAULT_LIMITS, TemplateError, type World } from "../reconciler/template";
import { goBench } from "../test/oracle/oracle";
import { ourRender } from "../test/oracle/ours";
import { memory } from "./proc";
import { table } from "./table";
import { HOSTILE, HOSTILE_QUERIES, REALISTIC } from "./template-cases";

const world: World = { now: 1_700_000_000_000_000_000n, random: (size) => randomBytes(size) };
/** Limits given make a template that is not cached. */
const UNCACHED = { limits: DEFAULT_LIMITS };

interface Timing {
  readonly name: string;
  /** Nanoseconds, medians of the rounds. */
  readonly goParse: number;
  readonly compile: number;
  readonly goRender: number;
  readonly render: number;
  /** Median of the rounds' own ratios. */
  readonly ratio: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

function nanoseconds(count: number, work: () => void): number {
  const start = process.hrtime.bigint();
  for (let index = 0; index < count; index++) work();
  return Number(process.hrtime.bigint() - start) / count;
}

async function realistic(rounds: number, count: number): Promise<Timing[]> {
  const timings: Timing[] = [];
  for (const { name, template, data = {} } of REALISTIC) {
    const values = new Map(Object.entries(data).map(([key, text]) => [key, Buffer.from(text)]));
    const compiled = compileTemplate(template);
    const render = (): unknown => compiled.render(values, world);
    const compile = (): unknown => compileTemplate(template, UNCACHED);
    nanoseconds(count, render);
    nanoseconds(count >> 2, compile);
    const samples: { goParse: number; compile: number; goRender: number; render: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const [go] = await goBench([{ template, data, count }]);
      const ours = Buffer.from(compiled.render(values, world)).toString("utf8");
      if (go === undefined || go.out !== ours) throw new Error(`${name}: Go renders something else`);
      samples.push({
        goParse: go.parseNs,
        goRender: go.renderNs,
        compile: nanoseconds(count >> 2, compile),
        render: nanoseconds(count, render),
      });
    }
    timings.push({
      name,
      goParse: median(samples.map((sample) => sample.goParse)),
      compile: median(samples.map((sample) => sample.compile)),
      goRender: median(samples.map((sample) => sample.goRender)),
      render: median(samples.map((sample) => sample.render)),
      ratio: median(samples.map((sample) => sample.render / sample.goRender)),
    });
  }
  return timings;
}

/** Heap bytes of many different compiled templates, each. */
function compiledMemory(many: number): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const used = (): number => {
    collect();
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  const kept = Array.from({ length: many }, (_, index) => {
    const { template } = REALISTIC[index % REALISTIC.length]!;
    return compileTemplate(`${template}{{/* ${index} */}}`, UNCACHED);
  });
  const bytes = (used() - before) / many;
  if (kept.length !== many) throw new Error("the templates were not kept");
  return bytes;
}

interface Hostile {
  readonly name: string;
  readonly milliseconds: number;
  readonly outcome: string;
}

function hostile(): Hostile[] {
  const timed = (name: string, work: () => string): Hostile => {
    const start = performance.now();
    const outcome = work();
    return { name, milliseconds: Math.round((performance.now() - start) * 10) / 10, outcome };
  };
  return [
    ...HOSTILE.map((entry) => timed(entry.name, () => ourRender(entry).error?.code ?? "rendered")),
    ...HOSTILE_QUERIES.map(({ name, json, path }) =>
      timed(`query: ${name}`, () => {
        const { error } = answerQuery(Buffer.from(JSON.stringify({ json, path })));
        return error?.code ?? "answered";
      }),
    ),
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: "string", default: "9" }, count: { type: "string", default: "2000" } },
  });
  const [rounds, count, many] = [Number(values.rounds), Number(values.count), 10_000];
  if (!(rounds >= 1 && count >= 4)) throw new Error("--rounds 9 --count 2000: both are numbers");
  const bytes = compiledMemory(many);
  const timings = await realistic(rounds, count);
  const before = memory(process.pid).rss;
  const ends = hostile();
  const after = memory(process.pid);
  const us = (ns: number): string => (ns / 1000).toFixed(1);
  console.log(
    table(
      ["microseconds, medians", "Go parse", "compile", "Go render", "render", "render, times Go's"],
      timings.map((row) => [
        row.name,
        us(row.goParse),
        us(row.compile),
        us(row.goRender),
        us(row.render),
        row.ratio.toFixed(2),
      ]),
    ),
  );
  console.log(`\n${many} compiled templates: ${(bytes / 1024).toFixed(1)} KiB each\n`);
  console.log(
    table(
      ["hostile", "ms", "ends as"],
      ends.map((row) => [row.name, row.milliseconds, row.outcome]),
    ),
  );
  console.log(`\nRSS before ${before} MiB, highest ${after.peak} MiB`);
  const worst = Math.max(...timings.map(({ ratio }) => ratio));
  console.log(`slowest against Go: ${worst.toFixed(2)}`);
  mkdirSync(join(__dirname, "results"), { recursive: true });
  const results = {
    node: process.version,
    rounds,
    count,
    timings,
    compiledBytes: bytes,
    hostile: ends,
    peakMiB: after.peak,
  };
  writeFileSync(join(__dirname, "results/template.json"), `${JSON.stringify(results, undefined, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof TemplateError ? error.message : error);
  process.exitCode = 1;
});
