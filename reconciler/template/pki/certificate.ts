import { FunctionError } from "../functions/function";
import {
  constructed,
  DerReader,
  implicit,
  OID,
  readBits,
  readInteger,
  readOid,
  SEQUENCE,
  INTEGER,
  BIT_STRING,
} from "./der";
import { parseExtensions, type Extensions } from "./extensions";
import { nameText, parseName } from "./name";
import { encodePem } from "./pem";
import { parsePublicKey, type PublicKey } from "./public-key";

/** An X.509 certificate, as far as templates look into one. */
export interface Certificate extends Extensions {
  /** The DER it was read from. */
  readonly raw: Buffer;
  readonly rawIssuer: Buffer;
  readonly rawSubject: Buffer;
  /** `pkix.Name.String` of the subject, a byte string. */
  readonly subject: string;
  readonly publicKey: PublicKey | "other" | "unknown";
}

const refuse = (): FunctionError => new FunctionError("is not a certificate");

/**
 * `x509.ParseCertificate`: the syntax of everything it reads is checked, signature and dates are not. Throws
 * {@link FunctionError}.
 */
export function parseCertificate(der: Buffer): Certificate {
  const outer = new DerReader(der);
  const certificate = parseNext(outer);
  outer.end();
  return certificate;
}

/** `x509.ParseCertificates`: one after the other. */
export function parseCertificates(der: Buffer): Certificate[] {
  const out: Certificate[] = [];
  for (const outer = new DerReader(der); !outer.isEmpty;) out.push(parseNext(outer));
  return out;
}

function parseNext(outer: DerReader): Certificate {
  const whole = outer.next();
  if (whole.id !== SEQUENCE) throw refuse();
  const fields = new DerReader(whole.content);
  const tbs = fields.inside(SEQUENCE);
  const version = readVersion(tbs);
  if (tbs.integer() < 0n) throw refuse();
  const algorithm = tbs.read(SEQUENCE);
  if (!algorithm.equals(fields.read(SEQUENCE))) throw refuse();
  checkAlgorithm(algorithm);
  const issuer = tbs.next();
  parseName(issuer.full);
  checkValidity(tbs.inside(SEQUENCE));
  const subject = tbs.next();
  const name = nameText(parseName(subject.full));
  const publicKey = parsePublicKey(tbs.read(SEQUENCE));
  let extensions: Extensions = { names: { dns: [], ips: [], emails: [], uris: [] } };
  if (version >= 2) {
    tbs.optional(implicit(1));
    tbs.optional(implicit(2));
  }
  if (version === 3 && tbs.peek === constructed(3)) {
    extensions = parseExtensions(tbs.inside(constructed(3)).read(SEQUENCE));
  }
  readBits(fields.read(BIT_STRING));
  return {
    ...extensions,
    raw: whole.full,
    rawIssuer: issuer.full,
    rawSubject: subject.full,
    subject: name,
    publicKey,
  };
}

function readVersion(tbs: DerReader): number {
  if (tbs.peek !== constructed(0)) return 1;
  const inner = tbs.inside(constructed(0));
  const version = readInteger(inner.read(INTEGER));
  inner.end();
  if (version < 0n || version > 2n) throw refuse();
  return Number(version) + 1;
}

function checkAlgorithm(content: Buffer): void {
  const fields = new DerReader(content);
  readOid(fields.read(OID));
  if (!fields.isEmpty && fields.next().id === -1) throw refuse();
}

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

function checkValidity(fields: DerReader): void {
  for (let count = 0; count < 2; count++) {
    const { id, content } = fields.next();
    const text = content.toString("latin1");
    const valid = id === UTC_TIME ? isTime(text, 2, false) : id === GENERALIZED_TIME ? isTime(text, 4, true) : false;
    if (!valid) throw refuse();
  }
}

/** Go parses by layout and wants the same text back: all digits, `Z` or an offset that is not zero, and a day that exists. */
function isTime(text: string, yearDigits: 2 | 4, seconds: boolean): boolean {
  const match = /^(\d+?)(Z|[+-]\d{4})$/.exec(text);
  const digits = match?.[1] ?? "";
  const zone = match?.[2] ?? "";
  const size = digits.length - yearDigits;
  if (size !== 10 && (seconds || size !== 8)) return false;
  const at = (index: number): number => Number(digits.slice(yearDigits + index, yearDigits + index + 2) || "0");
  const written = Number(digits.slice(0, yearDigits));
  const year = yearDigits === 4 ? written : written >= 69 ? 1900 + written : 2000 + written;
  const [month, day, hour, minute, second] = [at(0), at(2), at(4), at(6), at(8)];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59)
    return false;
  return zone === "Z" || (Number(zone.slice(1)) !== 0 && Number(zone.slice(1, 3)) <= 24 && Number(zone.slice(3)) < 60);
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** The certificates as PEM, one after the other. */
export const certificatesPem = (certificates: readonly Certificate[]): string =>
  certificates.map(({ raw }) => encodePem("CERTIFICATE", raw)).join("");
