import { FunctionError } from "../functions/function";
import { bits, DerReader, nothing, oid, OID, readOid, rightAlign, SEQUENCE, sequence } from "./der";
import { curveOfOid, ecPublicKey, type EcPublicKey } from "./ec";
import { DSA, EC_PUBLIC_KEY, ED25519, RSA_ENCRYPTION } from "./oid";
import { edwardsPublic, type PrivateKey } from "./private-key";
import { pkcs1PublicDer, type RsaPublicKey } from "./rsa";

export interface Ed25519PublicKey {
  readonly kind: "ed25519";
  /** Go checks the length only where it reads a certificate. */
  readonly bytes: Buffer;
}

export type PublicKey = RsaPublicKey | EcPublicKey | Ed25519PublicKey;

/** The public half; undefined for X25519, which can neither sign nor stand in a certificate of Go's. */
export function publicKeyOf(key: PrivateKey): PublicKey | undefined {
  switch (key.kind) {
    case "rsa":
    case "ec":
      return key;
    case "ed25519":
      return { kind: "ed25519", bytes: edwardsPublic(key) };
    case "x25519":
      return undefined;
  }
}

/** What the BIT STRING of the SubjectPublicKeyInfo holds. */
export function publicKeyBytes(key: PublicKey): Buffer {
  switch (key.kind) {
    case "rsa":
      return pkcs1PublicDer(key);
    case "ec":
      return key.point;
    case "ed25519":
      return key.bytes;
  }
}

/** `x509.MarshalPKIXPublicKey`. */
export function pkixDer(key: PublicKey): Buffer {
  const algorithm =
    key.kind === "rsa"
      ? [oid(RSA_ENCRYPTION), nothing()]
      : key.kind === "ec"
        ? [oid(EC_PUBLIC_KEY), oid(key.curve.oid)]
        : [oid(ED25519)];
  return sequence(sequence(...algorithm), bits(publicKeyBytes(key)));
}

const refuse = (): FunctionError => new FunctionError("has a malformed public key");

/**
 * The content of a certificate's SubjectPublicKeyInfo. "other" for a DSA key and "unknown" for algorithms that Go does not look
 * into.
 */
export function parsePublicKey(content: Buffer): PublicKey | "other" | "unknown" {
  const fields = new DerReader(content);
  const algorithm = fields.inside(SEQUENCE);
  const id = algorithm.oid();
  const parameters = algorithm.isEmpty ? undefined : algorithm.next();
  const data = rightAlign(fields.bits());
  switch (id) {
    case RSA_ENCRYPTION: {
      if (parameters === undefined || !parameters.full.equals(nothing())) throw refuse();
      const numbers = new DerReader(data).inside(SEQUENCE);
      const [n, e] = [numbers.integer(), numbers.int()];
      if (n <= 0n || e <= 0n) throw refuse();
      return { kind: "rsa", n, e };
    }
    case EC_PUBLIC_KEY: {
      if (parameters?.id !== OID) throw refuse();
      const curve = curveOfOid(readOid(parameters.content));
      if (curve === undefined) throw refuse();
      return ecPublicKey(curve, data);
    }
    case ED25519:
      if (parameters !== undefined || data.length !== 32) throw refuse();
      return { kind: "ed25519", bytes: data };
    case DSA: {
      const y = new DerReader(data).integer();
      if (parameters?.id !== SEQUENCE) throw refuse();
      const numbers = new DerReader(parameters.content);
      if ([y, numbers.integer(), numbers.integer(), numbers.integer()].some((value) => value <= 0n)) throw refuse();
      return "other";
    }
    default:
      return "unknown";
  }
}
