import {
  bindingType,
  cronJobType,
  eventType,
  dataType,
  plainType,
  podType,
  selectorSpecType,
  serviceAccountType,
  serviceType,
  workloadType,
  type FieldType,
} from "../field-type";
import type { Fields } from "../../json";
import type { Kind, Strategy } from "../kinds";
import { configMapStrategy, secretStrategy } from "./secret";
import {
  bindingStrategy,
  eventStrategy,
  leaseStrategy,
  namespaceStrategy,
  plainStrategy,
  serviceStrategy,
} from "./small";
import {
  daemonSetStrategy,
  deploymentStrategy,
  podStrategy,
  replicaSetStrategy,
  statefulSetStrategy,
} from "./workloads";
import { crdStrategy } from "./crd";
import { cronJobStrategy } from "./cron-job";

interface BuiltIn {
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly plural: string;
  readonly cluster?: true;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly string[];
  readonly generation?: true;
  readonly fields: readonly string[];
  readonly selectable?: readonly string[];
  readonly type?: FieldType;
  readonly skeleton?: Fields;
  readonly strategy?: Strategy;
}

const apps = {
  group: "apps",
  generation: true,
  categories: ["all"],
  fields: ["spec", "status"],
  type: workloadType,
} as const;
const rbac = { group: "rbac.authorization.k8s.io" } as const;
const admission = { group: "admissionregistration.k8s.io", cluster: true, generation: true } as const;

const template = { metadata: {}, spec: { containers: null } };
const specAndStatus = { spec: {}, status: {} };

