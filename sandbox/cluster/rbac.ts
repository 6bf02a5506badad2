import { fieldsOf, isFields, listOf, stringOf, type Fields } from "../json";
import { builtIn } from "./builtins/table";
import type { User } from "./identity";
import type { Body } from "./kinds";
import type { Storage } from "./storage";

/** What a request wants to do. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  /** With the subresource: `externalsecrets/status`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** A path outside the resources, e.g. `/version`; the other fields then say nothing. */
  readonly path?: string;
}

/** Roles and bindings as the API server's RBAC authorizer reads them. Nothing stops a user from granting more than they have. */
export class Rbac {
  private readonly roles = builtIn("Role");
  private readonly clusterRoles = builtIn("ClusterRole");
  private readonly roleBindings = builtIn("RoleBinding");
  private readonly clusterRoleBindings = builtIn("ClusterRoleBinding");

  constructor(private readonly storage: Storage) {}

  allows(user: User, attributes: Attributes): boolean {
    if (user.groups.includes("system:masters")) return true;
    for (const binding of this.storage.list(this.clusterRoleBindings))
      if (this.bindingAllows(binding, user, attributes)) return true;
    if (attributes.namespace === undefined || attributes.path !== undefined) return false;
    for (const binding of this.storage.list(this.roleBindings, attributes.namespace))
      if (this.bindingAllows(binding, user, attributes)) return true;
    return false;
  }

  private bindingAllows(binding: Body, user: User, attributes: Attributes): boolean {
    const { namespace } = binding.metadata;
    if (!listOf(binding, "subjects").some((subject) => isFields(subject) && isSubject(subject, user, namespace)))
      return false;
    const reference = fieldsOf(binding, "roleRef");
    const name = stringOf(reference, "name") ?? "";
    const role =
      reference?.kind === "Role"
        ? this.storage.get(this.roles, namespace, name)
        : this.storage.get(this.clusterRoles, undefined, name);
    return listOf(role, "rules").some((rule) => isFields(rule) && ruleAllows(rule, attributes));
  }
}

function isSubject(subject: Fields, user: User, namespace: string | undefined): boolean {
  switch (subject.kind) {
    case "User":
      return subject.name === user.name;
    case "Group":
      return user.groups.includes(String(subject.name));
    case "ServiceAccount":
      return (
        user.name === `system:serviceaccount:${stringOf(subject, "namespace") ?? namespace}:${String(subject.name)}`
      );
    default:
      return false;
  }
}

function ruleAllows(rule: Fields, attributes: Attributes): boolean {
  const has = (field: string, value: string): boolean => {
    const list = listOf(rule, field);
    return list.includes("*") || list.includes(value);
  };
  if (!has("verbs", attributes.verb)) return false;
  if (attributes.path !== undefined) {
    const { path } = attributes;
    return listOf(rule, "nonResourceURLs").some((pattern) => {
      const text = String(pattern);
      return text === path || (text.endsWith("*") && path.startsWith(text.slice(0, -1)));
    });
  }
  const subresource = attributes.resource.includes("/") ? `*/${attributes.resource.split("/")[1]}` : undefined;
  const resource =
    has("resources", attributes.resource) ||
    (subresource !== undefined && listOf(rule, "resources").includes(subresource));
  if (!has("apiGroups", attributes.group) || !resource) return false;
  const names = listOf(rule, "resourceNames");
  return names.length === 0 || (attributes.name !== undefined && names.includes(attributes.name));
}
