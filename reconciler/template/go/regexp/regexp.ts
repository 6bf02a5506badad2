import { RE2JS } from "re2js";
import { FunctionError, LimitError } from "../../functions/function";
import { bytesOf, isValidUtf8, runeAt, textOf } from "../bytes";
import { parseExpansion } from "./expand";
import { ByteInput, type Simulation, type Weight } from "./input";
import { INVALID, translate } from "./translate";

/** What a search tells its work to; see `Render`. */
export interface Meter {
  step(count?: number): void;
  room(size: number): void;
}

/** Programs above this are refused: about 20 MB each. */
const MAX_SIZE = 100_000;
/** Units of work (about 40 ns each) that count as one step. */
const UNITS_PER_STEP = 64;
/** Of each search. */
const UNITS_PER_SEARCH = 32;
/** Beyond this many bits (instructions times positions) re2js leaves its backtracker for the slower simulation of all threads. */
const BACKTRACK_BITS = 262_144;
const BACKTRACK_PROGRAM = 500;

type Engine = ReturnType<RE2JS["re2"]>;

/** Go's `*regexp.Regexp` on byte strings, by re2js. Safe to share: it holds no state of a search. */
export class Regexp {
  readonly #engine: Engine;
  readonly #prefix: string;
  readonly #names: ReadonlyMap<string, readonly number[]>;
  readonly #groups: number;
  readonly #isEmpty: boolean;
  /** In instructions. */
  readonly size: number;

  /** @throws FunctionError for what Go's regexp.Compile refuses, LimitError for a program that is too large. */
  constructor(pattern: string) {
    if (!isValidUtf8(pattern)) throw new FunctionError(INVALID);
    const translated = translate(textOf(pattern));
    if (translated.size > MAX_SIZE) throw new LimitError("size");
    this.#engine = compileEngine(translated.pattern);
    this.#prefix = bytesOf(String(this.#engine.prefix));
    this.#names = translated.names;
    this.#groups = this.#engine.numberOfCapturingGroups();
    this.size = Number(this.#engine.numberOfInstructions());
    this.#isEmpty = pattern === "";
  }

  /** `MatchString`. */
  matches(text: string, meter: Meter): boolean {
    const input = this.#input(text, meter);
    const found = this.#search(input, 0, 1) !== undefined;
    input.settle();
    return found;
  }

  /** `FindString`: empty also where nothing matches. */
  find(text: string, meter: Meter): string {
    const input = this.#input(text, meter);
    const found = this.#search(input, 0, 1);
    input.settle();
    return found === undefined ? "" : text.slice(found[0], found[1]);
  }

  /** `FindAllString`; undefined for its nil slice, where nothing matches. */
  findAll(text: string, limit: bigint, meter: Meter): string[] | undefined {
    const found = this.#findAllIndex(text, limit, meter);
    return found.length === 0 ? undefined : found.map(([start, end]) => text.slice(start, end));
  }

  /** `FindAllStringSubmatch` of all matches: each with its groups, which are empty where they took no part. */
  findAllSubmatch(text: string, meter: Meter): string[][] {
    return this.#findAllIndex(text, -1n, meter, 1 + this.#groups).map((match) =>
      Array.from({ length: 1 + this.#groups }, (_, group) =>
        (match[2 * group] ?? -1) < 0 ? "" : text.slice(match[2 * group], match[2 * group + 1]),
      ),
    );
  }

  /** `ReplaceAllString`: see {@link parseExpansion} for the replacement. */
  replaceAll(text: string, replacement: string, meter: Meter): string {
    if (!replacement.includes("$")) return this.replaceAllLiteral(text, replacement, meter);
    const parts = parseExpansion(replacement, this.#names, this.#groups);
    const groups = 1 + Math.max(0, ...parts.flatMap((part) => (typeof part === "string" ? [] : part)));
    return this.#replace(text, groups, meter, (match) => {
      let out = "";
      for (const part of parts) {
        if (typeof part === "string") out += part;
        else {
          const group = part.find((index) => (match[2 * index] ?? -1) >= 0);
          if (group !== undefined) out += text.slice(match[2 * group], match[2 * group + 1]);
        }
      }
      meter.step(1 + (parts.length >> 3));
      return out;
    });
  }

  /** `ReplaceAllLiteralString`. */
  replaceAllLiteral(text: string, replacement: string, meter: Meter): string {
    return this.#replace(text, 1, meter, () => replacement);
  }

