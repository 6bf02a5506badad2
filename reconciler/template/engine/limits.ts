/**
 * Bounds of one template. A template is written by whoever may write an ExternalSecret, so that it must not be able to stop or
 * fill the reconciler; a Secret holds 1 MiB, and these leave ample room to make one.
 */
export interface Limits {
  /** Nested parentheses and control actions in the text. Go stops at 10,000 parentheses; we at a depth the stack surely holds. */
  readonly parseDepth: number;
  /**
   * Work units of a render: each node, call, iteration, and each 256 bytes of text given to a function or returned by it,
   * and each 8 bytes or elements it says it makes.
   */
  readonly steps: number;
  /** Bytes of output. */
  readonly output: number;
  /** Nested control actions, parentheses and template invocations at run time. Go allows 100,000 invocations. */
  readonly depth: number;
  /** Bytes or elements made by functions in one render, summed up. */
  readonly made: number;
}

export const DEFAULT_LIMITS: Limits = {
  parseDepth: 400,
  steps: 1_000_000,
  output: 4 * 1024 * 1024,
  depth: 800,
  made: 8 * 1024 * 1024,
};
