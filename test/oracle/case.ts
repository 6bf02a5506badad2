/** One line of the corpus: a template, what it is given, and nothing about the result: Go says that. */
export interface TemplateCase {
  readonly template: string;
  readonly data?: Readonly<Record<string, string>>;
  /** Values that are not UTF-8, as base64. */
  readonly dataB64?: Readonly<Record<string, string>>;
  readonly delims?: readonly [left: string, right: string];
  /** An accepted difference: why, and what ours gives. It appears in the documentation; a case that no longer differs fails. */
  readonly explained?: { readonly reason: string; readonly ours: Answer };
}

/** What a render gave: `out`, or `outB64` when the bytes are not UTF-8, or the class of the error. */
export interface Answer {
  readonly out?: string;
  readonly outB64?: string;
  readonly error?: { readonly code: "parse" | "exec" | "limit" | "request" | "crash"; readonly message?: string };
}

export interface QueryCase {
  readonly json: string;
  readonly path: string;
}

/** gjson's Result. `rawB64` and `strB64` stand instead of `raw` and `str` when the bytes are not UTF-8. */
export interface QueryAnswer {
  readonly exists: boolean;
  readonly type: string;
  readonly raw: string;
  readonly str: string;
  readonly rawB64?: string;
  readonly strB64?: string;
  readonly error?: { readonly code: string; readonly message?: string };
}

/** Two answers are the same when the bytes are, or when both are errors of one class. Where Go itself crashes, ours is a limit. */
export function sameAnswer(a: Answer, b: Answer): boolean {
  if (a.error?.code === "crash" || b.error?.code === "crash")
    return a.error?.code === "limit" || b.error?.code === "limit";
  if (a.error !== undefined || b.error !== undefined) return a.error?.code === b.error?.code;
  return a.out === b.out && a.outB64 === b.outB64;
}
