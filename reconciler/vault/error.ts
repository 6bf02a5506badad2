import { KeyturnError } from "../../api";
import type { VaultFailure } from "./types";

/**
 * A call to Vault that failed; `code` is `Vault` and the failure. Texts name the path, the identity and the cause; they never hold a
 * token, a value or a body of Vault.
 */
export class VaultError extends KeyturnError {
  readonly failure: VaultFailure;
  /** Address of the Vault. */
  readonly address: string;
  /** API path below `/v1/`; absent when the Vault as a whole failed. */
  readonly path: string | undefined;
  /** Milliseconds to wait before another try, when it is known that an earlier one cannot succeed. */
  readonly retryAfterMs: number | undefined;

  constructor(parts: {
    readonly failure: VaultFailure;
    readonly object: string;
    readonly cause: string;
    readonly address: string;
    readonly path?: string | undefined;
    readonly remedy?: string | undefined;
    readonly retryAfterMs?: number | undefined;
  }) {
    super({
      code: `Vault${parts.failure}`,
      object: parts.object,
      cause: parts.cause,
      ...(parts.remedy === undefined ? {} : { remedy: parts.remedy }),
    });
    this.name = "VaultError";
    this.failure = parts.failure;
    this.address = parts.address;
    this.path = parts.path;
    this.retryAfterMs = parts.retryAfterMs;
  }
}

/** Failures of the Vault itself, not of one identity or path: all callers share them. */
export function isOutage(failure: VaultFailure): boolean {
  return failure === "Sealed" || failure === "Unreachable";
}
