import fc from "fast-check";
import { boundedMeter } from "../../../../reconciler/template/go/regexp";
import { parseConstraints, satisfies } from "../../../../reconciler/template/go/semver/constraint";
import {
  compareVersions,
  parseVersion,
  versionText,
  type Version,
} from "../../../../reconciler/template/go/semver/version";

const version = (text: string): Version => {
  const parsed = parseVersion(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const check = (constraint: string, text: string): boolean | undefined => {
  const parsed = parseConstraints(constraint, boundedMeter());
  return parsed === undefined ? undefined : satisfies(version(text), parsed);
};

test("the order of the specification", () => {
  const ordered = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
  ]
    .concat(["1.0.0", "1.0.1", "1.1.0", "1.10.0", "2.0.0"])
    .map(version);
  for (const [a, left] of ordered.entries())
    for (const [b, right] of ordered.entries()) expect(compareVersions(left, right)).toBe(Math.sign(a - b));
});

test("a version's text is read as itself", () => {
  const number = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(
      number,
      number,
      number,
      fc.constantFrom("", "-rc.1", "-a-b"),
      fc.constantFrom("", "+b.01"),
      (a, b, c, pre, meta) => {
        const text = `${a}.${b}.${c}${pre}${meta}`;
        expect(versionText(version(text))).toBe(text);
      },
    ),
  );
});

test.each([
  ["^1.2", "1.9.0", true],
  ["^0.2.3", "0.3.0", false],
  ["~1.2.3", "1.3.0", false],
  ["1.2 - 1.4", "1.4.9", true],
  [">=1.0.0", "1.1.0-rc.1", false],
  [">=1.0.0-0", "1.1.0-rc.1", true],
  ["<1 || >=2, <3", "2.5.0", true],
  ["", "1.0.0", undefined],
  ["latest", "1.0.0", undefined],
] as const)("%j on %s is %s", (constraint, text, expected) => {
  expect(check(constraint, text)).toBe(expected);
});

test("a hostile constraint or version takes no long time", () => {
  expect(check(`1.2.3${" ".repeat(20_000)}x!`, "1.0.0")).toBeUndefined();
  expect(check(`${"1 ".repeat(5_000)}!`, "1.0.0")).toBeUndefined();
  expect(parseVersion(`1.2.3-${"a.".repeat(100_000)}`)).toBeUndefined();
});
