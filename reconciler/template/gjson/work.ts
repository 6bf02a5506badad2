import { LimitError } from "../functions/function";

/** Bytes one query may look at or build, beside 16 for each byte of its document: about a tenth of a second. */
const STEPS = 16 * 1024 * 1024;
/** Nesting of a query: path parts within path parts, elements of `@dig`, stars of one pattern. Keeps far from the end of the stack. */
const DEPTH = 500;

/**
 * What one query has spent. gjson has no such bounds but for its wildcards: a path of a few hundred bytes can double the result
 * with each part (`[@this,@this].[@this,@this]...`) or look at a document once for each of its levels.
 */
export class Work {
  private left: number;
  private depth = 0;

  constructor(documentBytes: number) {
    this.left = STEPS + 16 * documentBytes;
  }

  /** @throws LimitError */
  spend(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0) throw new LimitError("steps");
  }

  /** To be followed by {@link leave}, unless the query ends by an exception. @throws LimitError */
  enter(): void {
    if (++this.depth > DEPTH) throw new LimitError("depth");
  }

  leave(): void {
    this.depth--;
  }
}
