/** A refusal as OpenBao words it: `{"errors": [...]}`. No errors means a plain 404. */
export class VaultError extends Error {
  constructor(
    readonly code: number,
    readonly errors: readonly string[],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(errors.join("; "));
    this.name = "VaultError";
  }
}

/** Nothing there: `{"errors":[]}`. */
export const absent = (): VaultError => new VaultError(404, []);

export const bad = (message: string): VaultError => new VaultError(400, [message]);

/** The token is missing, unknown or over. */
export const refusedToken = (): VaultError => new VaultError(403, ["permission denied"]);

/** The token is good, its policies are not. */
export const refusedPath = (): VaultError => new VaultError(403, [wrapped("permission denied")]);

export const unsupported = (): VaultError => new VaultError(405, [wrapped("unsupported operation")]);

/** How OpenBao's multierror prints one error. */
export function wrapped(message: string): string {
  return `1 error occurred:\n\t* ${message}\n\n`;
}
