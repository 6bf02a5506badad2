import { KeyturnError } from "../api";
import { plain } from "../policies/reports/plain";

/** Where every error of the command becomes what the user reads: one line, `error: object: cause (remedy)`. */
export function errorLine(error: unknown): string {
  if (error instanceof KeyturnError) return `error: ${plain(error.message)}`;
  if (isCommanderError(error)) return plain(usageLine(error.message));
  return plain(`error: keyturn failed: ${typeOf(error)} (run it again with --debug to see where, and report it)`);
}

/** What kind of error it is, without its text, which may quote anything. */
export function typeOf(error: unknown): string {
  const type = error instanceof Error ? error.constructor.name : typeof error;
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? `${type} ${code}` : type;
}

/** The stack trace of an error, for --debug. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : String(error);
}

/** Wrong use of the command; ends with exit code 2. */
export function usageError(object: string, cause: string, remedy: string): KeyturnError {
  return new KeyturnError({ code: "Usage", object, cause, remedy });
}

/** commander's errors, also those that only end the command after help or version were shown. */
export function isCommanderError(
  error: unknown,
): error is Error & { readonly code: string; readonly exitCode: number } {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return error instanceof Error && typeof code === "string" && code.startsWith("commander.");
}

/** commander's texts on one line; the value of an unknown `--flag=value` is not repeated, since it may be a secret. */
function usageLine(message: string): string {
  const [head = "", ...rest] = message.split("\n");
  const quiet = head.replace(/^(error: unknown option '--?[^'=]*)=.*'$/s, "$1'");
  const suggestion = /^\((Did you mean .*)\)$/.exec(rest.join(" ").trim())?.[1];
  if (suggestion === undefined) return `${quiet} (see keyturn --help)`;
  return `${quiet} (${suggestion.replace("Did you mean", "did you mean")})`;
}
