import { FunctionError, LimitError } from "../functions/function";
import { bitLength, DerReader, INTEGER, integer, readInteger, SEQUENCE, sequence } from "./der";

export interface RsaPublicKey {
  readonly kind: "rsa";
  readonly n: bigint;
  readonly e: bigint;
}

export interface RsaPrivateKey extends RsaPublicKey {
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
  readonly crt: RsaCrt;
  /** The third prime and the following ones, of keys that have them. */
  readonly more: readonly bigint[];
}

export interface RsaCrt {
  /** d mod p - 1 */
  readonly dp: bigint;
  /** d mod q - 1 */
  readonly dq: bigint;
  /** q⁻¹ mod p */
  readonly qinv: bigint;
}

/** Larger keys are no one's; arithmetic on them would take seconds. */
const MOST_BITS = 16_384;

const invalid = (): FunctionError => new FunctionError("is not a valid RSA key");

/** `x509.ParsePKCS1PrivateKey`, with the checks of `rsa.PrivateKey.Validate`. */
export function parsePkcs1(der: Buffer): RsaPrivateKey {
  const outer = new DerReader(der);
  const fields = outer.inside(SEQUENCE);
  outer.end();
  if (fields.int() > 1n) throw invalid();
  const n = fields.integer();
  const e = fields.int();
  const [d, p, q] = [fields.integer(), fields.integer(), fields.integer()];
  const optional = (): bigint | undefined => {
    const content = fields.field(INTEGER);
    return content === undefined ? undefined : readInteger(content);
  };
  const [dp, dq, qinv] = [optional(), optional(), optional()];
  if ([n, d, p, q, dp, dq, qinv].some((value) => value !== undefined && value <= 0n)) throw invalid();
  const more: bigint[] = [];
  const additional = fields.field(SEQUENCE);
  if (additional !== undefined) {
    for (const primes = new DerReader(additional); !primes.isEmpty;) {
      const values = primes.inside(SEQUENCE);
      const prime = values.integer();
      values.integer();
      values.integer();
      if (prime <= 0n) throw invalid();
      more.push(prime);
    }
  }
  const crt = dp === undefined || dq === undefined || qinv === undefined ? undefined : { dp, dq, qinv };
  return rsaPrivateKey({ n, e, d, p, q, crt, more });
}

/** A checked key; what is not given of the Chinese remainder values is computed. Throws where Go's `Validate` fails. */
export function rsaPrivateKey(values: {
  readonly n: bigint;
  readonly e: bigint;
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
  readonly crt?: RsaCrt | undefined;
  readonly more?: readonly bigint[];
}): RsaPrivateKey {
  const { n, e, d, p, q, more = [] } = values;
  for (const value of [n, d, p, q, values.crt?.dp, values.crt?.dq, values.crt?.qinv, ...more]) {
    if (value !== undefined && value >> BigInt(MOST_BITS) > 0n) throw new LimitError("size");
  }
  if (n <= 1n || n % 2n === 0n || d >= n) throw invalid();
  if (e < 2n || e % 2n === 0n || e > 0x7fffffffn) throw invalid();
  if (more.length > 0) return multiPrimeKey({ n, e, d, p, q, more });
  if (p <= 2n || q <= 2n || p >= n || q >= n || (p * q) % n !== 0n) throw invalid();
  const crt = values.crt ?? crtOf(d, p, q);
  const { dp, dq, qinv } = crt;
  if (dp >= p - 1n || dq >= q - 1n || qinv >= p) throw invalid();
  if ((e * dp) % (p - 1n) !== 1n || (e * dq) % (q - 1n) !== 1n || (qinv * q) % p !== 1n) throw invalid();
  if (d % (p - 1n) !== dp || d % (q - 1n) !== dq) throw invalid();
  const half = Math.floor(bitLength(n) / 2);
  if (bitLength(p > q ? p - q : q - p) <= half - 100 || p === q || bitLength(d) <= half) throw invalid();
  return { kind: "rsa", n, e, d, p, q, crt, more };
}

/** Go takes the primes of such a key as they are, besides what it needs to divide by them. */
function multiPrimeKey(key: Omit<RsaPrivateKey, "kind" | "crt">): RsaPrivateKey {
  if ([key.p, key.q, ...key.more].some((prime) => prime <= 1n)) throw invalid();
  const whole = { kind: "rsa", ...key, crt: crtOf(key.d, key.p, key.q) } as const;
  additionalPrimes(whole);
  return whole;
}

function crtOf(d: bigint, p: bigint, q: bigint): RsaCrt {
  return { dp: d % (p - 1n), dq: d % (q - 1n), qinv: inverse(q, p) };
}

/** By Euclid's algorithm; throws if there is none. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [modulus, value % modulus];
  let [x, y] = [0n, 1n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a % b];
    [x, y] = [y, x - quotient * y];
  }
  if (a !== 1n) throw invalid();
  return x < 0n ? x + modulus : x;
}

function additionalPrimes(key: RsaPrivateKey): Buffer[] {
  let product = key.p * key.q;
  return key.more.map((prime) => {
    const out = sequence(integer(prime), integer(key.d % (prime - 1n)), integer(inverse(product, prime)));
    product *= prime;
    return out;
  });
}

/** `x509.MarshalPKCS1PrivateKey`. */
export function pkcs1Der(key: RsaPrivateKey): Buffer {
  const { n, e, d, p, q, crt, more } = key;
  const numbers = [more.length > 0 ? 1n : 0n, n, e, d, p, q, crt.dp, crt.dq, crt.qinv].map(integer);
  return sequence(...numbers, ...(more.length > 0 ? [sequence(...additionalPrimes(key))] : []));
}

/** `x509.MarshalPKCS1PublicKey`. */
export const pkcs1PublicDer = (key: RsaPublicKey): Buffer => sequence(integer(key.n), integer(key.e));
