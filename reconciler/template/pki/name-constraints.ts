import { FunctionError } from "../functions/function";
import { isAscii } from "../go/bytes";
import { constructed, DerReader, implicit, SEQUENCE } from "./der";
import { parseIp } from "./ip";

const refuse = (): FunctionError => new FunctionError("has malformed name constraints");

/** What `x509.parseNameConstraintsExtension` refuses. */
export function checkNameConstraints(reader: DerReader): void {
  const fields = reader.inside(SEQUENCE);
  reader.end();
  const trees = [fields.optional(constructed(0)), fields.optional(constructed(1))];
  fields.end();
  if (trees.every((tree) => tree === undefined || tree.length === 0)) throw refuse();
  for (const tree of trees) {
    if (tree === undefined) continue;
    for (const subtrees = new DerReader(tree); !subtrees.isEmpty;) checkSubtree(subtrees.inside(SEQUENCE));
  }
}

function checkSubtree(subtree: DerReader): void {
  const { id, content } = subtree.next();
  const text = content.toString("latin1");
  switch (id) {
    case implicit(1):
      if (!isAscii(text) || !(text.includes("@") ? isMailbox(text) : isDomain(text, true))) throw refuse();
      return;
    case implicit(2):
      if (!isAscii(text) || !isDomain(text, true)) throw refuse();
      return;
    case implicit(6):
      if (!isAscii(text) || parseIp(text) !== undefined || !isDomain(text, true)) throw refuse();
      return;
    case implicit(7):
      if ((content.length !== 8 && content.length !== 32) || !isMask(content.subarray(content.length / 2)))
        throw refuse();
      return;
    case -1:
      throw refuse();
  }
}

/** Ones, then zeros. */
const isMask = (mask: Buffer): boolean =>
  /^1*0*$/.test([...mask].map((byte) => byte.toString(2).padStart(8, "0")).join(""));

/** `x509.domainNameValid`: labels that are not empty, of printable ASCII; a constraint may start with a dot. */
export function isDomain(text: string, constraint: boolean): boolean {
  if (text === "") return true;
  const name = constraint && text.startsWith(".") ? text.slice(1) : text;
  if (text.endsWith(".") || /[^!-~]/.test(name)) return false;
  return name.split(".").every((label) => label !== "");
}

const ATOM_END = /[^0-9A-Za-z!#$%&'*+\-/=?^_`{|}~.\\]/;
const QUOTED = /[^\x01-\x08\x0b\x0c\x0e-\x1f !#-[\]-\x7f]/;
const ESCAPED = /[^\x01-\x09\x0b\x0c\x0e-\x7f]/;

/** `x509.parseRFC2821Mailbox`. */
function isMailbox(text: string): boolean {
  const after = text.startsWith('"') ? afterQuoted(text) : afterAtoms(text);
  if (after === undefined || text[after] !== "@") return false;
  const domain = text.slice(after + 1);
  return domain.split(".").every((label) => label !== "" && !/[^!-~]/.test(label)) || domain === "";
}

function afterQuoted(text: string): number | undefined {
  for (let at = 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') return at + 1;
    if (char !== "\\" ? QUOTED.test(char) : ESCAPED.test(text.charAt(++at) || "\x00")) return undefined;
  }
  return undefined;
}

function afterAtoms(text: string): number | undefined {
  let local = "";
  let at = 0;
  for (; at < text.length; at++) {
    if (ATOM_END.test(text.charAt(at))) break;
    // Whatever follows a backslash belongs to the local part.
    if (text[at] === "\\" && ++at === text.length) return undefined;
    local += text.charAt(at);
  }
  const valid = local !== "" && !local.startsWith(".") && !local.endsWith(".") && !local.includes("..");
  return valid ? at : undefined;
}
