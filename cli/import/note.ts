import { plain } from "../../policies/reports/plain";

/**
 * Something of the input that the declarations do not say. No text of a note holds a value of the input that may be a secret.
 *
 * - `left-out`: the object is not declared, because what it makes would become something else;
 * - `differs`: it is declared, and this one field will be otherwise;
 * - `hint`: nothing is lost; a choice that was made for the reader.
 */
export interface Note {
  readonly level: "left-out" | "differs" | "hint";
  /** `ExternalSecret payments/db`. */
  readonly object: string;
  /** `spec.target.template`; empty for the whole object. */
  readonly field: string;
  readonly reason: string;
  readonly remedy: string;
}

/** One line: `ExternalSecret payments/db › spec.target.template: reason (remedy)`. */
export function noteLine({ object, field, reason, remedy }: Note): string {
  return plain(`${object}${field === "" ? "" : ` › ${field}`}: ${reason}${remedy === "" ? "" : ` (${remedy})`}`);
}

/** True when the note says that something could not be expressed. */
export function isLoss(note: Note): boolean {
  return note.level !== "hint";
}
