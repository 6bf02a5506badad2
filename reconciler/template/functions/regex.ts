import { compileRegexp, quoteMeta } from "../go/regexp";
import { STRING_SLICE } from "../go/type";
import { GoSlice, stringSlice, type Value } from "../go/value";
import { FunctionError, type GoFunction, type Render } from "./function";

const strings = (items: readonly string[] | undefined): GoSlice =>
  items === undefined ? new GoSlice(STRING_SLICE, [], true) : stringSlice(items);

/** sprig's `regexMatch` gives no error: what is no regular expression matches nothing. */
const matchesOrNot: GoFunction["call"] = (args, render) => {
  try {
    return matches(args, render);
  } catch (error) {
    if (error instanceof FunctionError) return false;
    throw error;
  }
};

function matches([regex, text]: readonly Value[], render: Render): boolean {
  return compileRegexp(regex as string, render).matches(text as string, render);
}

const findAll: GoFunction["call"] = ([regex, text, limit], render) =>
  strings(compileRegexp(regex as string, render).findAll(text as string, limit as bigint, render));

const find: GoFunction["call"] = ([regex, text], render) =>
  compileRegexp(regex as string, render).find(text as string, render);

const replaceAll: GoFunction["call"] = ([regex, text, replacement], render) =>
  compileRegexp(regex as string, render).replaceAll(text as string, replacement as string, render);

const replaceAllLiteral: GoFunction["call"] = ([regex, text, replacement], render) =>
  compileRegexp(regex as string, render).replaceAllLiteral(text as string, replacement as string, render);

const split: GoFunction["call"] = ([regex, text, limit], render) =>
  strings(compileRegexp(regex as string, render).split(text as string, limit as bigint, render));

/**
 * sprig's functions for regular expressions (vendored by ESO in sprig_regex.go), in the syntax of Go's regexp. Those without `must`
 * panic on a wrong one, which ends a render as an error does; only `regexMatch` is false then.
 */
export const regexFunctions: readonly GoFunction[] = [
  {
    name: "regexMatch",
    signature: "func(regex string, s string) bool",
    doc: "Whether a text contains a match; false for a wrong regular expression.",
    example: [`{{ regexMatch "^v\\\\d+$" "v12" }}`, "true"],
    call: matchesOrNot,
  },
  {
    name: "mustRegexMatch",
    signature: "func(regex string, s string) (bool, error)",
    doc: "As `regexMatch`; an error for a wrong regular expression.",
    example: [`{{ mustRegexMatch "^v\\\\d+$" "12" }}`, "false"],
    call: matches,
  },
  {
    name: "regexFindAll",
    signature: "func(regex string, s string, n int) []string",
    doc: "All matches, at most n of them; all if n is negative.",
    example: [`{{ regexFindAll "[2,4,6,8]" "123456789" -1 }}`, "[2 4 6 8]"],
    call: findAll,
  },
  {
    name: "mustRegexFindAll",
    signature: "func(regex string, s string, n int) ([]string, error)",
    doc: "As `regexFindAll`.",
    example: [`{{ mustRegexFindAll "a." "abac" 1 }}`, "[ab]"],
    call: findAll,
  },
  {
    name: "regexFind",
    signature: "func(regex string, s string) string",
    doc: "The first match; empty if there is none.",
    example: [`{{ regexFind "[a-zA-Z][1-9]" "abcd1234" }}`, "d1"],
    call: find,
  },
  {
    name: "mustRegexFind",
    signature: "func(regex string, s string) (string, error)",
    doc: "As `regexFind`.",
    example: [`{{ mustRegexFind "[a-zA-Z][1-9]" "abcd1234" }}`, "d1"],
    call: find,
  },
  {
    name: "regexReplaceAll",
    signature: "func(regex string, s string, repl string) string",
    doc: "Each match replaced; `$1` and `${name}` stand for groups.",
    example: [`{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "\${1}W" }}`, "-W-xxW-"],
    call: replaceAll,
  },
  {
    name: "mustRegexReplaceAll",
    signature: "func(regex string, s string, repl string) (string, error)",
    doc: "As `regexReplaceAll`.",
    example: [`{{ mustRegexReplaceAll "a(x*)b" "-ab-axxb-" "$1W" }}`, "---"],
    call: replaceAll,
  },
  {
    name: "regexReplaceAllLiteral",
    signature: "func(regex string, s string, repl string) string",
    doc: "Each match replaced by the text as it is.",
    example: [`{{ regexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "\${1}" }}`, "-${1}-${1}-"],
    call: replaceAllLiteral,
  },
  {
    name: "mustRegexReplaceAllLiteral",
    signature: "func(regex string, s string, repl string) (string, error)",
    doc: "As `regexReplaceAllLiteral`.",
    example: [`{{ mustRegexReplaceAllLiteral "b+" "abba" "." }}`, "a.a"],
    call: replaceAllLiteral,
  },
  {
    name: "regexSplit",
    signature: "func(regex string, s string, n int) []string",
    doc: "The text between matches, at most n parts; all if n is negative, none if it is zero.",
    example: [`{{ regexSplit "z+" "pizza" -1 }}`, "[pi a]"],
    call: split,
  },
  {
    name: "mustRegexSplit",
    signature: "func(regex string, s string, n int) ([]string, error)",
    doc: "As `regexSplit`.",
    example: [`{{ mustRegexSplit "z+" "pizza" -1 }}`, "[pi a]"],
    call: split,
  },
  {
    name: "regexQuoteMeta",
    signature: "func(s string) string",
    doc: "A text as a regular expression that matches exactly it.",
    example: [`{{ regexQuoteMeta "1.2.3" }}`, "1\\.2\\.3"],
    call: ([text], render) => {
      render.room((text as string).length * 2);
      return quoteMeta(text as string);
    },
  },
];
