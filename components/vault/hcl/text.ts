import { ScanProblem, type Position } from "./syntax";

/** A text that is read from left to right. */
export class TextReader {
  readonly text: string;
  index = 0;
  #lineStarts: readonly number[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** The next UTF-16 unit; empty at the end. */
  peek(ahead = 0): string {
    return this.text.charAt(this.index + ahead);
  }

  /** Reads what the sticky expression matches here; undefined, and nothing read, when it does not. */
  match(expression: RegExp): string | undefined {
    expression.lastIndex = this.index;
    const found = expression.exec(this.text)?.[0];
    if (found !== undefined) this.index += found.length;
    return found;
  }

  positionOf(index: number): Position {
    const starts = (this.#lineStarts ??= lineStarts(this.text));
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: index - (starts[low] ?? 0) + 1 };
  }

  fail(message: string, index = this.index): never {
    throw new ScanProblem(this.positionOf(index), message);
  }

  /** Reads one escape, the backslash included. */
  escape(): void {
    const start = this.index;
    const found = this.match(/\\(?:[abfnrtv\\"]|[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/y);
    if (found === undefined) this.fail(`illegal escape ${JSON.stringify(this.text.slice(start, start + 2))}`, start);
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
