import type { Schema } from "./schema";

/**
 * How a field takes part in field ownership (structured merge diff): objects are granular and lists are atomic unless said
 * otherwise, which is also how the API server treats what its schema does not describe.
 */
export interface FieldType {
  /** Owned and replaced as a whole. */
  readonly atomic?: true;
  /** A list of objects that are told apart by these keys. */
  readonly keys?: readonly string[];
  /** A list of scalars used as a set. */
  readonly set?: true;
  /** Fields with a type of their own. Other fields count as declared too, unless this is a {@link map}. */
  readonly fields?: Readonly<Record<string, FieldType>>;
  /** A map: its keys are data, not declared fields. */
  readonly map?: true;
  /** Elements of a list, values of a map. */
  readonly each?: FieldType;
}

const atomic: FieldType = { atomic: true };
const map: FieldType = { map: true };
const keyed = (keys: readonly string[], fields?: Readonly<Record<string, FieldType>>): FieldType => ({
  keys,
  ...(fields === undefined ? {} : { each: { fields } }),
});

const keyRefs: FieldType = {
  fields: { secretKeyRef: atomic, configMapKeyRef: atomic, fieldRef: atomic, resourceFieldRef: atomic },
};
const containers = keyed(["name"], {
  env: keyed(["name"], { valueFrom: keyRefs }),
  ports: keyed(["containerPort", "protocol"]),
  resources: { fields: { limits: map, requests: map, claims: keyed(["name"]) } },
  volumeMounts: keyed(["mountPath"]),
  volumeDevices: keyed(["devicePath"]),
});
const podSpec: FieldType = {
  fields: {
    containers,
    initContainers: containers,
    ephemeralContainers: containers,
    volumes: keyed(["name"]),
    imagePullSecrets: keyed(["name"]),
    hostAliases: keyed(["ip"]),
    topologySpreadConstraints: keyed(["topologyKey", "whenUnsatisfiable"]),
    nodeSelector: atomic,
  },
};
const metadataType: FieldType = {
  fields: { ownerReferences: keyed(["uid"]), finalizers: { set: true }, labels: map, annotations: map },
};
const template: FieldType = { fields: { metadata: metadataType, spec: podSpec } };
const conditions = keyed(["type"]);

/** Root of a kind whose only special fields are those of its metadata. */
export const plainType: FieldType = { fields: { metadata: metadataType } };

export const dataType: FieldType = {
  fields: { metadata: metadataType, data: map, stringData: map, binaryData: map },
};

export const workloadType: FieldType = {
  fields: {
    metadata: metadataType,
    spec: { fields: { selector: atomic, template } },
    status: { fields: { conditions } },
  },
};
export const cronJobType: FieldType = {
  fields: {
    metadata: metadataType,
    spec: { fields: { jobTemplate: { fields: { metadata: metadataType, spec: { fields: { template } } } } } },
  },
};
export const podType: FieldType = {
  fields: { metadata: metadataType, spec: podSpec, status: { fields: { conditions, podIPs: keyed(["ip"]) } } },
};
export const serviceType: FieldType = {
  fields: {
    metadata: metadataType,
    spec: { fields: { selector: atomic, ports: keyed(["port", "protocol"]) } },
    status: { fields: { conditions } },
  },
};
export const serviceAccountType: FieldType = {
  fields: { metadata: metadataType, secrets: keyed(["name"]), imagePullSecrets: keyed(["name"]) },
};
export const selectorSpecType: FieldType = {
  fields: {
    metadata: metadataType,
    spec: { fields: { selector: atomic, podSelector: atomic } },
    status: { fields: { conditions } },
  },
};
export const eventType: FieldType = {
  fields: { metadata: metadataType, involvedObject: atomic, source: atomic, related: atomic },
};
export const bindingType: FieldType = { fields: { metadata: metadataType, roleRef: atomic } };

/** The type of a custom kind: what its schema's `x-kubernetes-list-type` and `x-kubernetes-map-type` say. */
export function typeOfSchema(schema: Schema): FieldType {
  const root = typeOf(schema);
  return { ...root, fields: { ...root.fields, metadata: metadataType } };
}

/** What no schema describes: maps all the way down. */
const anything: FieldType & { each?: FieldType } = { map: true };
(anything as { each: FieldType }).each = anything;

function typeOf(schema: Schema): FieldType {
  if (schema["x-kubernetes-map-type"] === "atomic") return atomic;
  const listType = schema["x-kubernetes-list-type"];
  const each = schema.items ?? (schema.additionalProperties === false ? undefined : schema.additionalProperties);
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true;
  return {
    ...(each === undefined && !open ? {} : { map: true }),
    ...(listType === "map" ? { keys: schema["x-kubernetes-list-map-keys"] ?? [] } : {}),
    ...(listType === "set" ? { set: true } : {}),
    ...(typeof each === "object" ? { each: typeOf(each) } : open ? { each: anything } : {}),
    ...(schema.properties === undefined
      ? {}
      : {
          fields: Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [key, typeOf(value)])),
        }),
  };
}

/** Whether a field is declared, as opposed to a key of a map. */
export function isDeclared(type: FieldType | undefined, field: string): boolean {
  return type?.map !== true || (type.fields !== undefined && Object.hasOwn(type.fields, field));
}

export function typeBelow(type: FieldType | undefined, field: string): FieldType | undefined {
  const fields = type?.fields;
  if (fields !== undefined && Object.hasOwn(fields, field)) return fields[field];
  return type?.each;
}
