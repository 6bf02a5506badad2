import { ENVIRONMENT, TEAM, type KubernetesObject, type ObjectMeta } from "../../api";
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
  return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));
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
  const key = (object: KubernetesObject): readonly [number, string] => {
    const rank = KIND_ORDER.indexOf(object.kind);
    return [rank < 0 ? KIND_ORDER.length : rank, `${object.metadata.namespace ?? ""}/${object.metadata.name}`];
  };
  const [[rankA, nameA], [rankB, nameB]] = [key(a), key(b)];
  return rankA - rankB || (nameA < nameB ? -1 : nameA > nameB ? 1 : 0);
}