const TABLE: readonly BuiltIn[] = [
  {
    kind: "Namespace",
    plural: "namespaces",
    cluster: true,
    shortNames: ["ns"],
    subresources: ["status", "finalize"],
    fields: ["spec", "status"],
    selectable: ["status.phase"],
    skeleton: specAndStatus,
    strategy: namespaceStrategy,
  },
  {
    kind: "Secret",
    plural: "secrets",
    fields: ["data", "stringData", "type", "immutable"],
    selectable: ["type"],
    type: dataType,
    strategy: secretStrategy,
  },
  {
    kind: "ConfigMap",
    plural: "configmaps",
    shortNames: ["cm"],
    fields: ["data", "binaryData", "immutable"],
    type: dataType,
    strategy: configMapStrategy,
  },
  {
    kind: "ServiceAccount",
    plural: "serviceaccounts",
    shortNames: ["sa"],
    subresources: ["token"],
    fields: ["secrets", "imagePullSecrets", "automountServiceAccountToken"],
    type: serviceAccountType,
  },
  {
    kind: "Event",
    plural: "events",
    shortNames: ["ev"],
    fields: [
      "involvedObject",
      "reason",
      "message",
      "source",
      "firstTimestamp",
      "lastTimestamp",
      "count",
      "type",
      "eventTime",
      "series",
      "action",
      "related",
      "reportingComponent",
      "reportingInstance",
    ],
    selectable: [
      "involvedObject.kind",
      "involvedObject.namespace",
      "involvedObject.name",
      "involvedObject.uid",
      "involvedObject.apiVersion",
      "reason",
      "type",
      "reportingComponent",
    ],
    type: eventType,
    skeleton: {
      involvedObject: {},
      source: {},
      firstTimestamp: null,
      lastTimestamp: null,
      eventTime: null,
      reportingComponent: "",
      reportingInstance: "",
    },
    strategy: eventStrategy,
  },
  {
    kind: "Pod",
    plural: "pods",
    shortNames: ["po"],
    categories: ["all"],
    subresources: ["status"],
    generation: true,
    fields: ["spec", "status"],
    selectable: ["spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName", "status.phase"],
    type: podType,
    skeleton: { spec: { containers: null }, status: {} },
    strategy: podStrategy,
  },
  {
    kind: "Node",
    plural: "nodes",
    cluster: true,
    shortNames: ["no"],
    subresources: ["status"],
    fields: ["spec", "status"],
    skeleton: specAndStatus,
  },
  {
    kind: "Service",
    plural: "services",
    shortNames: ["svc"],
    categories: ["all"],
    subresources: ["status"],
    fields: ["spec", "status"],
    type: serviceType,
    skeleton: { spec: {}, status: { loadBalancer: {} } },
    strategy: serviceStrategy,
  },
  {
    ...apps,
    kind: "Deployment",
    plural: "deployments",
    shortNames: ["deploy"],
    subresources: ["status", "scale"],
    skeleton: { spec: { selector: null, template, strategy: {} }, status: {} },
    strategy: deploymentStrategy,
  },
  {
    ...apps,
    kind: "ReplicaSet",
    plural: "replicasets",
    shortNames: ["rs"],
    subresources: ["status", "scale"],
    skeleton: {
      spec: { selector: null, template: { metadata: {}, spec: { containers: null } } },
      status: { replicas: 0 },
    },
    strategy: replicaSetStrategy,
  },
  {
    ...apps,
    kind: "StatefulSet",
    plural: "statefulsets",
    shortNames: ["sts"],
    subresources: ["status", "scale"],
    skeleton: {
      spec: { selector: null, template, serviceName: "", updateStrategy: {} },
      status: { replicas: 0, availableReplicas: 0 },
    },
    strategy: statefulSetStrategy,
  },
  {
    ...apps,
    kind: "DaemonSet",
    plural: "daemonsets",
    shortNames: ["ds"],
    subresources: ["status"],
    skeleton: {
      spec: { selector: null, template, updateStrategy: {} },
      status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
    },
    strategy: daemonSetStrategy,
  },
  {
    group: "batch",
    kind: "CronJob",
    plural: "cronjobs",
    shortNames: ["cj"],
    categories: ["all"],
    subresources: ["status"],
    generation: true,
    fields: ["spec", "status"],
    type: cronJobType,
    skeleton: { spec: { schedule: "", jobTemplate: { metadata: {}, spec: { template } } }, status: {} },
    strategy: cronJobStrategy,
  },
  {
    group: "coordination.k8s.io",
    kind: "Lease",
    plural: "leases",
    fields: ["spec"],
    skeleton: { spec: {} },
    strategy: leaseStrategy,
  },
  { ...rbac, kind: "Role", plural: "roles", fields: ["rules"] },
  { ...rbac, kind: "ClusterRole", plural: "clusterroles", cluster: true, fields: ["rules", "aggregationRule"] },
  {
    ...rbac,
    kind: "RoleBinding",
    plural: "rolebindings",
    fields: ["subjects", "roleRef"],
    type: bindingType,
    strategy: bindingStrategy,
  },
  {
    ...rbac,
    kind: "ClusterRoleBinding",
    plural: "clusterrolebindings",
    cluster: true,
    fields: ["subjects", "roleRef"],
    type: bindingType,
    strategy: bindingStrategy,
  },
  {
    group: "networking.k8s.io",
    kind: "NetworkPolicy",
    plural: "networkpolicies",
    shortNames: ["netpol"],
    generation: true,
    fields: ["spec"],
    type: selectorSpecType,
  },
  {
    group: "policy",
    kind: "PodDisruptionBudget",
    plural: "poddisruptionbudgets",
    shortNames: ["pdb"],
    subresources: ["status"],
    generation: true,
    fields: ["spec", "status"],
    type: selectorSpecType,
  },
  {
    group: "apiextensions.k8s.io",
    kind: "CustomResourceDefinition",
    plural: "customresourcedefinitions",
    cluster: true,
    shortNames: ["crd", "crds"],
    subresources: ["status"],
    generation: true,
    fields: ["spec", "status"],
    strategy: crdStrategy,
  },
  {
    ...admission,
    kind: "ValidatingAdmissionPolicy",
    plural: "validatingadmissionpolicies",
    subresources: ["status"],
    fields: ["spec", "status"],
  },
  {
    ...admission,
    kind: "ValidatingAdmissionPolicyBinding",
    plural: "validatingadmissionpolicybindings",
    fields: ["spec"],
  },
];

export const builtInKinds: readonly Kind[] = TABLE.map((entry) => ({
  id: entry.group === undefined ? entry.plural : `${entry.plural}.${entry.group}`,
  group: entry.group ?? "",
  versions: [entry.version ?? "v1"],
  kind: entry.kind,
  listKind: `${entry.kind}List`,
  plural: entry.plural,
  singular: entry.kind.toLowerCase(),
  namespaced: entry.cluster !== true,
  shortNames: entry.shortNames ?? [],
  categories: entry.categories ?? [],
  subresources: entry.subresources ?? [],
  custom: false,
  generation: entry.generation === true,
  fields: new Set(entry.fields),
  schemas: new Map(),
  selectable: new Map((entry.selectable ?? []).map((field) => [field, field.split(".")])),
  type: entry.type ?? plainType,
  skeleton: { metadata: {}, ...entry.skeleton },
  strategy: entry.strategy ?? plainStrategy,
}));

/** A built-in kind by its Kind. */
export function builtIn(kind: string): Kind {
  const found = builtInKinds.find((candidate) => candidate.kind === kind);
  if (found === undefined) throw new Error(`${kind} is not a built-in kind`);
  return found;
}
