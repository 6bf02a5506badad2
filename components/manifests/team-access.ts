import type { KubernetesObject } from "../../api";
import { anyReviewsWithLogin, bringsServiceAccounts } from "../model/environment";
import type { Team } from "../model/team";
import { metadata, ownedBy, type Manifest } from "./manifest";

const RBAC = "rbac.authorization.k8s.io";

/**
 * In each namespace of the team: the ServiceAccount that logs in to Vault, and the right of the reconciler to ask for tokens of
 * exactly that ServiceAccount. None where the environment does not log in by ServiceAccount tokens.
 */
export function teamAccessManifests(team: Team): readonly Manifest[] {
  if (!bringsServiceAccounts(team.environment)) return [];
  return [...team.namespaces]
    .sort()
    .flatMap((namespace) => [
      { id: `${namespace}-account`, object: serviceAccount(team, namespace) },
      { id: `${namespace}-token-role`, object: tokenRole(team, namespace) },
      { id: `${namespace}-token-binding`, object: tokenBinding(team, namespace) },
      ...(anyReviewsWithLogin(team.environment)
        ? [{ id: `${namespace}-reviewer`, object: reviewer(team, namespace) }]
        : []),
    ]);
}

function serviceAccount(team: Team, namespace: string): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: metadata({ name: team.serviceAccount, namespace, ...ownedBy(team) }),
    automountServiceAccountToken: false,
  };
}

function tokenRole(team: Team, namespace: string): KubernetesObject {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: "Role",
    metadata: metadata({ name: tokenRoleName(team), namespace, ...ownedBy(team) }),
    rules: [
      {
        apiGroups: [""],
        resources: ["serviceaccounts/token"],
        resourceNames: [team.serviceAccount],
        verbs: ["create"],
      },
    ],
  };
}

function tokenBinding(team: Team, namespace: string): KubernetesObject {
  const { reconciler } = team.environment;
  return {
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata: metadata({ name: tokenRoleName(team), namespace, ...ownedBy(team) }),
    roleRef: { apiGroup: RBAC, kind: "Role", name: tokenRoleName(team) },
    subjects: [{ kind: "ServiceAccount", name: reconciler.serviceAccount, namespace: reconciler.namespace }],
  };
}

/** Login tokens that review themselves need the TokenReview API. */
function reviewer(team: Team, namespace: string): KubernetesObject {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: "ClusterRoleBinding",
    metadata: metadata({ name: `keyturn:reviewer:${namespace}:${team.serviceAccount}`, ...ownedBy(team) }),
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "system:auth-delegator" },
    subjects: [{ kind: "ServiceAccount", name: team.serviceAccount, namespace }],
  };
}

function tokenRoleName(team: Team): string {
  return `${team.serviceAccount}-token`;
}
