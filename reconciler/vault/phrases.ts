import type { Json } from "./types";

/**
 * What Vault and OpenBao are known to say without quoting a request. Their errors can hold what was sent (`invalid secret_id "..."`,
 * parse errors of a JWT), so only these words are taken over, never the text around them.
 */
const PHRASES: readonly RegExp[] = [
  /permission denied/,
  /invalid token/,
  /bad token/,
  /missing client token/,
  /invalid role name/,
  /missing role(?:_id| name)?\b/,
  /invalid role or secret ID/,
  /invalid secret[_ ]id/,
  /missing secret_id/,
  /missing jwt/,
  /role "[\w.-]{1,128}" could not be found/,
  /service account name not authorized/,
  /service account unauthorized/,
  /namespace not authorized/,
  /namespace not found/,
  /invalid audience \(aud\) claim/,
  /invalid issuer \(iss\) claim/,
  /invalid expiration time \(exp\) claim/,
  /token is expired/,
  /could not load backend configuration/,
  /error validating token/,
  /no handler for route/,
  /route entry not found/,
  /unsupported path/,
  /unsupported operation/,
  /rate limit quota exceeded/,
  /lease count quota exceeded/,
  /local node not active/,
  /Upgrading from non-versioned to versioned data/,
  /Invalid path for a versioned K\/V secrets engine/,
  /(?:Vault|OpenBao|namespace) is sealed/,
  /is not initialized/,
];

/** The known phrases in the `errors` and `warnings` of an answer, in the order above; empty when it says nothing known. */
export function knownPhrases(answer: ReadonlyMap<string, Json> | undefined): readonly string[] {
  const texts = ["errors", "warnings"].flatMap((field) => {
    const entries = answer?.get(field);
    return Array.isArray(entries) ? entries.filter((entry) => typeof entry === "string") : [];
  });
  return PHRASES.flatMap((pattern) => {
    const found = texts.map((text) => pattern.exec(text)?.[0]).find((match) => match !== undefined);
    return found === undefined ? [] : [found];
  });
}
