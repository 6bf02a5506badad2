import { FunctionError } from "../functions/function";
import { unmarshal } from "../go/json";
import { lower, upper } from "../go/strings";
import { GoMap, GoSlice, type Value } from "../go/value";
import { decodeGuessedBase64 } from "./base64";
import { fromBigInt, toBigInt } from "./der";
import { curveOfName, ecPublicKey, type EcPublicKey } from "./ec";
import { edwardsPublic, type PrivateKey } from "./private-key";
import type { PublicKey } from "./public-key";
import { rsaPrivateKey } from "./rsa";

/**
 * JSON Web Keys as lestrrat-go/jwx 2 reads them into Go's keys. What Go then cannot write as PEM is refused right here: symmetric
 * keys, the public half of a private key, and X25519, which jwx holds in types of its own.
 */

const refuse = (): FunctionError => new FunctionError("is not a JSON Web Key of this use");

type KeyType = "RSA" | "EC" | "OKP";

/** The members that are bytes in base64. */
const BYTES = {
  public: { RSA: ["e", "n"], EC: ["x", "y"], OKP: ["x"] },
  private: { RSA: ["d", "dp", "dq", "e", "n", "p", "q", "qi"], EC: ["d", "x", "y"], OKP: ["d", "x"] },
} as const;
/** Members that have to be well-formed, though they do not matter for the key. */
const STRINGS: ReadonlySet<string> = new Set(["alg", "kid", "use", "x5t", "x5t#S256", "x5u"]);
const STRING_LISTS: ReadonlySet<string> = new Set(["key_ops", "x5c"]);

interface Jwk {
  readonly kty: KeyType;
  readonly crv: string;
  readonly bytes: ReadonlyMap<string, Buffer>;
}

/** `jwkPublicKeyPem`'s reading. */
export function parsePublicJwk(text: string): PublicKey {
  const jwk = parse(text, "public");
  switch (jwk.kty) {
    case "RSA":
      return { kind: "rsa", n: toBigInt(required(jwk, "n")), e: exponent(jwk) };
    case "EC":
      return ecPoint(jwk);
    case "OKP": {
      const x = required(jwk, "x");
      if (jwk.crv !== "Ed25519") throw refuse();
      return { kind: "ed25519", bytes: x };
    }
  }
}

/** `jwkPrivateKeyPem`'s reading. */
export function parsePrivateJwk(text: string): PrivateKey {
  const jwk = parse(text, "private");
  switch (jwk.kty) {
    case "RSA":
      return rsaKey(jwk);
    case "EC":
      return ecKey(jwk);
    case "OKP":
      return ed25519Key(jwk);
  }
}

/**
 * The type and whether it is private are told by names of any case, as `encoding/json` matches them; everything else is read by
 * exact names. Only the first JSON value of the text counts. Of equal names the last counts, but all have to be well-formed.
 */
function parse(text: string, use: "public" | "private"): Jwk {
  const members = membersOf(text);
  let kty = "";
  let isPrivate = false;
  for (const [name, value] of members) {
    const folded = lower(upper(name));
    if (folded === "kty" && value !== null) kty = string(value);
    if (folded === "d") isPrivate = true;
  }
  if ((kty !== "RSA" && kty !== "EC" && kty !== "OKP") || isPrivate !== (use === "private")) throw refuse();
  const byteNames: readonly string[] = BYTES[use][kty];
  const bytes = new Map<string, Buffer>();
  let crv = "";
  for (const [name, value] of members) {
    if (name === "kty" && value !== kty) throw refuse();
    if (STRINGS.has(name)) string(value);
    if (STRING_LISTS.has(name)) checkList(value);
    if (name === "crv" && kty !== "RSA") crv = string(value);
    if (!byteNames.includes(name)) continue;
    const decoded = decodeGuessedBase64(string(value));
    if (decoded === undefined) throw refuse();
    bytes.set(name, decoded);
  }
  return { kty, crv, bytes };
}

