import type { LimitError } from "../functions/function";

/**
 * Why a template gave no output.
 *
 * - `parse`: the text is no template (as Go's `Parse` fails)
 * - `exec`: the template met data it cannot work with (as Go's `Execute` fails)
 * - `limit`: a bound of {@link import("./limits").Limits} was reached
 */
export type TemplateErrorCode = "parse" | "exec" | "limit";

/** The kind of a problem and its place in the text; no part of it is data or a literal of the template. */
export interface Problem {
  readonly code: TemplateErrorCode;
  /** A few fixed words, with the identifiers they are about. */
  readonly reason: string;
  /** The template function that refused its input. */
  readonly function?: string;
}

/**
 * A template failed. The message is stable: `template "config.yaml" line 3, column 12: in "b64dec": ...`. It holds names of
 * functions, variables and fields, never a value, never other text of the template: both can be secret.
 */
export class TemplateError extends Error implements Problem {
  readonly code: TemplateErrorCode;
  readonly reason: string;
  readonly function?: string;

  /**
   * @param name the name the template was compiled with
   * @param line from 1
   * @param column from 1, in bytes of the line. Go reports the same place counted from 0.
   */
  constructor(
    override readonly name: string,
    readonly line: number,
    readonly column: number,
    problem: Problem,
  ) {
    const where = problem.function === undefined ? "" : `in "${problem.function}": `;
    super(`template ${JSON.stringify(name)} line ${line}, column ${column}: ${where}${problem.reason}`);
    this.code = problem.code;
    this.reason = problem.reason;
    if (problem.function !== undefined) this.function = problem.function;
  }
}

/** A problem at a byte of the template text, on its way to become a {@link TemplateError}. */
export class Failure extends Error {
  constructor(
    readonly at: number,
    readonly problem: Problem,
  ) {
    super(problem.reason);
  }
}

/** Ends a render: the data does not fit the node at that byte. */
export function fail(at: number, reason: string, name?: string): never {
  throw new Failure(at, { code: "exec", reason, ...(name === undefined ? {} : { function: name }) });
}

const BOUNDS: Readonly<Record<LimitError["bound"], string>> = {
  steps: "the render takes too many steps",
  output: "the output is too large",
  depth: "the render is nested too deeply",
  size: "the render makes too much data",
};

/** Ends a render at a bound. */
export function limit(at: number, bound: LimitError["bound"], name?: string): never {
  throw new Failure(at, { code: "limit", reason: BOUNDS[bound], ...(name === undefined ? {} : { function: name }) });
}

/** Line and column (both from 1, column in bytes) of a byte of the text. */
export function placeOf(text: string, at: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf("\n"); next >= 0 && next < at; next = text.indexOf("\n", next + 1)) {
    line++;
    start = next + 1;
  }
  return { line, column: at - start + 1 };
}

export const located = (name: string, text: string, failure: Failure): TemplateError => {
  const { line, column } = placeOf(text, failure.at);
  return new TemplateError(name, line, column, failure.problem);
};
