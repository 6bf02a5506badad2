import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { KeyturnError, type KeyturnErrorParts } from "../../api/errors";

const LINES = 15;
const WIDTH = 300;

/**
 * The last non-empty lines of a text, long ones cut, so that an error shows the cause and not a screenful. Of structured (JSON) log
 * lines only level, message and error are kept.
 */
export function lastLines(text: string, lines = LINES, width = WIDTH): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .slice(-lines)
    .map(condense)
    .map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line));
}

function condense(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { level, msg, err, error } = JSON.parse(line) as Partial<Record<"level" | "msg" | "err" | "error", unknown>>;
    const texts = [level, msg, err ?? error].filter((part) => typeof part === "string");
    return typeof msg === "string" ? texts.join(": ") : line;
  } catch {
    return line;
  }
}

/** {@link lastLines} of a file, reading only its end; empty when the file cannot be read. */
export function tailOfFile(path: string, lines = LINES): readonly string[] {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, 64 * 1024));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return lastLines(buffer.toString("utf8"), lines);
  } catch {
    return [];
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** An error of the bed: object, cause and remedy on the first line, then the last lines of the log. */
export class BedError extends KeyturnError {
  constructor(parts: KeyturnErrorParts, log: readonly string[] = [], options?: ErrorOptions) {
    super(parts, options);
    this.name = "BedError";
    if (log.length > 0) this.message += `\n${log.map((line) => `  | ${line}`).join("\n")}`;
  }
}
