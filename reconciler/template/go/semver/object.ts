import { FunctionError, type GoFunction } from "../../functions/function";
import { byteSlice } from "../cast";
import { UINT64, type GoType } from "../type";
import { GoInteger, GoObject, type Value } from "../value";
import {
  compareVersions,
  incrementMajor,
  incrementMinor,
  incrementPatch,
  versionText,
  withMetadata,
  withPrerelease,
  type Version,
} from "./version";

const NO_FIELDS: ReadonlyMap<string, Value> = new Map();

/** `*semver.Version`, as `semver` gives it, or `semver.Version`, as `.IncMajor` and its like do: that one has fewer methods. */
export class GoVersion extends GoObject {
  readonly fields = NO_FIELDS;
  constructor(
    readonly version: Version,
    private readonly isPointer: boolean,
  ) {
    super();
  }

  get type(): GoType {
    return this.isPointer ? VERSION_POINTER : VERSION;
  }

  override text(): string {
    return versionText(this.version);
  }

  override json(): string {
    return `"${versionText(this.version)}"`;
  }
}

function versionOf(value: Value | undefined): Version {
  if (value instanceof GoVersion) return value.version;
  throw new FunctionError("is not a version");
}

function method(
  name: string,
  signature: string,
  doc: string,
  call: (version: Version, argument: Value | undefined) => Value,
): readonly [string, GoFunction] {
  return [name, { name, signature, doc, call: ([version, argument]) => call(versionOf(version), argument) }];
}

const uint64 = (value: bigint): GoInteger => new GoInteger(UINT64, value);
const value = (version: Version): GoVersion => new GoVersion(version, false);

const OF_VALUE = [
  method("String", "func() string", "With three numbers and without a v.", versionText),
  method("Major", "func() uint64", "The first number.", (v) => uint64(v.major)),
  method("Minor", "func() uint64", "The second number.", (v) => uint64(v.minor)),
  method("Patch", "func() uint64", "The third number.", (v) => uint64(v.patch)),
  method("Prerelease", "func() string", "What follows the -.", (v) => v.prerelease),
  method("Metadata", "func() string", "What follows the +.", (v) => v.metadata),
  method("IncPatch", "func() semver.Version", "The next patch, or the release of a prerelease.", (v) =>
    value(incrementPatch(v)),
  ),
  method("IncMinor", "func() semver.Version", "The next minor version.", (v) => value(incrementMinor(v))),
  method("IncMajor", "func() semver.Version", "The next major version.", (v) => value(incrementMajor(v))),
  method("SetPrerelease", "func(prerelease string) (semver.Version, error)", "With another prerelease.", (v, text) =>
    value(withPrerelease(v, text as string)),
  ),
  method("SetMetadata", "func(metadata string) (semver.Version, error)", "With other metadata.", (v, text) =>
    value(withMetadata(v, text as string)),
  ),
  method("MarshalJSON", "func() ([]byte, error)", "Its text in quotes.", (v) => byteSlice(`"${versionText(v)}"`)),
  method("MarshalText", "func() ([]byte, error)", "Its text.", (v) => byteSlice(versionText(v))),
  method("Value", "func() (driver.Value, error)", "Its text.", versionText),
] as const;

const OF_POINTER = [
  method("Original", "func() string", "The text it was read from.", (v) => v.original),
  method("Compare", "func(o *semver.Version) int", "-1, 0 or 1.", (v, o) => BigInt(compareVersions(v, versionOf(o)))),
  // Go asks for nil before it compares here, and nowhere else.
  method("Equal", "func(o *semver.Version) bool", "Equal, whatever the metadata.", (v, o) =>
    o === null ? false : compareVersions(v, versionOf(o)) === 0,
  ),
  method("LessThan", "func(o *semver.Version) bool", "Less.", (v, o) => compareVersions(v, versionOf(o)) < 0),
  method(
    "LessThanEqual",
    "func(o *semver.Version) bool",
    "Less or equal.",
    (v, o) => compareVersions(v, versionOf(o)) <= 0,
  ),
  method("GreaterThan", "func(o *semver.Version) bool", "Greater.", (v, o) => compareVersions(v, versionOf(o)) > 0),
  method(
    "GreaterThanEqual",
    "func(o *semver.Version) bool",
    "Greater or equal.",
    (v, o) => compareVersions(v, versionOf(o)) >= 0,
  ),
] as const;

const VERSION: GoType = { name: "semver.Version", kind: "struct", methods: new Map(OF_VALUE) };
const VERSION_POINTER: GoType = {
  name: "*semver.Version",
  kind: "ptr",
  elem: VERSION,
  methods: new Map([...OF_VALUE, ...OF_POINTER]),
};