  /** `Split`; undefined for its nil slice, where `limit` is 0. */
  split(text: string, limit: bigint, meter: Meter): string[] | undefined {
    if (limit === 0n) return undefined;
    if (!this.#isEmpty && text === "") return [""];
    const parts: string[] = [];
    let begin = 0;
    let end = 0;
    for (const [start = 0, stop = 0] of this.#findAllIndex(text, limit, meter)) {
      if (limit > 0n && BigInt(parts.length) >= limit - 1n) break;
      end = start;
      if (stop !== 0) parts.push(text.slice(begin, end));
      begin = stop;
    }
    if (end !== text.length) parts.push(text.slice(begin));
    return parts;
  }

  /** Go's allMatches: an empty match right behind another match does not count. */
  #findAllIndex(text: string, limit: bigint, meter: Meter, groups = 1): (readonly number[])[] {
    const input = this.#input(text, meter, groups);
    const found: (readonly number[])[] = [];
    const most = limit < 0n || limit > BigInt(text.length) ? text.length + 1 : Number(limit);
    let previousEnd = -1;
    for (let position = 0; found.length < most && position <= text.length;) {
      const match = this.#search(input, position, groups);
      if (match === undefined) break;
      const [start = 0, end = 0] = match;
      const accept = end !== position || start !== previousEnd;
      if (end === position) position += position < text.length ? runeAt(text, position).size : 1;
      else position = end;
      previousEnd = end;
      if (!accept) continue;
      meter.room(1);
      found.push(match);
    }
    input.settle();
    return found;
  }

  #replace(text: string, groups: number, meter: Meter, replacement: (match: readonly number[]) => string): string {
    const input = this.#input(text, meter, groups);
    let out = "";
    let lastEnd = 0;
    for (let position = 0; position <= text.length;) {
      const match = this.#search(input, position, groups);
      if (match === undefined) break;
      const [start = 0, end = 0] = match;
      out += text.slice(lastEnd, start);
      // Not for an empty match behind another match: `x*` would replace twice.
      if (end > lastEnd || start === 0) {
        const put = replacement(match);
        meter.room(put.length);
        out += put;
      }
      lastEnd = end;
      const width = position < text.length ? runeAt(text, position).size : 0;
      if (position + width > end) position += width;
      else if (position + 1 > end) position++;
      else position = end;
    }
    input.settle();
    return out + text.slice(lastEnd);
  }

  #input(text: string, meter: Meter, groups = 1): ByteInput {
    const charge = (units: number): void => meter.step(Math.ceil(units / UNITS_PER_STEP));
    return new ByteInput(text, this.#prefix, { ...this.#weight(text.length, groups), charge });
  }

  /** Which of its engines re2js takes, and what a rune costs there. */
  #weight(length: number, groups: number): Omit<Weight, "charge"> {
    const engine = this.#engine;
    const isLiteral = engine.prefixComplete && this.#groups === 0;
    if (isLiteral || engine.onepass !== null) return { read: 1, thread: 0 };
    // The backtracker visits some instructions for each rune it reads, never one twice at the same place.
    const isBacktracked = this.size <= BACKTRACK_PROGRAM && length <= Math.floor(BACKTRACK_BITS / this.size);
    if (isBacktracked) return { read: 1 + this.size / 4, thread: 0 };
    // Each thread of the simulation carries the places of the groups.
    return { read: 1, thread: 3 + groups / 4, simulation: this.#simulation() };
  }

  /** The simulation that the next search takes; a search that was ended by an error has kept the one it had. */
  #simulation(): Simulation {
    const pool = this.#engine.machinePool as Simulation[];
    if (pool.length === 0) {
      const weight = { read: 0, thread: 0, charge: () => undefined };
      this.#engine.doExecuteNFA(new ByteInput("", this.#prefix, weight), 0, 0, 2);
    }
    return pool.at(-1) as Simulation;
  }

  /** The leftmost match from a position on: start and end of it and of its groups, -1 where a group took no part. */
  #search(input: ByteInput, position: number, groups: number): readonly number[] | undefined {
    input.add(UNITS_PER_SEARCH);
    const match = this.#engine.executeEngine(input, position, 0, 2 * groups) as readonly number[] | null;
    return match ?? undefined;
  }
}

function compileEngine(pattern: string): Engine {
  let engine: Engine;
  try {
    engine = RE2JS.compile(pattern).re2();
  } catch {
    throw new FunctionError(INVALID);
  }
  // It looks for literals of the match in the text, in a form that our input does not have.
  engine.prefilter = null;
  return engine;
}
