import { bytesOf, textOf } from "../go/bytes";
import { toNumber } from "./result";
import { trimSpace } from "./text";

/** A member of an object as it was printed. */
export interface Member {
  /** The key as it stands in the document, with its quotes. */
  readonly key: string;
  /** Key and value with the white space before them. */
  readonly text: string;
}

/** The order of `{"sortKeys":true}`: by key, equal keys by value. Stable. */
export function sortMembers(members: readonly Member[]): string[] {
  return members
    .map((member) => ({ name: textOfString(member.key), member }))
    .sort((a, b) => order(a.name, b.name) || compareValues(valueOf(a.member), valueOf(b.member)))
    .map(({ member }) => member.text);
}

const order = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

function valueOf({ key, text }: Member): string {
  const trimmed = trimSpace(text);
  return trimmed.length > key.length ? trimSpace(trimmed.slice(key.length + 1)) : trimmed;
}

function compareValues(a: string, b: string): number {
  const rank = rankOf(a);
  const byType = rank - rankOf(b);
  if (byType !== 0) return byType;
  if (rank === NUMBER) return order(toNumber(a), toNumber(b));
  return rank === STRING ? order(textOfString(a), textOfString(b)) : order(a, b);
}

const [NULL, FALSE, NUMBER, STRING, TRUE, JSON_VALUE] = [0, 1, 2, 3, 4, 5];

function rankOf(value: string): number {
  switch (value.charAt(0)) {
    case "":
    case "n":
      return NULL;
    case "f":
      return FALSE;
    case '"':
      return STRING;
    case "t":
      return TRUE;
    case "[":
    case "{":
      return JSON_VALUE;
    default:
      return NUMBER;
  }
}

/** The text of a JSON string; "" if it has no end or, with escapes in it, is none for Go's `json.Unmarshal`. */
function textOfString(raw: string): string {
  const special = raw.slice(1).search(/["\\]/) + 1;
  if (special === 0) return "";
  if (raw.charAt(special) === '"') return raw.slice(1, special);
  try {
    return bytesOf(String(JSON.parse(textOf(raw))));
  } catch {
    return "";
  }
}
