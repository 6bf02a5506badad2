import type { Value } from "../go/value";

/** One row of the function table; the documentation page is generated from it. */
export interface GoFunction {
  readonly name: string;
  /**
   * In Go's own words: `func(count int, str string) string`, `func(v ...interface{}) (string, error)`. Arguments are checked
   * and converted by it before `call` runs, as `text/template` does by reflection; the names appear in the documentation.
   */
  readonly signature: string;
  /** One sentence, for the documentation. */
  readonly doc: string;
  /** An example and its result, for the documentation; checked by a test. Absent where the result is random. */
  readonly example?: readonly [template: string, result: string];
  /** Each call can give another result, so the reconciler renders again only when an input or the template changed. */
  readonly random?: true;
  /** Variadic arguments arrive one by one. Throws {@link FunctionError} where Go returns an error or panics. */
  readonly call: (args: readonly Value[], render: Render) => Value;
}

/** What a running render lends to its functions: the world they may know, and the bounds. */
export interface Render {
  /** Nanoseconds since 1970. */
  readonly now: bigint;
  random(size: number): Uint8Array;
  /** Counts work that grows with the input (an element made, a comparison). Throws {@link LimitError}. */
  step(count?: number): void;
  /** To be called before a string or list of that many bytes or elements is built. Throws {@link LimitError}. */
  room(size: number): void;
}

/** A function refused its input. `reason` names the kind of problem in a few fixed words and never contains a value. */
export class FunctionError extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** A bound of the render was reached. */
export class LimitError extends Error {
  constructor(readonly bound: "steps" | "output" | "depth" | "size") {
    super(bound);
  }
}
