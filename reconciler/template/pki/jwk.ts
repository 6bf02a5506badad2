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
 * keys in both directions, the public half of a private key, and the public key of X25519, which jwx holds in a type of its own.
 */

const refuse = (): FunctionError => new FunctionError("is not a JSON Web Key of this use");

type Members = ReadonlyMap<string, Value>;

/** `jwkPublicKeyPem`'s reading. */
export function parsePublicJwk(text: string): PublicKey {
  const { kty, isPrivate, members } = parse(text);
  if (isPrivate) throw refuse();
  checkCommon(members);
  switch (kty) {
    case "RSA":
      return { kind: "rsa", n: toBigInt(bytes(members, "n")), e: exponent(members) };
    case "EC":
      return ecPoint(members);
    case "OKP": {
      const x = bytes(members, "x");
      if (string(members.get("crv")) !== "Ed25519") throw refuse();
      return { kind: "ed25519", bytes: x };
    }
    default:
      throw refuse();
  }
}

/** `jwkPrivateKeyPem`'s reading. */
export function parsePrivateJwk(text: string): PrivateKey {
  const { kty, isPrivate, members } = parse(text);
  if (!isPrivate) throw refuse();
  checkCommon(members);
  switch (kty) {
    case "RSA":
      return rsaKey(members);
    case "EC":
      return ecKey(members);
    case "OKP":
      return edwardsKey(members);
    default:
      throw refuse();
  }
}

/**
 * The type and whether it is private are told by names of any case, as `encoding/json` matches them; everything else is read by
 * exact names. Only the first JSON value of the text counts.
 */
function parse(text: string): { readonly kty: string; readonly isPrivate: boolean; readonly members: Members } {
  const { value, error } = unmarshal(firstObject(text));
  if (error !== undefined || !(value instanceof GoMap)) throw refuse();
  let kty = "";
  let isPrivate = false;
  for (const [name, member] of value.entries) {
    const folded = lower(upper(name));
    if (folded === "kty" && member !== null) kty = string(member);
    if (folded === "d") isPrivate = true;
  }
  return { kty, isPrivate, members: value.entries };
}

/** The object at the start of the text, to its closing brace. Whether it is one in itself the parser says. */
function firstObject(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
    } else if (char === "{" || char === "[") depth++;
    else if ((char === "}" || char === "]") && --depth <= 0) return text.slice(0, at + 1);
  }
  return text;
}

/** A member that Go decodes into a string: null leaves the empty one. */
function string(value: Value | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") throw refuse();
  return value;
}

/** A required member in base64. */
function bytes(members: Members, name: string): Buffer {
  const found = optionalBytes(members, name);
  if (found === undefined) throw refuse();
  return found;
}

function optionalBytes(members: Members, name: string): Buffer | undefined {
  const value = members.get(name);
  if (value === undefined) return undefined;
  const decoded = decodeGuessedBase64(string(value));
  if (decoded === undefined) throw refuse();
  return decoded;
}

/** jwx wants these to be well-formed, though they do not matter for the key. */
function checkCommon(members: Members): void {
  for (const name of ["alg", "kid", "kty", "use", "x5t", "x5t#S256", "x5u"]) string(members.get(name));
  for (const name of ["key_ops", "x5c"]) {
    const value = members.get(name);
    if (value === undefined || value === null) continue;
    if (!(value instanceof GoSlice)) throw refuse();
    value.items.forEach(string);
  }
}

/** Go keeps the lowest 64 bits as int, and writes what it has. */
const exponent = (members: Members): bigint => BigInt.asIntN(64, toBigInt(bytes(members, "e")));

function rsaKey(members: Members): PrivateKey {
  const optional = (name: string): bigint | undefined => {
    const found = optionalBytes(members, name);
    return found === undefined || found.length === 0 ? undefined : toBigInt(found);
  };
  const [p, q] = [optional("p") ?? 0n, optional("q") ?? 0n];
  const [dp, dq, qinv] = [optional("dp"), optional("dq"), optional("qi")];
  return rsaPrivateKey({
    n: toBigInt(bytes(members, "n")),
    e: exponent(members),
    d: toBigInt(bytes(members, "d")),
    p,
    q,
    crt: dp === undefined || dq === undefined || qinv === undefined ? undefined : { dp, dq, qinv },
  });
}

function ecPoint(members: Members): EcPublicKey {
  const curve = curveOfName(string(members.get("crv")));
  const [x, y] = [toBigInt(bytes(members, "x")), toBigInt(bytes(members, "y"))];
  if (curve === undefined || curve.name === "P-224" || x >= curve.p || y >= curve.p) throw refuse();
  return ecPublicKey(curve, Buffer.concat([Buffer.of(4), fromBigInt(x, curve.bytes), fromBigInt(y, curve.bytes)]));
}

/** Go does not ask whether the point belongs to the scalar, so that is written as given. */
function ecKey(members: Members): PrivateKey {
  const { curve, point } = ecPoint(members);
  const d = toBigInt(bytes(members, "d"));
  if (d === 0n || d >= curve.order) throw refuse();
  return { kind: "ec", curve, point, d: fromBigInt(d, curve.bytes) };
}

function edwardsKey(members: Members): PrivateKey {
  const curve = string(members.get("crv"));
  const [x, seed] = [bytes(members, "x"), bytes(members, "d")];
  if ((curve !== "Ed25519" && curve !== "X25519") || seed.length !== 32) throw refuse();
  const key = { kind: curve === "Ed25519" ? "ed25519" : "x25519", seed } as const;
  if (!x.equals(edwardsPublic(key))) throw refuse();
  return key;
}
