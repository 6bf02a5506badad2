import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../manifests/manifest";

type ResourceClass = new (name: string, args: never, opts?: pulumi.CustomResourceOptions) => pulumi.CustomResource;

/** Built-in kinds have classes of their own; everything else is a CustomResource. */
const CLASSES: ReadonlyMap<string, () => ResourceClass> = new Map<string, () => ResourceClass>([
  ["apiextensions.k8s.io/v1 CustomResourceDefinition", () => k8s.apiextensions.v1.CustomResourceDefinition],
  ["apps/v1 Deployment", () => k8s.apps.v1.Deployment],
  ["networking.k8s.io/v1 NetworkPolicy", () => k8s.networking.v1.NetworkPolicy],
  ["policy/v1 PodDisruptionBudget", () => k8s.policy.v1.PodDisruptionBudget],
  ["rbac.authorization.k8s.io/v1 ClusterRole", () => k8s.rbac.v1.ClusterRole],
  ["rbac.authorization.k8s.io/v1 ClusterRoleBinding", () => k8s.rbac.v1.ClusterRoleBinding],
  ["rbac.authorization.k8s.io/v1 Role", () => k8s.rbac.v1.Role],
  ["rbac.authorization.k8s.io/v1 RoleBinding", () => k8s.rbac.v1.RoleBinding],
  ["v1 ConfigMap", () => k8s.core.v1.ConfigMap],
  ["v1 Namespace", () => k8s.core.v1.Namespace],
  ["v1 Service", () => k8s.core.v1.Service],
  ["v1 ServiceAccount", () => k8s.core.v1.ServiceAccount],
]);

/** Registers a manifest as a Pulumi resource. */
export function emit(
  name: string,
  object: Manifest["object"],
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const builtIn = CLASSES.get(`${object.apiVersion} ${object.kind}`)?.();
  if (builtIn === undefined) return new k8s.apiextensions.CustomResource(name, { ...object } as never, opts);
  return new builtIn(name, { ...object } as never, opts);
}

/** Registers the manifests of a component as its children, named `<component>-<id>`. */
export function emitAll(
  component: string,
  manifests: readonly Manifest[],
  fill: <T>(value: T) => T,
  opts: pulumi.CustomResourceOptions,
): ReadonlyMap<string, pulumi.CustomResource> {
  return new Map(manifests.map(({ id, object }) => [id, emit(`${component}-${id}`, fill(object), opts)]));
}

/**
 * Options of children: parented, and after what the component itself waits for (a component's own `dependsOn` does not reach the
 * order in which its children are deleted). Providers come with the parent.
 */
export function childOptions(
  parent: pulumi.ComponentResource,
  opts: pulumi.ComponentResourceOptions | undefined,
  ...more: readonly (pulumi.Resource | undefined)[]
): pulumi.CustomResourceOptions {
  const given = opts?.dependsOn;
  const extra = more.filter((resource) => resource !== undefined);
  if (given === undefined) return { parent, ...(extra.length === 0 ? {} : { dependsOn: extra }) };
  const all = pulumi
    .output(given)
    .apply((resources) => [...(Array.isArray(resources) ? resources : [resources]), ...extra] as pulumi.Resource[]);
  return { parent, dependsOn: Array.isArray(given) ? [...given, ...extra] : all };
}
