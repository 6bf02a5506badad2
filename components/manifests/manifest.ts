import { ENVIRONMENT, TEAM, type KubernetesObject, type ObjectMeta } from "../../api";
import { sortByName } from "../model/sorted";
import type { Team } from "../model/team";

/**
 * A Kubernetes object of a declaration, with an id that is unique among the objects of that declaration and does not change
 * when other objects come and go: construct ids and Pulumi child names are made of it.
 */
export interface Manifest {
  readonly id: string;
  readonly object: KubernetesObject;
}

export interface MetaParts {
  readonly name: string;
  readonly namespace?: string;
  readonly environment: string;
  readonly team?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Metadata in a fixed order; environment and team are annotations on every object, and win over annotations of the user. */
export function metadata({ name, namespace, environment, team, labels = {}, annotations = {} }: MetaParts): ObjectMeta {
  const all = { ...annotations, [ENVIRONMENT]: environment, ...(team === undefined ? {} : { [TEAM]: team }) };
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(Object.keys(labels).length === 0 ? {} : { labels: sorted(labels) }),
    annotations: sorted(all),
  };
}

/** Environment and team of the objects of a team. */
export function ownedBy(team: Team): { readonly environment: string; readonly team: string } {
  return { environment: team.environment.name, team: team.name };
}

function sorted(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(sortByName(Object.entries(texts)));
}

/** Kinds in the order in which they are applied; what is not here comes last. */
const KIND_ORDER = [
  "Namespace",
  "CustomResourceDefinition",
  "ServiceAccount",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
  "ConfigMap",
  "SecretStore",
  "ExternalSecret",
  "Service",
  "NetworkPolicy",
  "PodDisruptionBudget",
  "Deployment",
];

/** Order of application: kind, then namespace, then name. */
export function byApplyOrder(a: KubernetesObject, b: KubernetesObject): number {
  return (
    rank(a.kind) - rank(b.kind) ||
    compare(a.metadata.namespace ?? "", b.metadata.namespace ?? "") ||
    compare(a.metadata.name, b.metadata.name)
  );
}

function rank(kind: string): number {
  const index = KIND_ORDER.indexOf(kind);
  return index < 0 ? KIND_ORDER.length : index;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
