/** The part of a structural OpenAPI v3 schema that our CRDs use. */
export interface Schema {
  readonly type?: "object" | "array" | "string" | "integer" | "boolean";
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly minimum?: number;
  readonly "x-kubernetes-int-or-string"?: true;
  readonly "x-kubernetes-preserve-unknown-fields"?: true;
  readonly "x-kubernetes-list-type"?: "map" | "atomic" | "set";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
}

export const string = (more: Omit<Schema, "type"> = {}): Schema => ({ type: "string", ...more });
export const boolean: Schema = { type: "boolean" };
export const integer = (more: Omit<Schema, "type"> = {}): Schema => ({ type: "integer", ...more });
export const oneOf = (...values: readonly string[]): Schema => ({ type: "string", enum: values });
export const list = (items: Schema, more: Omit<Schema, "type" | "items"> = {}): Schema => ({
  type: "array",
  items,
  ...more,
});
export const map = (additionalProperties: Schema): Schema => ({ type: "object", additionalProperties });
export const anything: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/** An object; a name ending in `!` is required. */
export function object(
  properties: Readonly<Record<string, Schema>>,
  more: Omit<Schema, "type" | "properties" | "required"> = {},
): Schema {
  const required = Object.keys(properties).filter((name) => name.endsWith("!"));
  return {
    type: "object",
    ...more,
    ...(required.length > 0 ? { required: required.map((name) => name.slice(0, -1)) } : {}),
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name.replace(/!$/, ""), schema]),
    ),
  };
}

/** A Kubernetes object name (DNS subdomain). */
export const objectName = string({
  minLength: 1,
  maxLength: 253,
  pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
});
export const namespaceName = string({ minLength: 1, maxLength: 63, pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" });
export const secretKey = string({ minLength: 1, maxLength: 253, pattern: "^[-._a-zA-Z0-9]+$" });

/** `status.conditions` as ESO writes them: one per type. */
export const conditions: Schema = list(
  object({
    "type!": string(),
    "status!": string(),
    reason: string(),
    message: string(),
    lastTransitionTime: string({ format: "date-time" }),
  }),
);

export interface Column {
  readonly name: string;
  readonly type: "string" | "date";
  readonly jsonPath: string;
  readonly priority?: number;
}

export interface CrdVersion {
  readonly name: string;
  readonly storage: boolean;
  readonly selectableFields?: readonly string[];
}

export interface CrdParts {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: "Namespaced" | "Cluster";
  readonly versions: readonly CrdVersion[];
  readonly spec: Schema;
  readonly status: Schema;
  readonly columns: readonly Column[];
}

/** A CustomResourceDefinition; every version has the same schema (conversion strategy None). */
export function crd(parts: CrdParts): CustomResourceDefinition {
  const schema: Schema = {
    type: "object",
    properties: {
      apiVersion: string(),
      kind: string(),
      metadata: { type: "object" },
      spec: parts.spec,
      status: parts.status,
    },
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${parts.plural}.${parts.group}`, labels: { "external-secrets.io/component": "controller" } },
    spec: {
      group: parts.group,
      scope: parts.scope,
      names: {
        kind: parts.kind,
        listKind: `${parts.kind}List`,
        plural: parts.plural,
        singular: parts.kind.toLowerCase(),
        shortNames: parts.shortNames,
        categories: parts.categories,
      },
      conversion: { strategy: "None" },
      versions: parts.versions.map((version) => ({
        name: version.name,
        served: true,
        storage: version.storage,
        schema: { openAPIV3Schema: schema },
        subresources: { status: {} },
        additionalPrinterColumns: parts.columns,
        ...(version.selectableFields === undefined
          ? {}
          : { selectableFields: version.selectableFields.map((jsonPath) => ({ jsonPath })) }),
      })),
    },
  };
}

export interface CustomResourceDefinition {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly scope: "Namespaced" | "Cluster";
    readonly names: Readonly<Record<string, unknown>>;
    readonly conversion: { readonly strategy: "None" };
    readonly versions: readonly Readonly<Record<string, unknown>>[];
  };
}
