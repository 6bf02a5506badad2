import { parseConstraints, satisfies, type Constraints } from "../go/semver/constraint";
import { GoVersion } from "../go/semver/object";
import { INVALID_VERSION, parseVersion, type Version } from "../go/semver/version";
import type { Value } from "../go/value";
import { FunctionError, type GoFunction, type Render } from "./function";

function version(text: Value | undefined): Version {
  const parsed = parseVersion(text as string);
  if (parsed === undefined) throw new FunctionError(INVALID_VERSION);
  return parsed;
}

const KEPT = 64;
const kept = new Map<string, Constraints>();

function constraints(text: string, render: Render): Constraints {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const parsed = parseConstraints(text, render);
  if (parsed === undefined) throw new FunctionError("is not a version constraint");
  if (text.length <= 256) {
    if (kept.size >= KEPT) kept.clear();
    kept.set(text, parsed);
  }
  return parsed;
}

/** sprig's functions for semantic versions (vendored by ESO in sprig_semver.go), as Masterminds/semver 3.4 understands them. */
export const semverFunctions: readonly GoFunction[] = [
  {
    name: "semver",
    signature: "func(version string) (*semver.Version, error)",
    doc: "A version with `.Major`, `.Minor`, `.Patch`, `.Prerelease`, `.Metadata`, `.Original`, `.Compare` and others.",
    example: [`{{ (semver "v1.2.3-beta.1+exp").Prerelease }}`, "beta.1"],
    call: ([text]) => new GoVersion(version(text), true),
  },
  {
    name: "semverCompare",
    signature: "func(constraint, version string) (bool, error)",
    doc: "Whether a version satisfies a constraint such as `>=1.2, <2 || ~3.1`; prereleases do only where it names one.",
    example: [`{{ semverCompare "^1.2.0" "1.9.3" }}`, "true"],
    call: ([constraint, text], render) => {
      const parsed = constraints(constraint as string, render);
      render.step(parsed.alternatives.length);
      return satisfies(version(text), parsed);
    },
  },
];