/** The members of the object at the start of the text, also those of equal names. */
function membersOf(text: string): readonly (readonly [name: string, value: Value])[] {
  const start = text.indexOf("{");
  const end = endOfValue(text, start);
  const whole = unmarshal(text.slice(0, end));
  if (start < 0 || whole.error !== undefined || !(whole.value instanceof GoMap)) throw refuse();
  // From here on it is known to be JSON.
  const out: (readonly [string, Value])[] = [];
  for (let at = text.indexOf('"', start); at >= 0 && at < end;) {
    const colon = endOfValue(text, at);
    const next = endOfValue(text, colon + 1);
    out.push([string(unmarshal(text.slice(at, colon)).value), unmarshal(text.slice(colon + 1, next)).value]);
    at = text.indexOf('"', next);
  }
  return out;
}

/** Where the name or value that starts at `at` ends: at the colon, comma or bracket that is not part of it, or after its bracket. */
function endOfValue(text: string, at: number): number {
  let depth = 0;
  for (let next = Math.max(at, 0); next < text.length; next++) {
    const char = text[next];
    if (char === '"') {
      for (next++; next < text.length && text[next] !== '"'; next++) if (text[next] === "\\") next++;
    } else if (char === "{" || char === "[") {
      depth++;
    } else if (char === "}" || char === "]") {
      if (depth === 0) return next;
      if (--depth === 0) return next + 1;
    } else if (depth === 0 && (char === "," || char === ":")) {
      return next;
    }
  }
  return text.length;
}

/** A member that Go decodes into a string: null leaves the empty one. */
function string(value: Value | undefined): string {
  if (value === null) return "";
  if (typeof value !== "string") throw refuse();
  return value;
}

function checkList(value: Value): void {
  if (value === null) return;
  if (!(value instanceof GoSlice)) throw refuse();
  value.items.forEach(string);
}

function required({ bytes }: Jwk, name: string): Buffer {
  const found = bytes.get(name);
  if (found === undefined) throw refuse();
  return found;
}

/** Go keeps the lowest 64 bits as int, and writes what it has. */
const exponent = (jwk: Jwk): bigint => BigInt.asIntN(64, toBigInt(required(jwk, "e")));

function rsaKey(jwk: Jwk): PrivateKey {
  const optional = (name: string): bigint | undefined => {
    const found = jwk.bytes.get(name);
    return found === undefined || found.length === 0 ? undefined : toBigInt(found);
  };
  const [p, q] = [optional("p") ?? 0n, optional("q") ?? 0n];
  const [dp, dq, qinv] = [optional("dp"), optional("dq"), optional("qi")];
  return rsaPrivateKey({
    n: toBigInt(required(jwk, "n")),
    e: exponent(jwk),
    d: toBigInt(required(jwk, "d")),
    p,
    q,
    crt: dp === undefined || dq === undefined || qinv === undefined ? undefined : { dp, dq, qinv },
  });
}

function ecPoint(jwk: Jwk): EcPublicKey {
  const curve = curveOfName(jwk.crv);
  const [x, y] = [toBigInt(required(jwk, "x")), toBigInt(required(jwk, "y"))];
  if (curve === undefined || curve.name === "P-224" || x >= curve.p || y >= curve.p) throw refuse();
  return ecPublicKey(curve, Buffer.concat([Buffer.of(4), fromBigInt(x, curve.bytes), fromBigInt(y, curve.bytes)]));
}

/** Go does not ask whether the point belongs to the scalar, so that is written as given. */
function ecKey(jwk: Jwk): PrivateKey {
  const { curve, point } = ecPoint(jwk);
  const d = toBigInt(required(jwk, "d"));
  if (d === 0n || d >= curve.order) throw refuse();
  return { kind: "ec", curve, point, d: fromBigInt(d, curve.bytes) };
}

function ed25519Key(jwk: Jwk): PrivateKey {
  const [x, seed] = [required(jwk, "x"), required(jwk, "d")];
  if (jwk.crv !== "Ed25519" || seed.length !== 32) throw refuse();
  const key = { kind: "ed25519", seed } as const;
  if (!x.equals(edwardsPublic(key))) throw refuse();
  return key;
}
