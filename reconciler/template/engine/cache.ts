import { hash } from "node:crypto";
import { TemplateError } from "./errors";
import { compileProgram, type Program, type Source } from "./program";

/** How much a {@link ProgramCache} keeps. */
export interface CacheBounds {
  /** Programs and refusals. */
  readonly entries: number;
  /** Bytes of template text, which is about a tenth of the memory of its program. */
  readonly text: number;
}

/** Holds 10,000 ExternalSecrets with a few templates each, most of which share their text. */
const CACHE_BOUNDS: CacheBounds = { entries: 10_000, text: 8 * 1024 * 1024 };

type Outcome = ({ readonly program: Program } | { readonly failure: TemplateError }) & { readonly text: number };

/**
 * Compiled programs by their text and delimiters, the least recently used dropped first. A refused text is kept as well, because
 * it is asked for at every refresh. The name is part of the key only for texts that define or invoke templates.
 */
export class ProgramCache {
  readonly #entries = new Map<string, Outcome>();
  #text = 0;

  constructor(readonly bounds: CacheBounds = CACHE_BOUNDS) {}

  get size(): number {
    return this.#entries.size;
  }

  /** Throws {@link TemplateError} with the name asked for. */
  get(source: Source): Program {
    const shared = keyOf(source);
    const own = `${shared}${source.name}`;
    const outcome = this.#find(shared) ?? this.#find(own) ?? this.#compile(source, shared, own);
    if ("program" in outcome) return outcome.program;
    const { failure } = outcome;
    throw new TemplateError(source.name, failure.line, failure.column, failure);
  }

  #find(key: string): Outcome | undefined {
    const outcome = this.#entries.get(key);
    if (outcome === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, outcome);
    return outcome;
  }

  #compile(source: Source, shared: string, own: string): Outcome {
    try {
      const program = compileProgram(source);
      return this.#keep(program.usesNames ? own : shared, { program, text: source.text.length });
    } catch (failure) {
      if (!(failure instanceof TemplateError)) throw failure;
      return this.#keep(own, { failure, text: source.text.length });
    }
  }

  #keep(key: string, outcome: Outcome): Outcome {
    this.#entries.set(key, outcome);
    this.#text += outcome.text;
    for (const [oldest, { text }] of this.#entries) {
      if (this.#entries.size <= this.bounds.entries && this.#text <= this.bounds.text) break;
      this.#entries.delete(oldest);
      this.#text -= text;
    }
    return outcome;
  }
}

/** A hash, so that no text is held twice; lengths first, so that no two different triples read the same. */
const keyOf = ({ text, left, right }: Source): string =>
  hash("sha256", `${left.length},${right.length}:${left}${right}${text}`, "base64");
