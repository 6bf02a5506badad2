import { compileRegexp, type Meter } from "../regexp";
import { comparePrereleases, compareVersions, parseVersion, type Version } from "./version";

const OPERATORS = ["=", "", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^"] as const;
type Operator = (typeof OPERATORS)[number];

/** One comparison, such as `>=1.2` or `~2.x`. */
export interface Constraint {
  readonly operator: Operator;
  readonly version: Version;
  /** Which part was left out or a wildcard, with all behind it; `all` is `*`, undefined a whole version. */
  readonly open: "all" | "minor" | "patch" | undefined;
}

/** Alternatives (`||`) of comparisons that all must hold. */
export interface Constraints {
  readonly alternatives: readonly {
    readonly all: readonly Constraint[];
    /** One of the comparisons names a prerelease, so that the alternative takes prereleases. */
    readonly prereleases: boolean;
  }[];
}

// Masterminds/semver finds the comparisons by regular expressions, among whose quirks users live: a number may hold `|`, and where one
// comparison ends is where the next one matches. They are ambiguous in their spaces, so that only an engine that does not backtrack
// may run them.
const OPERATOR = OPERATORS.map((operator) => operator.replace("^", "\\^")).join("|");
const NUMBER = String.raw`[0-9xX*|]+`;
const IDENTIFIERS = String.raw`[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*`;
const PARTS = String.raw`v?(${NUMBER})(?:\.(${NUMBER}))?(?:\.(${NUMBER}))?(-${IDENTIFIERS})?(?:\+${IDENTIFIERS})?`;
const WHOLE = PARTS.replace(/\((?!\?)/g, "(?:");
const RANGE = String.raw`\s*(${WHOLE})\s+-\s+(${WHOLE})\s*`;
const COMPARISON = `(?:${OPERATOR})\\s*${WHOLE}`;
const SEGMENT = String.raw`^\s*${COMPARISON}\s*(?:(?:\s+|,\s*)${COMPARISON}\s*)*$`;
const PARSED = String.raw`^\s*(${OPERATOR})\s*${PARTS}\s*$`;

const isWildcard = (part: string): boolean => part === "" || part === "x" || part === "X" || part === "*";

function parseConstraint(text: string, meter: Meter): Constraint | undefined {
  const [match] = compileRegexp(PARSED, meter).findAllSubmatch(text, meter);
  if (match === undefined) return undefined;
  const [, operator = "", major = "", minor = "", patch = "", prerelease = ""] = match;
  const open = isWildcard(major) ? "all" : isWildcard(minor) ? "minor" : isWildcard(patch) ? "patch" : undefined;
  const numbers = { all: "0.0.0", minor: `${major}.0.0`, patch: `${major}.${minor}.0` };
  const version = parseVersion((open === undefined ? `${major}.${minor}.${patch}` : numbers[open]) + prerelease);
  return version === undefined ? undefined : { operator: operator as Operator, version, open };
}

/** `1.2 - 1.4` is `>= 1.2, <= 1.4 `. Replaced where the text stands first, as in Go. */
function withoutRanges(text: string, meter: Meter): string {
  let out = text;
  for (const [range = "", from = "", to = ""] of compileRegexp(RANGE, meter).findAllSubmatch(text, meter)) {
    meter.step(1 + (out.length >> 8));
    out = out.replace(range, () => `>= ${from}, <= ${to} `);
  }
  return out;
}

/** `semver.NewConstraint`; undefined where it gives an error. */
export function parseConstraints(text: string, meter: Meter): Constraints | undefined {
  const alternatives = [];
  for (const segment of withoutRanges(text, meter).split("||")) {
    if (!compileRegexp(SEGMENT, meter).matches(segment, meter)) return undefined;
    const all: Constraint[] = [];
    for (const comparison of compileRegexp(COMPARISON, meter).findAll(segment, -1n, meter) ?? []) {
      const constraint = parseConstraint(comparison, meter);
      if (constraint === undefined) return undefined;
      all.push(constraint);
    }
    alternatives.push({ all, prereleases: all.some(({ version }) => version.prerelease !== "") });
  }
  return { alternatives };
}

/** `Constraints.Check`. */
export function satisfies(version: Version, { alternatives }: Constraints): boolean {
  return alternatives.some(
    ({ all, prereleases }) =>
      (version.prerelease === "" || prereleases) && all.every((constraint) => holds(version, constraint)),
  );
}

function holds(v: Version, c: Constraint): boolean {
  switch (c.operator) {
    case "":
    case "=":
      return c.open === undefined ? compareVersions(v, c.version) === 0 : tilde(v, c);
    case "!=":
      return notEqual(v, c);
    case ">":
      return greater(v, c);
    case "<":
      return compareVersions(v, c.version) < 0;
    case ">=":
    case "=>":
      return compareVersions(v, c.version) >= 0;
    case "<=":
    case "=<":
      return lessOrEqual(v, c);
    case "~":
    case "~>":
      return tilde(v, c);
    case "^":
      return caret(v, c);
  }
}

function notEqual(v: Version, { version, open }: Constraint): boolean {
  if (open === undefined) return compareVersions(v, version) !== 0;
  if (v.major !== version.major) return true;
  if (open === "minor") return false;
  if (v.minor !== version.minor) return true;
  if (open === "all") return v.patch !== version.patch || compareVersions(v, version) !== 0;
  return (
    (v.prerelease !== "" || version.prerelease !== "") && comparePrereleases(v.prerelease, version.prerelease) !== 0
  );
}

/** `>11` begins at 12, `>11.1` at 11.2. */
function greater(v: Version, { version, open }: Constraint): boolean {
  if (open === "minor" || open === "patch") {
    if (v.major !== version.major) return v.major > version.major;
    return open === "patch" && v.minor > version.minor;
  }
  return compareVersions(v, version) > 0;
}

/** `<=11` ends before 12, `<=11.1` before 11.2; `<=*` at all of 0. */
function lessOrEqual(v: Version, { version, open }: Constraint): boolean {
  if (open === undefined) return compareVersions(v, version) <= 0;
  if (v.major !== version.major) return v.major < version.major;
  return open === "minor" || v.minor <= version.minor;
}

/** `~1.2.3` is `>=1.2.3, <1.3`, `~1` is `>=1, <2`; `~0.0.0` and `~*` are everything. */
function tilde(v: Version, { version, open }: Constraint): boolean {
  if (compareVersions(v, version) < 0) return false;
  const isZero = version.major === 0n && version.minor === 0n && version.patch === 0n;
  if (isZero && open !== "minor" && open !== "patch") return true;
  return v.major === version.major && (open === "minor" || v.minor === version.minor);
}

/** `^1.2.3` is `>=1.2.3, <2`, `^0.2.3` is `>=0.2.3, <0.3`, `^0.0.3` is that patch alone. */
function caret(v: Version, { version, open }: Constraint): boolean {
  if (compareVersions(v, version) < 0) return false;
  if (version.major > 0n || open === "minor") return v.major === version.major;
  if (v.major > 0n) return false;
  if (version.minor > 0n || open === "patch") return v.minor === version.minor;
  return v.minor === 0n && v.patch === version.patch;
}
