import type { Answer } from "../http";
import { isMap, parseJson } from "./json";
import { knownPhrases } from "./phrases";
import type { Json, VaultFailure } from "./types";

/** An answer of Vault, read. */
export interface VaultAnswer {
  readonly status: number;
  /** The JSON object; undefined when the body is empty or something else. */
  readonly body: ReadonlyMap<string, Json> | undefined;
  readonly retryAfterMs: number | undefined;
}

export function readAnswer(answer: Answer): VaultAnswer {
  let body: Json | undefined;
  try {
    body = answer.body.length === 0 ? undefined : parseJson(answer.body.toString("utf8"));
  } catch {
    body = undefined;
  }
  const header = answer.headers["retry-after"];
  return {
    status: answer.status,
    body: isMap(body) ? body : undefined,
    retryAfterMs: header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) * 1_000 : undefined,
  };
}

/** What the status means for every call (reference: Vault HTTP API, "HTTP status codes"); undefined for 2xx. */
export function failureOf(answer: VaultAnswer): VaultFailure | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  switch (status) {
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 429:
      return "RateLimited";
    case 503:
      return "Sealed";
    case 412: // not yet replicated to this node
    case 472:
    case 473:
    case 474: // standbys that do not serve
      return "Unavailable";
    default:
      return status >= 500 || (status >= 300 && status < 400) ? "Unavailable" : "Invalid";
  }
}

/** `permission denied (403)`, or `answered 500` when the server says nothing known. */
export function describeAnswer(answer: VaultAnswer): string {
  const phrases = knownPhrases(answer.body);
  if (phrases.length > 0) return `${phrases.join(", ")} (${answer.status})`;
  if (answer.status >= 300 && answer.status < 400) return `answered with a redirect to another host (${answer.status})`;
  return `answered ${answer.status}`;
}
