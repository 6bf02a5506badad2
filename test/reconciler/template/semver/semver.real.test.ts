import fc from "fast-check";
import type { TemplateCase } from "../../../oracle/case";
import { differences } from "../time/differences";
import { changed, compared, versions } from "./arbitrary";
import { seed } from "../../../seed";

const sample = (arbitrary: fc.Arbitrary<TemplateCase>, numRuns: number): readonly TemplateCase[] =>
  fc.sample(arbitrary, { seed, numRuns });

describe(`versions are those of Masterminds/semver (KEYTURN_SEED=${seed})`, () => {
  test.each([
    ["random constraints on random versions", compared, 8000, 2000],
    ["random versions and their methods", versions, 4000, 1000],
    ["versions with another prerelease and metadata", changed, 2000, 300],
  ])("%s", async (_name, arbitrary, count, least) => {
    const { differing, worked } = await differences(sample(arbitrary, count));
    expect(differing).toEqual([]);
    expect(worked).toBeGreaterThan(least);
  });
});
