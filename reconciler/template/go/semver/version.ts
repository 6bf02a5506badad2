import { FunctionError } from "../../functions/function";

/** `semver.Version` of Masterminds/semver 3.4: three uint64 numbers, what follows `-` and `+`, and the text it was read from. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  readonly original: string;
}

const UINT64_LIMIT = 1n << 64n;
const IDENTIFIERS = String.raw`[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*`;
const LOOSE = new RegExp(
  String.raw`^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-(${IDENTIFIERS}))?(?:\+(${IDENTIFIERS}))?$`,
);

export const INVALID_VERSION = "is not a semantic version";

/** A number of uint64. */
function segment(text: string | undefined): bigint | undefined {
  if (text === undefined) return 0n;
  const digits = text.replace(/^0+(?=.)/, "");
  if (digits.length > 20) return undefined;
  const value = BigInt(digits);
  return value < UINT64_LIMIT ? value : undefined;
}

const hasLeadingZero = (identifier: string): boolean => /^0[0-9]+$/.test(identifier);

/** validatePrerelease: identifiers of letters, digits and `-`, none empty, numbers without leading zeros. */
function isPrerelease(text: string): boolean {
  return text.split(".").every((part) => /^[0-9A-Za-z-]+$/.test(part) && !hasLeadingZero(part));
}

/** validateMetadata. */
const isMetadata = (text: string): boolean => text.split(".").every((part) => /^[0-9A-Za-z-]+$/.test(part));

/**
 * `semver.NewVersion`: also `1`, `1.2`, a `v` in front and leading zeros, but none in a numeric part of the prerelease. Undefined
 * where it gives an error.
 */
export function parseVersion(text: string): Version | undefined {
  const match = LOOSE.exec(text);
  if (match === null) return undefined;
  const [major, minor, patch] = [segment(match[1]), segment(match[2]), segment(match[3])];
  const [, , , , prerelease = "", metadata = ""] = match;
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  if (prerelease !== "" && !isPrerelease(prerelease)) return undefined;
  return { major, minor, patch, prerelease, metadata, original: text };
}

/** `Version.String`: always with three numbers and without a `v`. */
export function versionText({ major, minor, patch, prerelease, metadata }: Version): string {
  return `${major}.${minor}.${patch}${prerelease === "" ? "" : `-${prerelease}`}${metadata === "" ? "" : `+${metadata}`}`;
}

const order = (a: bigint, b: bigint): -1 | 0 | 1 => (a < b ? -1 : a > b ? 1 : 0);

/** `strconv.ParseUint` of an identifier: undefined for what is no number or too large for uint64, which then counts as text. */
const numeric = (identifier: string): bigint | undefined =>
  /^[0-9]+$/.test(identifier) ? segment(identifier) : undefined;

function compareIdentifiers(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  if (a === "") return -1;
  if (b === "") return 1;
  const [left, right] = [numeric(a), numeric(b)];
  if (left === undefined && right === undefined) return a > b ? 1 : -1;
  if (right === undefined) return -1;
  if (left === undefined) return 1;
  return left > right ? 1 : -1;
}

/** comparePrerelease: by identifiers, the shorter one first; numbers before text. */
export function comparePrereleases(a: string, b: string): -1 | 0 | 1 {
  const [left, right] = [a.split("."), b.split(".")];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const result = compareIdentifiers(left[index] ?? "", right[index] ?? "");
    if (result !== 0) return result;
  }
  return 0;
}

/** `Version.Compare`: metadata does not count, and a prerelease is before its release. */
export function compareVersions(a: Version, b: Version): -1 | 0 | 1 {
  const numbers = order(a.major, b.major) || order(a.minor, b.minor) || order(a.patch, b.patch);
  if (numbers !== 0) return numbers;
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === "") return 1;
  return b.prerelease === "" ? -1 : comparePrereleases(a.prerelease, b.prerelease);
}

/** A version made from another: its text is new, the `v` in front of the old one stays. */
export function derived(from: Version, change: Partial<Omit<Version, "original">>): Version {
  const next = { ...from, ...change };
  return { ...next, original: (from.original.startsWith("v") ? "v" : "") + versionText(next) };
}

const next = (value: bigint): bigint => BigInt.asUintN(64, value + 1n);
const RELEASE = { prerelease: "", metadata: "" };

/** `Version.IncPatch`: the release of a prerelease, else the next patch. */
export const incrementPatch = (version: Version): Version =>
  derived(version, { ...RELEASE, patch: version.prerelease === "" ? next(version.patch) : version.patch });
export const incrementMinor = (version: Version): Version =>
  derived(version, { ...RELEASE, patch: 0n, minor: next(version.minor) });
export const incrementMajor = (version: Version): Version =>
  derived(version, { ...RELEASE, patch: 0n, minor: 0n, major: next(version.major) });

/** `Version.SetPrerelease`. */
export function withPrerelease(version: Version, prerelease: string): Version {
  if (prerelease !== "" && !isPrerelease(prerelease)) throw new FunctionError("is not a prerelease");
  return derived(version, { prerelease });
}

/** `Version.SetMetadata`. */
export function withMetadata(version: Version, metadata: string): Version {
  if (metadata !== "" && !isMetadata(metadata)) throw new FunctionError("is not build metadata");
  return derived(version, { metadata });
}
