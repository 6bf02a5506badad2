import { isFields, set } from "../../json";

/** The JSON types of the fields that the sandbox itself looks at; what is not named may be anything. */
export type Shape =
  | "string"
  | "number"
  | "boolean"
  /** A resource.Quantity: `1500m`, `2Gi`, or a number. */
  | "quantity"
  | "any"
  /** A value of this plain type, or what the shape says. */
  | { readonly either: readonly ["boolean", Shape] }
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

const list = (entry: Shape): Shape => ({ list: entry });
const fields = (declared: Readonly<Record<string, Shape>>): Shape => ({ fields: declared });
const strings = list("string");
const stringMap: Shape = { map: "string" };

const owner = fields({
  apiVersion: "string",
  kind: "string",
  name: "string",
  uid: "string",
  controller: "boolean",
  blockOwnerDeletion: "boolean",
});
export const metadataShape = fields({
  labels: stringMap,
  annotations: stringMap,
  finalizers: strings,
  ownerReferences: list(owner),
  managedFields: list(
    fields({ manager: "string", operation: "string", apiVersion: "string", time: "string", subresource: "string" }),
  ),
});

/** A JSONSchemaProps, as far as `Schema` of ../schema reads it: it holds itself. */
const schemaFields: Record<string, Shape> = {
  type: "string",
  format: "string",
  pattern: "string",
  nullable: "boolean",
  required: strings,
  enum: list("any"),
  minLength: "number",
  maxLength: "number",
  minimum: "number",
  maximum: "number",
  minItems: "number",
  maxItems: "number",
  minProperties: "number",
  maxProperties: "number",
  "x-kubernetes-int-or-string": "boolean",
  "x-kubernetes-preserve-unknown-fields": "boolean",
  "x-kubernetes-list-type": "string",
  "x-kubernetes-list-map-keys": strings,
  "x-kubernetes-map-type": "string",
};
const schemaShape = fields(schemaFields);
schemaFields.properties = { map: schemaShape };
schemaFields.items = schemaShape;
schemaFields.additionalProperties = { either: ["boolean", schemaShape] };
for (const combination of ["oneOf", "anyOf", "allOf"]) schemaFields[combination] = list(schemaShape);

const keyRef = fields({ name: "string", key: "string" });
const probe = fields({ httpGet: fields({ path: "string", scheme: "string" }), periodSeconds: "number" });
const container = fields({
  name: "string",
  image: "string",
  imagePullPolicy: "string",
  command: strings,
  args: strings,
  env: list(
    fields({
      name: "string",
      value: "string",
      valueFrom: fields({ secretKeyRef: keyRef, configMapKeyRef: keyRef, fieldRef: fields({ fieldPath: "string" }) }),
    }),
  ),
  envFrom: list(fields({ secretRef: fields({ name: "string" }), configMapRef: fields({ name: "string" }) })),
  ports: list(fields({ name: "string", containerPort: "number", protocol: "string" })),
  volumeMounts: list(fields({ name: "string", mountPath: "string" })),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  resources: fields({ limits: { map: "quantity" }, requests: { map: "quantity" } }),
});
const podSpec = fields({
  containers: list(container),
  initContainers: list(container),
  volumes: list(
    fields({
      name: "string",
      secret: fields({ secretName: "string", defaultMode: "number" }),
      configMap: fields({ name: "string", defaultMode: "number" }),
      downwardAPI: fields({}),
      projected: fields({
        defaultMode: "number",
        sources: list(fields({ secret: fields({ name: "string" }), serviceAccountToken: fields({ path: "string" }) })),
      }),
    }),
  ),
  imagePullSecrets: list(fields({ name: "string" })),
  nodeName: "string",
  nodeSelector: stringMap,
  restartPolicy: "string",
  serviceAccountName: "string",
  terminationGracePeriodSeconds: "number",
  securityContext: fields({}),
});
const selector = fields({
  matchLabels: stringMap,
  matchExpressions: list(fields({ key: "string", operator: "string", values: strings })),
});
const rolling = fields({ type: "string", rollingUpdate: fields({ partition: "number" }) });
const workload = fields({
  replicas: "number",
  selector,
  template: fields({ metadata: metadataShape, spec: podSpec }),
  minReadySeconds: "number",
  revisionHistoryLimit: "number",
  progressDeadlineSeconds: "number",
  paused: "boolean",
  strategy: rolling,
  updateStrategy: rolling,
  podManagementPolicy: "string",
  serviceName: "string",
});
const cronJob = fields({
  schedule: "string",
  timeZone: "string",
  suspend: "boolean",
  concurrencyPolicy: "string",
  startingDeadlineSeconds: "number",
  successfulJobsHistoryLimit: "number",
  failedJobsHistoryLimit: "number",
  jobTemplate: fields({
    metadata: metadataShape,
    spec: fields({
      template: fields({ metadata: metadataShape, spec: podSpec }),
      backoffLimit: "number",
      completions: "number",
      parallelism: "number",
    }),
  }),
});
const conditions = list(fields({ type: "string", status: "string", reason: "string", message: "string" }));
const status = fields({ conditions, replicas: "number", observedGeneration: "number", phase: "string" });
const subject = fields({ kind: "string", name: "string", namespace: "string", apiGroup: "string" });
const rule = fields({
  apiGroups: strings,
  resources: strings,
  resourceNames: strings,
  verbs: strings,
  nonResourceURLs: strings,
});

