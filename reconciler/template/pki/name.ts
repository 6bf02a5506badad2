import { FunctionError } from "../functions/function";
import { isAscii, isValidUtf8, runesOf } from "../go/bytes";
import {
  BMP_STRING,
  DerReader,
  element,
  oid,
  PRINTABLE_STRING,
  SEQUENCE,
  sequence,
  SET,
  setOf,
  UTF8_STRING,
} from "./der";
import { COMMON_NAME } from "./oid";

export interface NameAttribute {
  readonly type: string;
  /** UTF-8 as a byte string. */
  readonly value: string;
}

const refuse = (): FunctionError => new FunctionError("has a malformed name");

const PRINTABLE = /^[A-Za-z0-9'()+,\-./ :=?]*$/;
/** Read, but not written: Go allows these because certificates contain them. */
const PRINTABLE_AS_READ = /^[A-Za-z0-9'()+,\-./ :=?*&]*$/;

/** `x509.parseName`: the attributes in their order, sets flattened. */
export function parseName(der: Buffer): readonly NameAttribute[] {
  const out: NameAttribute[] = [];
  for (const sets = new DerReader(der).inside(SEQUENCE); !sets.isEmpty;) {
    for (const set = sets.inside(SET); !set.isEmpty;) {
      const attribute = set.inside(SEQUENCE);
      const type = attribute.oid();
      const { id, content } = attribute.next();
      out.push({ type, value: parseString(id, content) });
    }
  }
  return out;
}

/** `x509.parseASN1String`. */
function parseString(id: number, content: Buffer): string {
  const text = content.toString("latin1");
  switch (id) {
    case PRINTABLE_STRING:
      if (!PRINTABLE_AS_READ.test(text)) throw refuse();
      return text;
    case UTF8_STRING:
      if (!isValidUtf8(text)) throw refuse();
      return text;
    case BMP_STRING:
      return parseBmp(content);
    case 0x14: // T61String, taken for Latin-1
      return Buffer.from(text, "utf8").toString("latin1");
    case 0x16: // IA5String
      if (!isAscii(text)) throw refuse();
      return text;
    case 0x12: // NumericString
      if (!/^[0-9 ]*$/.test(text)) throw refuse();
      return text;
    default:
      throw refuse();
  }
}

function parseBmp(content: Buffer): string {
  if (content.length % 2 !== 0) throw refuse();
  const terminated = content.length >= 2 && content.readUInt16BE(content.length - 2) === 0;
  let text = "";
  for (let at = 0; at < content.length - (terminated ? 2 : 0); at += 2) {
    const unit = content.readUInt16BE(at);
    if (unit >= 0xfffe || (unit >= 0xfdd0 && unit <= 0xfdef) || (unit >= 0xd800 && unit <= 0xdfff)) throw refuse();
    text += String.fromCharCode(unit);
  }
  return Buffer.from(text, "utf8").toString("latin1");
}

/** A string as `asn1.Marshal` writes it: PrintableString if it can be one, else UTF8String. Throws for what is not UTF-8. */
function stringDer(value: string): Buffer {
  if (PRINTABLE.test(value)) return element(PRINTABLE_STRING, Buffer.from(value, "latin1"));
  if (!isValidUtf8(value)) throw new FunctionError("is not valid UTF-8");
  return element(UTF8_STRING, Buffer.from(value, "latin1"));
}

/** The Name of a common name alone; an empty one gives the empty Name. */
export const commonNameDer = (commonName: string): Buffer =>
  commonName === "" ? sequence() : sequence(setOf(sequence(oid(COMMON_NAME), stringDer(commonName))));

/** The order in which `pkix.Name` lists what it knows, and the short names of RFC 2253. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ["2.5.4.6", "C"],
  ["2.5.4.8", "ST"],
  ["2.5.4.7", "L"],
  ["2.5.4.9", "STREET"],
  ["2.5.4.17", "POSTALCODE"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
  [COMMON_NAME, "CN"],
  ["2.5.4.5", "SERIALNUMBER"],
]);
/** `pkix.Name` holds one of these, and the last one wins. */
const SINGLE: ReadonlySet<string> = new Set([COMMON_NAME, "2.5.4.5"]);

/**
 * `pkix.Name.String` of a parsed name: the known attributes in Go's order and not in the certificate's, last first; several of one
 * kind are joined by `+`; unknown ones come at the end as hexadecimal DER.
 */
export function nameText(attributes: readonly NameAttribute[]): string {
  const parts = attributes
    .filter(({ type }) => !KNOWN.has(type))
    .map(({ type, value }) => `${type}=#${stringDer(value).toString("hex")}`);
  for (const [type, label] of KNOWN) {
    let values = attributes.filter((attribute) => attribute.type === type).map(({ value }) => value);
    if (SINGLE.has(type)) values = values.slice(-1).filter((value) => value !== "");
    if (values.length > 0) parts.push(values.map((value) => `${label}=${escape(value)}`).join("+"));
  }
  return parts.reverse().join(",");
}

const SPECIAL: ReadonlySet<number> = new Set([...',+"\\<>;'].map((char) => char.charCodeAt(0)));

function escape(value: string): string {
  let out = "";
  let at = 0;
  for (const { value: rune, size } of runesOf(value)) {
    const space = rune === 0x20 && (at === 0 || at === value.length - 1);
    const hash = rune === 0x23 && at === 0;
    out += space || hash || SPECIAL.has(rune) ? "\\" : "";
    out += value.slice(at, at + size);
    at += size;
  }
  return out;
}
