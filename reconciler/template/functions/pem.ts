import { lower, upper } from "../go/strings";
import { stringSlice, type Value } from "../go/value";
import { certificatesPem, parseCertificate } from "../pki/certificate";
import { isRoot, orderChain, pemCertificates } from "../pki/chain";
import { formatIp } from "../pki/ip";
import { decodePem, encodePem } from "../pki/pem";
import { FunctionError, type GoFunction } from "./function";

const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");

/** `strings.EqualFold`. */
const fold = (bytes: string): string => lower(upper(bytes));

/** Text before the first block is cut off, because `encoding/pem` would not find a block that does not start a line. */
function fromFirstBlock(input: string): string {
  const at = input.indexOf("-----BEGIN");
  return at < 0 ? input : input.slice(at);
}

function filterPem(type: string, input: string): string {
  const wanted = fold(type);
  let out = "";
  let next = decodePem(fromFirstBlock(input));
  for (; next.block !== undefined; next = decodePem(next.rest)) {
    const { block } = next;
    if (fold(block.type) === wanted) out += encodePem(block.type, block.bytes, block.headers);
  }
  if (out === "" && next.rest !== "") throw new FunctionError("has something else than PEM blocks");
  return out;
}

function filterCertChain(type: string, input: string): string {
  const [leaf, ...signers] = orderChain(pemCertificates(input));
  switch (type) {
    case "leaf":
      return isRoot(leaf) ? "" : certificatesPem([leaf]);
    case "intermediate": {
      const root = signers.findIndex(isRoot);
      return certificatesPem(root < 0 ? signers : signers.slice(0, root));
    }
    case "root": {
      const last = signers.at(-1) ?? leaf;
      return isRoot(last) ? certificatesPem([last]) : "";
    }
    default:
      return "";
  }
}

function certSans(input: string): Value {
  const { block } = decodePem(fromFirstBlock(input));
  if (block === undefined) throw new FunctionError("is not PEM");
  const { dns, ips, emails, uris } = parseCertificate(block.bytes).names;
  return stringSlice([...dns, ...ips.map(formatIp), ...emails, ...uris]);
}

export const pemFunctions: readonly GoFunction[] = [
  {
    name: "filterPEM",
    signature: "func(pemType string, input string) (string, error)",
    doc: "The PEM blocks of a type, upper or lower case alike; an error where there is none but other text.",
    example: ['{{ filterPEM "CERTIFICATE" "" }}', ""],
    call: ([type, input]) => filterPem(text(type), text(input)),
  },
  {
    name: "filterCertChain",
    signature: "func(certType string, input string) (string, error)",
    doc: 'The "leaf", "intermediate" or "root" certificates of a chain in any order, told by their key ids; nothing is verified.',
    call: ([type, input]) => filterCertChain(text(type), text(input)),
  },
  {
    name: "certSANs",
    signature: "func(input string) ([]string, error)",
    doc: "The subject alternative names of a PEM certificate: DNS names, IP addresses, e-mail addresses and URIs.",
    call: ([input]) => certSans(text(input)),
  },
];