/** By Kind; the fields at the top beside metadata. */
export const shapes: Readonly<Record<string, Shape>> = {
  Namespace: fields({ spec: fields({ finalizers: strings }), status }),
  Secret: fields({ data: { map: "string" }, stringData: stringMap, type: "string", immutable: "boolean" }),
  ConfigMap: fields({ data: stringMap, binaryData: stringMap, immutable: "boolean" }),
  ServiceAccount: fields({
    imagePullSecrets: list(fields({ name: "string" })),
    secrets: list(fields({ name: "string" })),
  }),
  Event: fields({
    involvedObject: fields({
      kind: "string",
      namespace: "string",
      name: "string",
      uid: "string",
      apiVersion: "string",
    }),
    reason: "string",
    message: "string",
    source: fields({ component: "string" }),
    firstTimestamp: "string",
    lastTimestamp: "string",
    eventTime: "string",
    count: "number",
    type: "string",
    reportingComponent: "string",
    reportingInstance: "string",
  }),
  Pod: fields({ spec: podSpec, status }),
  Node: fields({ spec: fields({}), status }),
  Service: fields({
    spec: fields({
      type: "string",
      selector: stringMap,
      ports: list(fields({ name: "string", port: "number", protocol: "string" })),
    }),
    status: fields({}),
  }),
  CronJob: fields({ spec: cronJob, status: fields({}) }),
  Deployment: fields({ spec: workload, status }),
  ReplicaSet: fields({ spec: workload, status }),
  StatefulSet: fields({ spec: workload, status }),
  DaemonSet: fields({ spec: workload, status }),
  Lease: fields({
    spec: fields({
      holderIdentity: "string",
      leaseDurationSeconds: "number",
      acquireTime: "string",
      renewTime: "string",
      leaseTransitions: "number",
    }),
  }),
  Role: fields({ rules: list(rule) }),
  ClusterRole: fields({ rules: list(rule), aggregationRule: fields({}) }),
  RoleBinding: fields({ subjects: list(subject), roleRef: subject }),
  ClusterRoleBinding: fields({ subjects: list(subject), roleRef: subject }),
  NetworkPolicy: fields({ spec: fields({ podSelector: selector }) }),
  PodDisruptionBudget: fields({ spec: fields({ selector }), status }),
  CustomResourceDefinition: fields({
    spec: fields({
      group: "string",
      scope: "string",
      names: fields({
        plural: "string",
        singular: "string",
        kind: "string",
        listKind: "string",
        shortNames: strings,
        categories: strings,
      }),
      versions: list(
        fields({
          name: "string",
          served: "boolean",
          storage: "boolean",
          schema: fields({ openAPIV3Schema: schemaShape }),
          subresources: fields({}),
          selectableFields: list(fields({ jsonPath: "string" })),
        }),
      ),
      conversion: fields({ strategy: "string" }),
    }),
    status: fields({ conditions, storedVersions: strings }),
  }),
  ValidatingAdmissionPolicy: fields({ spec: fields({}), status }),
  ValidatingAdmissionPolicyBinding: fields({ spec: fields({}) }),
};

export interface Mismatch {
  /** `spec.template.spec.containers[0].name` */
  readonly path: string;
  readonly wanted: "string" | "number" | "boolean" | "list" | "map";
  readonly value: unknown;
}

/** The first value of another type than declared; null counts as absent. */
export function mismatch(value: unknown, shape: Shape, path: string): Mismatch | undefined {
  if (value === null || value === undefined || shape === "any") return undefined;
  if (shape === "quantity")
    return typeof value === "string" || typeof value === "number" ? undefined : { path, wanted: "string", value };
  if (typeof shape === "string") return typeof value === shape ? undefined : { path, wanted: shape, value };
  if ("either" in shape) {
    const [plain, other] = shape.either;
    return typeof value === plain ? undefined : mismatch(value, other, path);
  }
  if ("list" in shape) {
    if (!Array.isArray(value)) return { path, wanted: "list", value };
    return first(value.map((entry, index) => () => mismatch(entry, shape.list, `${path}[${index}]`)));
  }
  if (!isFields(value)) return { path, wanted: "map", value };
  return first(
    Object.keys(value).map((key) => () => {
      const below = "map" in shape ? shape.map : Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
      return below === undefined ? undefined : mismatch(value[key], below, path === "" ? key : `${path}.${key}`);
    }),
  );
}

function first(checks: readonly (() => Mismatch | undefined)[]): Mismatch | undefined {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}

const asObject = (shape: Shape): Extract<Shape, { readonly fields: unknown }> | undefined =>
  typeof shape === "object" && "fields" in shape ? shape : undefined;

/** Null fields go, null entries of lists become the empty value of their type: what Go's decoder makes of them. In place. */
export function dropNullFields(value: unknown, shape: Shape | undefined): void {
  if (Array.isArray(value)) {
    const entry = typeof shape === "object" && "list" in shape ? shape.list : undefined;
    value.forEach((element: unknown, index) => {
      if (element === null) value[index] = entry === "string" ? "" : {};
      else dropNullFields(element, entry);
    });
    return;
  }
  if (!isFields(value)) return;
  const open = typeof shape !== "object" ? undefined : "either" in shape ? asObject(shape.either[1]) : shape;
  for (const key of Object.keys(value)) {
    const below =
      open === undefined || "list" in open
        ? undefined
        : "map" in open
          ? open.map
          : Object.hasOwn(open.fields, key)
            ? open.fields[key]
            : undefined;
    if (value[key] === null && open !== undefined && "map" in open && open.map === "string") set(value, key, "");
    else if (value[key] === null) delete value[key];
    else dropNullFields(value[key], below);
  }
}
