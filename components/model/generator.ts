import { GENERATOR_KINDS, type GeneratorKind } from "../../api";
import { objectName, oneOf, record } from "./fields";
import type { Place } from "./problems";
import { readRewrite, type ResolvedRewrite, type RewriteSpec } from "./rewrite";

/**
 * Values that are made instead of read (ESO's generators): an object of `generators.external-secrets.io/v1alpha1` that exists in the
 * AppSecret's namespace (a ClusterGenerator in the cluster). It makes new values at every refresh, so an AppSecret with one says
 * `refreshInterval`, or `refreshPolicy: "CreatedOnce"`. Costs Vault nothing and grants nothing; what a VaultDynamicSecret reads, it reads by
 * a login of its own.
 */
export interface GeneratorSpec {
  /** Kind and name of the generator: `{ kind: "Password", name: "db" }`. */
  readonly generator: { readonly kind: GeneratorKind; readonly name: string };
  /** Renames what it makes, step by step. Default: the generator's own names, such as `password`. */
  readonly rewrite?: readonly RewriteSpec[];
}

/** A generator with everything derived. */
export interface ResolvedGenerator {
  readonly kind: "generator";
  readonly generator: { readonly kind: GeneratorKind; readonly name: string };
  readonly rewrite: readonly ResolvedRewrite[];
}

export function readGenerator(place: Place, value: unknown): ResolvedGenerator | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["generator", "rewrite"]);
  const rewrite = readRewrite(place.at("rewrite"), fields.rewrite);
  const at = place.at("generator");
  const generator = record(at, fields.generator);
  if (generator === undefined) return undefined;
  at.onlyFields(generator, ["kind", "name"]);
  const kind = oneOf(at.at("kind"), generator.kind, GENERATOR_KINDS);
  const name = objectName(at.at("name"), generator.name);
  return kind === undefined || name === undefined
    ? undefined
    : { kind: "generator", generator: { kind, name }, rewrite };
}

/** Each refresh makes new values: how often has to be said, and what is said of values in Vault means nothing. */
export function checkGeneratedRefresh(place: Place, fields: Readonly<Record<string, unknown>>): void {
  const meaningless = ["staleFor", "rotatesEvery"].filter((field) => fields[field] !== undefined);
  for (const field of meaningless)
    place.at(field).report("has no meaning: a generator makes new values at every refresh; say refreshInterval");
  const periodic = fields.refreshPolicy === undefined || fields.refreshPolicy === "Periodic";
  if (periodic && fields.refreshInterval === undefined && meaningless.length === 0 && fields.immutable !== true)
    place
      .at("refreshInterval")
      .report(
        'is missing: a generator makes new values at every refresh; say how often, or refreshPolicy: "CreatedOnce"',
      );
}
