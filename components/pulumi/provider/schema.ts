import type { Field, NamedType, Shape } from "./field";
import { COMPONENTS } from "./resources";

/** A package schema; its form is Pulumi's, so it is read by Pulumi alone. */
export type PackageSchema = Readonly<Record<string, unknown>>;

/** What the engine is told of the components: their tokens, what they take and what they give, for every language. */
export function packageSchema(version: string): PackageSchema {
  const types = new Map<string, NamedType>();
  const resources = COMPONENTS.map(({ token, description, inputs, outputs }) => [
    token,
    {
      isComponent: true,
      description,
      inputProperties: propertiesOf(inputs, types, false),
      requiredInputs: requiredOf(inputs),
      properties: propertiesOf(outputs, types, true),
      required: Object.keys(outputs).sort(),
    },
  ]);
  return {
    name: "keyturn",
    displayName: "keyturn",
    version,
    description:
      "The whole life of a secret on Kubernetes: stores, ExternalSecrets and exact Vault policies from one declaration.",
    keywords: ["category/infrastructure", "kind/component", "kubernetes", "secrets", "vault", "openbao"],
    license: "Apache-2.0",
    meta: { moduleFormat: "(.*)" },
    resources: Object.fromEntries(resources) as unknown,
    types: typeSpecs(types),
    language: Object.fromEntries(
      ["nodejs", "python", "go", "csharp"].map((language) => [language, { respectSchemaVersion: true }]),
    ),
  };
}

/** Types are written down as they are met; a type may bring others. */
function typeSpecs(types: Map<string, NamedType>): Readonly<Record<string, unknown>> {
  const specs = new Map<string, unknown>();
  for (let before = -1; before !== types.size;) {
    before = types.size;
    for (const [name, type] of [...types]) specs.set(`keyturn:index:${name}`, specs.get(name) ?? typeSpec(type, types));
  }
  return Object.fromEntries([...specs].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function typeSpec(type: NamedType, types: Map<string, NamedType>): unknown {
  const { description } = type;
  if ("values" in type) return { type: "string", description, enum: type.values.map((value) => ({ value })) };
  const required = requiredOf(type.fields);
  return {
    type: "object",
    description,
    properties: propertiesOf(type.fields, types, false),
    ...(required.length === 0 ? {} : { required }),
  };
}

function propertiesOf(
  fields: Readonly<Record<string, Field>>,
  types: Map<string, NamedType>,
  output: boolean,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, { shape, description, eventual }]) => [
      name,
      { ...specOf(shape, types, !output && !eventual), description },
    ]),
  );
}

/** Plain has to be said at every level: a plain list may have elements that are not. */
function specOf(shape: Shape, types: Map<string, NamedType>, plain: boolean): Readonly<Record<string, unknown>> {
  const spec = (): Readonly<Record<string, unknown>> => {
    if ("is" in shape) return shape.is === "any" ? { $ref: "pulumi.json#/Any" } : { type: shape.is };
    if ("list" in shape) return { type: "array", items: specOf(shape.list, types, plain) };
    if ("map" in shape) return { type: "object", additionalProperties: specOf(shape.map, types, plain) };
    if ("oneOf" in shape) return { oneOf: shape.oneOf.map((one) => specOf(one, types, plain)) };
    types.set(shape.type.name, shape.type);
    return { $ref: `#/types/keyturn:index:${shape.type.name}` };
  };
  return plain ? { ...spec(), plain: true } : spec();
}

function requiredOf(fields: Readonly<Record<string, Field>>): readonly string[] {
  return Object.entries(fields)
    .flatMap(([name, { required }]) => (required ? [name] : []))
    .sort();
}
