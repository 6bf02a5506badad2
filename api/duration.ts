import { KeyturnError } from "./errors";

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const WHOLE =
  /^[+-]?(?:0|(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h)(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))*)$/;

/**
 * Milliseconds of a Go duration such as `1h30m`, `1.5h`, `300ms` or `0` (Go's `time.ParseDuration`); there are no days.
 * @throws KeyturnError `InvalidDuration`
 */
export function parseDuration(text: string): number {
  if (!WHOLE.test(text)) {
    throw new KeyturnError({
      code: "InvalidDuration",
      object: `duration ${JSON.stringify(text.slice(0, 40))}`,
      cause: "is not a Go duration",
      remedy: 'write for example "5m", "1h30m" or "24h"; days do not exist',
    });
  }
  const negative = text.startsWith("-");
  let total = 0;
  let at = negative || text.startsWith("+") ? 1 : 0;
  while (at < text.length) {
    const unitAt = skip(text, at, isNumberPart);
    const end = skip(text, unitAt, (char) => !isNumberPart(char));
    total += Number(text.slice(at, unitAt)) * (UNITS[text.slice(unitAt, end)] ?? 0);
    at = end;
  }
  return negative ? -total : total;
}

function skip(text: string, from: number, matches: (char: string) => boolean): number {
  let at = from;
  while (at < text.length && matches(text.charAt(at))) at++;
  return at;
}

function isNumberPart(char: string): boolean {
  return (char >= "0" && char <= "9") || char === ".";
}

/** True when {@link parseDuration} would accept the text. */
export function isDuration(text: string): boolean {
  return WHOLE.test(text);
}

/** Milliseconds in Go's canonical form (`time.Duration.String`): 3600000 gives `1h0m0s`, 1500 gives `1.5s`, 0 gives `0s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return "0s";
  const sign = milliseconds < 0 ? "-" : "";
  const ms = Math.abs(milliseconds);
  if (ms < 1000) return `${sign}${trim(ms)}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = `${trim((ms % 60_000) / 1000)}s`;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}

function trim(value: number): string {
  return String(Math.round(value * 1e6) / 1e6);
}
