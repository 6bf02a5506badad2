/** What a command may touch; tests give their own. */
export interface Io {
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths start. */
  readonly cwd: string;
  readonly now: () => Date;
}

export interface Output {
  /** Bytes only where a result need not be text. */
  write(text: string | Uint8Array): unknown;
  readonly isTTY?: boolean | undefined;
}

/** Exit codes of every command. */
export const EXIT = {
  /** Nothing at or above the threshold. */
  fine: 0,
  /** Findings at or above the threshold. */
  findings: 1,
  /** Wrong usage, input that could not be read, or an internal error. */
  failed: 2,
} as const;

/** Colours only where a person looks: a terminal, unless NO_COLOR is set (no-color.org). */
export function wantsColor(output: Output, env: Io["env"]): boolean {
  const { NO_COLOR: noColor, FORCE_COLOR: forceColor, TERM: term } = env;
  if (noColor !== undefined && noColor !== "") return false;
  if (forceColor !== undefined && forceColor !== "" && forceColor !== "0") return true;
  return output.isTTY === true && term !== "dumb";
}
