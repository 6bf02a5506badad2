import { runeAt } from "../bytes";
import { isDigit, isLetter } from "../unicode";

/** A part of a replacement: text, or the groups of which the first that took part in the match stands there. */
export type Part = string | readonly number[];

type GroupNames = ReadonlyMap<string, readonly number[]>;

/** Letters, digits and `_` of Unicode at a place; the length in bytes. */
function nameLength(template: string, at: number): number {
  let end = at;
  while (end < template.length) {
    const { value, size } = runeAt(template, end);
    if (value !== 0x5f && !isLetter(value) && !isDigit(value)) break;
    end += size;
  }
  return end - at;
}

/** The groups a name means: digits without a leading zero are a number, everything else a name. */
function groupsOf(name: string, names: GroupNames, groups: number): readonly number[] | undefined {
  if (/^(?:0|[1-9]\d*)$/.test(name) && Number(name) < 1e9) {
    const index = Number(name);
    return index <= groups ? [index] : undefined;
  }
  return names.get(name);
}

/**
 * The replacement of Go's `Regexp.Expand` taken apart: `$1`, `${1}`, `$name` and `${name}`, where a name without braces is as long as
 * it can be (`$1x` is `${1x}`), a group that does not exist is empty, `$$` is a dollar, and a dollar that starts nothing is itself.
 */
export function parseExpansion(template: string, names: GroupNames, groups: number): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (;;) {
    const dollar = template.indexOf("$", from);
    if (dollar < 0) break;
    if (dollar > from) parts.push(template.slice(from, dollar));
    const after = dollar + 1;
    if (template[after] === "$") {
      parts.push("$");
      from = after + 1;
      continue;
    }
    const brace = template[after] === "{" ? 1 : 0;
    const start = after + brace;
    const length = nameLength(template, start);
    const closed = brace === 0 || template[start + length] === "}";
    if (length === 0 || !closed) {
      parts.push("$");
      from = after;
      continue;
    }
    const group = groupsOf(template.slice(start, start + length), names, groups);
    if (group !== undefined) parts.push(group);
    from = start + length + brace;
  }
  if (from < template.length) parts.push(template.slice(from));
  return parts;
}
