import type { Log, LogFields, LogLevel } from "./types";

export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** The fields that are written; anything else an untyped caller passes is left out. */
const FIELDS = [
  "object",
  "store",
  "path",
  "code",
  "cause",
  "remedy",
  "durationMs",
  "count",
  "address",
] as const satisfies readonly (keyof LogFields)[];

const LONGEST = 1_024;

export interface LogOptions {
  /** Lines below this level are left out. Default `info`. */
  readonly level?: LogLevel;
  /** Takes whole lines; default stderr. */
  readonly write?: (line: string) => void;
}

/** JSON lines `{time, level, message, ...fields}`. Texts are cut at 1,024 characters. Never throws. */
export function createLog(options: LogOptions = {}): Log {
  const threshold = LOG_LEVELS.indexOf(options.level ?? "info");
  const write = options.write ?? toStderr();
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (LOG_LEVELS.indexOf(level) < threshold) return;
      const line: Record<string, string | number> = { time: new Date().toISOString(), level, message: cut(message) };
      for (const field of FIELDS) {
        const value = fields[field];
        if (typeof value === "string") line[field] = cut(value);
        else if (typeof value === "number") line[field] = value;
      }
      write(`${JSON.stringify(line)}\n`);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

function toStderr(): (line: string) => void {
  // A closed stderr must not end the process.
  process.stderr.on("error", () => undefined);
  return (line) => void process.stderr.write(line);
}
