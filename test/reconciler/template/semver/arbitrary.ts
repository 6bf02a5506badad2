import fc from "fast-check";
import type { TemplateCase } from "../../../oracle/case";

const words = (text: string): fc.Arbitrary<string> => fc.constantFrom(...text.split(" "));
const rarely = (arbitrary: fc.Arbitrary<string>, before: string, freq: number): fc.Arbitrary<string> =>
  fc.option(arbitrary, { freq }).map((text) => (text === null ? "" : before + text));

const small = fc.integer({ min: 0, max: 3 }).map(String);
const number = fc.oneof(
  { weight: 20, arbitrary: small },
  words("10 01 00 18446744073709551615 18446744073709551616 007 99999999999999999999"),
);
const identifiers = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: words("alpha beta 1 2 10 rc a-b x 0 rc1 99999999999999999999999 -") },
      words("01 é"),
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((parts) => parts.join("."));

const valid = fc
  .tuple(small, small, small, rarely(words("alpha beta 1 2 10 rc alpha.1 alpha.beta 1.2 a-b"), "-", 1))
  .map(([major, minor, patch, prerelease]) => `${major}.${minor}.${patch}${prerelease}`);
const lenient = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom("", "v") }, fc.constantFrom("V", " ", "=")),
    fc.array(number, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(".")),
    rarely(identifiers, "-", 1),
    rarely(identifiers, "+", 3),
    fc.oneof({ weight: 20, arbitrary: fc.constant("") }, fc.constantFrom(" ", ".", "-", "+", "\n", ".4")),
  )
  .map((parts) => parts.join(""));

const part = fc.oneof({ weight: 6, arbitrary: number }, { weight: 2, arbitrary: words("x X *") }, words("1x | 1|2 **"));
const partial = fc
  .tuple(
    fc.constantFrom("", "", "", "v"),
    fc.oneof(
      { weight: 12, arbitrary: fc.array(part, { minLength: 1, maxLength: 3 }) },
      fc.array(part, { maxLength: 4 }),
    ),
    rarely(identifiers, "-", 4),
    rarely(identifiers, "+", 12),
  )
  .map(([v, parts, prerelease, metadata]) => v + parts.join(".") + prerelease + metadata);
const operator = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom("", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^") },
  words("== <> ! ^^ ><"),
);
const comparison = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(operator, fc.constantFrom("", "", " ", "\t"), partial).map((parts) => parts.join("")),
  },
  fc.tuple(partial, fc.constantFrom(" - ", "  -  ", " -", "- "), partial).map((parts) => parts.join("")),
);
const separator = fc.constantFrom(" ", ", ", ",", "||", " || ", " , ", "  ", " ||");
const constraint = fc
  .array(fc.tuple(separator, comparison), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map(([before, text], index) => (index === 0 ? text : before + text)).join(""));
const soup = fc
  .array(
    fc.constantFrom(
      "1",
      "2",
      ".",
      "-",
      "+",
      "x",
      "*",
      ">",
      "<",
      "=",
      "~",
      "^",
      "!",
      "|",
      "||",
      ",",
      " ",
      "v",
      "0",
      "a",
    ),
    {
      maxLength: 10,
    },
  )
  .map((parts) => parts.join(""));

export const compared: fc.Arbitrary<TemplateCase> = fc
  .tuple(
    fc.oneof({ weight: 5, arbitrary: constraint }, { weight: 3, arbitrary: comparison }, soup),
    fc.oneof({ weight: 6, arbitrary: valid }, lenient),
  )
  .map(([c, v]) => ({ template: "{{ semverCompare .c .v }}", data: { c, v } }));

export const versions: fc.Arbitrary<TemplateCase> = fc
  .tuple(fc.oneof(lenient, valid), valid, fc.oneof({ weight: 3, arbitrary: valid }, lenient))
  .map(([a, b, c]) => ({
    template:
      "{{ $a := semver .a }}{{ $b := semver .b }}{{ $c := semver .c }}{{ $a }} {{ $a.Major }} {{ $a.Minor }} {{ $a.Patch }} " +
      "{{ $a.Prerelease }} {{ $a.Metadata }} {{ $a.Original }} {{ $a.IncMajor }} {{ $a.IncMinor }} {{ $a.IncPatch }} {{ toJson $a }} " +
      "{{ $a.Compare $b }} {{ $b.Compare $c }} {{ $a.LessThan $b }} {{ $a.GreaterThan $b }} {{ $a.Equal $b }} {{ $a.LessThanEqual $c }} " +
      "{{ $a.GreaterThanEqual $c }}",
    data: { a, b, c },
  }));

export const changed: fc.Arbitrary<TemplateCase> = fc.tuple(valid, fc.oneof(identifiers, soup)).map(([v, text]) => ({
  template: "{{ (semver .v).SetMetadata .text }} {{ ((semver .v).SetPrerelease .text).IncPatch }}",
  data: { v, text },
}));
