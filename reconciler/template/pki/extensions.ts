import { FunctionError } from "../functions/function";
import { isAscii } from "../go/bytes";
import { BOOLEAN, constructed, DerReader, implicit, INTEGER, OCTET_STRING, OID, readInteger, SEQUENCE } from "./der";
import * as ids from "./oid";
import { checkNameConstraints, isDomain } from "./name-constraints";
import { normalUri } from "./uri";

/** What the functions want to know of a certificate's extensions. */
export interface Extensions {
  /** Undefined without the extension or without a key id in it; an empty id is not undefined. */
  readonly authorityKeyId?: Buffer;
  readonly subjectKeyId?: Buffer;
  readonly names: AlternativeNames;
}

/** Subject alternative names; texts are byte strings. */
export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly ips: readonly Buffer[];
  readonly emails: readonly string[];
  /** As `url.URL.String` writes them. */
  readonly uris: readonly string[];
}

const NO_NAMES: AlternativeNames = { dns: [], ips: [], emails: [], uris: [] };
const URI = implicit(6);

const refuse = (): FunctionError => new FunctionError("has a malformed extension");

/** The content of the extension list, each checked as `x509.processExtensions` does; unknown ones are not looked into. */
export function parseExtensions(content: Buffer): Extensions {
  const seen = new Set<string>();
  let found: Extensions = { names: NO_NAMES };
  for (const list = new DerReader(content); !list.isEmpty;) {
    const fields = list.inside(SEQUENCE);
    const id = fields.oid();
    const critical = fields.peek === BOOLEAN && fields.boolean();
    const value = fields.read(OCTET_STRING);
    if (seen.has(id)) throw refuse();
    seen.add(id);
    found = { ...found, ...read(id, critical, value) };
  }
  return found;
}

function read(id: string, critical: boolean, value: Buffer): Partial<Extensions> {
  const reader = new DerReader(value);
  switch (id) {
    case ids.SUBJECT_KEY_ID:
      if (critical) throw refuse();
      return { subjectKeyId: reader.read(OCTET_STRING) };
    case ids.AUTHORITY_KEY_ID: {
      if (critical) throw refuse();
      const keyId = reader.inside(SEQUENCE).optional(implicit(0));
      return keyId === undefined ? {} : { authorityKeyId: keyId };
    }
    case ids.SUBJECT_ALT_NAME:
      return { names: readNames(reader.inside(SEQUENCE)) };
    default:
      check(id, critical, reader);
      return {};
  }
}

/** Go refuses a certificate for these, though nothing here uses them. */
function check(id: string, critical: boolean, reader: DerReader): void {
  switch (id) {
    case ids.KEY_USAGE:
      reader.bits();
      return;
    case ids.BASIC_CONSTRAINTS: {
      const fields = reader.inside(SEQUENCE);
      if (fields.peek === BOOLEAN) fields.boolean();
      if (fields.peek === INTEGER) number(fields, INTEGER, 0n);
      return;
    }
    case ids.NAME_CONSTRAINTS:
      checkNameConstraints(reader);
      return;
    case ids.CRL_DISTRIBUTION_POINTS:
      for (const points = reader.inside(SEQUENCE); !points.isEmpty;) checkDistributionPoint(points.inside(SEQUENCE));
      return;
    case ids.POLICY_CONSTRAINTS: {
      const fields = reader.inside(SEQUENCE);
      for (const n of [0, 1]) if (fields.peek === implicit(n)) number(fields, implicit(n));
      return;
    }
    case ids.EXT_KEY_USAGE:
      for (const usages = reader.inside(SEQUENCE); !usages.isEmpty;) usages.oid();
      return;
    case ids.CERTIFICATE_POLICIES:
      checkPolicies(reader.inside(SEQUENCE));
      return;
    case ids.POLICY_MAPPINGS:
      for (const mappings = reader.inside(SEQUENCE); !mappings.isEmpty;) {
        const mapping = mappings.inside(SEQUENCE);
        mapping.read(OID);
        mapping.read(OID);
      }
      return;
    case ids.INHIBIT_ANY_POLICY:
      reader.int();
      return;
    case ids.AUTHORITY_INFO_ACCESS:
      if (critical) throw refuse();
      for (const accesses = reader.inside(SEQUENCE); !accesses.isEmpty;) {
        const access = accesses.inside(SEQUENCE);
        access.oid();
        access.optional(URI);
      }
      return;
    default:
      return;
  }
}

function number(fields: DerReader, id: number, least?: bigint): void {
  const content = fields.read(id);
  if (content.length > 8) throw refuse();
  const value = readInteger(content);
  if (least !== undefined && value < least) throw refuse();
}

function checkDistributionPoint(point: DerReader): void {
  const name = point.optional(constructed(0));
  if (name === undefined) return;
  const names = new DerReader(name).inside(constructed(0));
  while (names.optional(URI) !== undefined);
}

function checkPolicies(policies: DerReader): void {
  const seen = new Set<string>();
  while (!policies.isEmpty) {
    const id = policies.inside(SEQUENCE).read(OID);
    const key = id.toString("latin1");
    // Unlike elsewhere an arc may be of any size.
    const minimal = id.every((byte, at) => byte !== 0x80 || (at > 0 && (id[at - 1] ?? 0) >= 0x80));
    if (seen.has(key) || id.length === 0 || (id[id.length - 1] ?? 0) >= 0x80 || !minimal) throw refuse();
    seen.add(key);
  }
}

function readNames(list: DerReader): AlternativeNames {
  const dns: string[] = [];
  const ips: Buffer[] = [];
  const emails: string[] = [];
  const uris: string[] = [];
  while (!list.isEmpty) {
    const { id, content } = list.next();
    const text = content.toString("latin1");
    switch (id) {
      case implicit(1):
        emails.push(ascii(text));
        break;
      case implicit(2):
        dns.push(ascii(text));
        break;
      case URI: {
        const uri = normalUri(ascii(text));
        if (uri === undefined || !isDomain(uri.host, false)) throw refuse();
        uris.push(uri.text);
        break;
      }
      case implicit(7):
        if (content.length !== 4 && content.length !== 16) throw refuse();
        ips.push(content);
        break;
      case -1:
        throw refuse();
    }
  }
  return { dns, ips, emails, uris };
}

function ascii(text: string): string {
  if (!isAscii(text)) throw refuse();
  return text;
}
