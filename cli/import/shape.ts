import { isRecord, type JsonRecord, type Problem } from "../../api";
import { externalSecretCrd, secretStoreCrd, type CustomResourceDefinition } from "../../api/crds";
import { list, map, object, string, type Schema } from "../../api/crds/schema";

const METADATA = object({
  name: string(),
  namespace: string(),
  labels: map(string()),
  annotations: map(string()),
  finalizers: list(string()),
});

/** What an API server would say about the types of an ExternalSecret or store; unknown fields are not its business here. */
export function shapeProblems(value: JsonRecord, kind: "ExternalSecret" | "SecretStore"): readonly Problem[] {
  const crd: CustomResourceDefinition = kind === "ExternalSecret" ? externalSecretCrd : secretStoreCrd;
  const spec = crd.spec as unknown as {
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
  const schema = spec.versions[0]?.schema.openAPIV3Schema.properties?.spec ?? {};
  return [...problemsOf(value.metadata, METADATA, "metadata"), ...problemsOf(value.spec, schema, "spec")];
}

function problemsOf(value: unknown, schema: Schema, path: string): readonly Problem[] {
  if (value === undefined) return [];
  const wrong = (message: string): readonly Problem[] => [{ path, message }];
  if (schema["x-kubernetes-int-or-string"] === true)
    return typeof value === "string" || Number.isInteger(value) ? [] : wrong("is neither a number nor a text");
  switch (schema.type) {
    case "object": {
      if (!isRecord(value)) return wrong("is not an object");
      const missing = (schema.required ?? []).filter((name) => value[name] === undefined);
      return [
        ...missing.map((name) => ({ path: `${path}.${name}`, message: "is missing" })),
        ...Object.entries(value).flatMap(([name, entry]) => {
          const inner = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
          return problemsOf(entry, inner ?? schema.additionalProperties ?? {}, `${path}.${shown(name, inner)}`);
        }),
      ];
    }
    case "array":
      if (!Array.isArray(value)) return wrong("is not a list");
      return value.flatMap((entry, at) => problemsOf(entry, schema.items ?? {}, `${path}[${at}]`));
    case "string":
      if (typeof value !== "string") return wrong("is not a text");
      return schema.enum?.includes(value) === false ? wrong(`is not one of ${schema.enum.join(", ")}`) : [];
    case "integer":
      return Number.isInteger(value) ? [] : wrong("is not a whole number");
    case "boolean":
      return typeof value === "boolean" ? [] : wrong("is neither true nor false");
    case undefined:
      return [];
  }
}

/** Names of maps come from the input. */
function shown(name: string, known: Schema | undefined): string {
  return known !== undefined || /^[\w./-]{1,64}$/.test(name) ? name : "(a name)";
}
