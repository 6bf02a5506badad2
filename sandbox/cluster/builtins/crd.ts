import { dig, ensure, equal, fieldsOf, fill, isFields, listOf, stringOf, type Fields } from "../../json";
import { typeOfSchema } from "../field-type";
import type { Body, Kind, Strategy } from "../kinds";
import { patternProblem, type Schema } from "../schema";
import { cause, type Cause } from "../status";

export const crdStrategy: Strategy = {
  prepare: (body, old) => {
    const spec = ensure(body, "spec");
    const names = ensure(spec, "names");
    const kind = stringOf(names, "kind") ?? "";
    fill(names, "singular", kind.toLowerCase());
    fill(names, "listKind", `${kind}List`);
    fill(spec, "conversion", { strategy: "None" });
    const stored = versionsOf(body).find((version) => version.storage === true);
    const now = body.metadata.creationTimestamp;
    const condition = (type: string, reason: string, message: string): Fields => ({
      type,
      status: "True",
      lastTransitionTime: now,
      reason,
      message,
    });
    body.status = {
      conditions: [
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
      ],
      acceptedNames: names,
      storedVersions: [...new Set([...listOf(fieldsOf(old, "status"), "storedVersions"), stored?.name])],
    };
  },
  validate: (body, old) => {
    const spec = fieldsOf(body, "spec");
    const expected = `${String(dig(spec, "names", "plural"))}.${String(spec?.group)}`;
    const causes: Cause[] = [];
    for (const field of ["group", "scope"])
      if (stringOf(spec, field) === undefined) causes.push(cause.required(`spec.${field}`));
    for (const field of ["plural", "kind"])
      if (typeof dig(spec, "names", field) !== "string") causes.push(cause.required(`spec.names.${field}`));
    if (causes.length > 0) return causes;
    if (body.metadata.name !== expected)
      causes.push(cause.invalid("metadata.name", body.metadata.name, 'must be spec.names.plural+"."+spec.group'));
    const versions = versionsOf(body);
    if (versions.filter((version) => version.storage === true).length !== 1)
      causes.push(cause.invalid("spec.versions", versions, "must have exactly one version marked as storage version"));
    versions.forEach((version, index) => causes.push(...schemaProblems(version, `spec.versions[${index}]`)));
    causes.push(...selectableProblems(versions));
    if (old !== undefined && spec?.scope !== fieldsOf(old, "spec")?.scope)
      causes.push(cause.invalid("spec.scope", spec?.scope, "field is immutable"));
    return causes;
  },
};

function schemaProblems(version: Fields, at: string): readonly Cause[] {
  const schema = dig(version, "schema", "openAPIV3Schema");
  if (!isFields(schema)) return [cause.required(`${at}.schema.openAPIV3Schema`, "schemas are required")];
  const root = `${at}.schema.openAPIV3Schema`;
  return schema.type === "object"
    ? patternProblems(schema, root)
    : [cause.invalid(`${root}.type`, schema.type ?? "", "must be object at the root")];
}

function patternProblems(schema: Schema, at: string): readonly Cause[] {
  const { pattern, properties, items, additionalProperties, oneOf, anyOf, allOf } = schema;
  const why = pattern === undefined ? undefined : patternProblem(pattern);
  const below: [string, Schema | boolean | undefined][] = [
    ...Object.entries(properties ?? {}).map(([key, value]): [string, Schema] => [`${at}.properties[${key}]`, value]),
    [`${at}.items`, items],
    [`${at}.additionalProperties`, additionalProperties],
    ...Object.entries({ oneOf, anyOf, allOf }).flatMap(([name, branches]) =>
      (branches ?? []).map((branch, index): [string, Schema] => [`${at}.${name}[${index}]`, branch]),
    ),
  ];
  return [
    ...(why === undefined
      ? []
      : [cause.invalid(`${at}.pattern`, pattern, `must be a valid regular expression, but isn't: ${why}`)]),
    ...below.flatMap(([path, value]) => (isFields(value) ? patternProblems(value as Schema, path) : [])),
  ];
}

/** The server hoists a schema that all versions share; selectable fields must then be shared as well. */
function selectableProblems(versions: readonly Fields[]): readonly Cause[] {
  const [first, ...rest] = versions;
  if (first === undefined || !rest.every((version) => equal(version.schema, first.schema))) return [];
  if (rest.every((version) => equal(version.selectableFields, first.selectableFields))) return [];
  return versions.flatMap((version, index) =>
    listOf(version, "selectableFields").length === 0
      ? []
      : [
          cause.invalid(
            `spec.versions[${index}].selectableFields`,
            "",
            "may only be set when `version.schema.openAPIV3Schema` is not included",
          ),
        ],
  );
}

const versionsOf = (body: Body): readonly Fields[] => listOf(fieldsOf(body, "spec"), "versions").filter(isFields);

/** The kind a definition serves; undefined when it serves none. */
export function kindOfCrd(body: Body): Kind | undefined {
  const spec = fieldsOf(body, "spec") ?? {};
  const names = fieldsOf(spec, "names") ?? {};
  const served = versionsOf(body).filter((version) => version.served === true);
  const stored = served.find((version) => version.storage === true) ?? served[0];
  if (stored === undefined) return undefined;
  const subresources = Object.keys(fieldsOf(stored, "subresources") ?? {});
  const schemas = new Map<string, Schema>();
  for (const version of served) schemas.set(String(version.name), dig(version, "schema", "openAPIV3Schema") as Schema);
  const selectable = listOf(stored, "selectableFields").map((field) =>
    String((field as Fields).jsonPath).replace(/^\./, ""),
  );
  return {
    id: body.metadata.name,
    group: String(spec.group),
    versions: [...served].sort(byPriority).map((version) => String(version.name)),
    kind: String(names.kind),
    listKind: String(names.listKind),
    plural: String(names.plural),
    singular: String(names.singular),
    namespaced: spec.scope === "Namespaced",
    shortNames: listOf(names, "shortNames").map(String),
    categories: listOf(names, "categories").map(String),
    subresources,
    custom: true,
    generation: true,
    fields: undefined,
    schemas,
    selectable: new Map(selectable.map((field) => [field, field.split(".")])),
    type: typeOfSchema(schemas.get(String(stored.name)) ?? {}),
    skeleton: {},
    strategy: {},
  };
}

/** `v2` before `v1` before `v1beta2` before `v1alpha1`, as the API server prefers them. */
function byPriority(a: Fields, b: Fields): number {
  const rank = (name: unknown): readonly number[] => {
    const parsed = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(String(name));
    if (parsed === null) return [0, 0, 0];
    const [, major, stage, minor] = parsed;
    return [stage === undefined ? 3 : stage === "beta" ? 2 : 1, Number(major), Number(minor ?? 0)];
  };
  const [x, y] = [rank(a.name), rank(b.name)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (y[index] ?? 0) - (x[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
