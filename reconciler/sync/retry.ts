import { KeyturnError } from "../../api";
import { KubeError } from "../kube/error";
import { VaultError } from "../vault/error";

/** When a failed ExternalSecret is tried again; by cause, not by one backoff for all (reference/runtime.md 2.2). */
export type Retry =
  /** Somebody else changed the object: look again at once. */
  | { readonly when: "now" }
  /** 1 s, doubled to 5 min, spread over the whole step. */
  | { readonly when: "backoff" }
  /** Refused by Vault, or a template beyond its bounds: a person has to act. 30 s, doubled to 5 min. */
  | { readonly when: "slow" }
  /** Nothing there, or refused by our own rules: at the refresh interval. */
  | { readonly when: "interval" }
  /** As the server said, in milliseconds. */
  | { readonly when: "after"; readonly delay: number }
  /** When the Vault at the address answers again. */
  | { readonly when: "recovery"; readonly address: string };

/** Error codes of our own refusals. */
const REFUSALS: ReadonlySet<string> = new Set(["Denied", "StoreMissing", "ProviderData", "Template", "WriteRefused"]);

/** The lane of an error. */
export function retryOf(error: unknown): Retry {
  if (error instanceof VaultError) return vaultRetry(error);
  if (error instanceof KubeError) {
    if (error.status === 409) return { when: "now" };
    if (error.status === 403) return { when: "slow" };
    return error.retryAfterMs === undefined ? { when: "backoff" } : { when: "after", delay: error.retryAfterMs };
  }
  if (error instanceof KeyturnError && REFUSALS.has(error.code)) return { when: "interval" };
  // Each try costs much, and the interval may be short.
  if (error instanceof KeyturnError && error.code === "TemplateLimit") return { when: "slow" };
  return { when: "backoff" };
}

function vaultRetry(fault: VaultError): Retry {
  switch (fault.failure) {
    case "Forbidden":
    case "LoginFailed":
      return { when: "slow" };
    case "NotFound":
    case "Deleted":
      return { when: "interval" };
    case "RateLimited":
      return fault.retryAfterMs === undefined ? { when: "backoff" } : { when: "after", delay: fault.retryAfterMs };
    case "Sealed":
    case "Unreachable":
      return { when: "recovery", address: fault.address };
    case "Unavailable":
    case "Invalid":
      return { when: "backoff" };
  }
}

const SECOND = 1000;
const LONGEST = 5 * 60 * SECOND;

/**
 * Milliseconds to the next try.
 * @param failures in a row, at least 1
 * @param interval the time between two refreshes; 0 or less: there is none
 * @param random in [0, 1)
 */
export function retryDelay(retry: Retry, failures: number, interval: number, random: number): number {
  switch (retry.when) {
    case "now":
      return 50 * random;
    case "backoff":
      return Math.max(50, random * Math.min(LONGEST, SECOND * 2 ** Math.min(failures - 1, 20)));
    case "slow":
      return (0.5 + random / 2) * Math.min(LONGEST, 30 * SECOND * 2 ** Math.min(failures - 1, 20));
    case "interval":
      return interval > 0 ? Math.max(SECOND, interval) : LONGEST;
    case "after":
      return retry.delay * (1 + random / 4);
    case "recovery":
      // The client says when the Vault is back; this is the net below that.
      return LONGEST;
  }
}
