const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SECRET_KEY = /^[-._a-zA-Z0-9]+$/;

/** Why the text is not a DNS subdomain (Kubernetes object name), or undefined. */
export function objectNameProblem(name: string): string | undefined {
  if (name.length > 253) return "is longer than 253 characters";
  return SUBDOMAIN.test(name) ? undefined : 'is not a Kubernetes object name (lower-case letters, digits, "-" and ".")';
}

/** Why the text is not a DNS label (namespace, ServiceAccount, environment or team name), or undefined. */
export function labelNameProblem(name: string): string | undefined {
  if (name.length > 63) return "is longer than 63 characters";
  return LABEL.test(name)
    ? undefined
    : 'is not a DNS label (lower-case letters, digits and "-", at most 63 characters)';
}

/** Why the text is not a key of a Secret, or undefined (Kubernetes' IsConfigMapKey). */
export function secretKeyProblem(key: string): string | undefined {
  if (key === "") return "is empty";
  if (key.length > 253) return "is longer than 253 characters";
  if (!SECRET_KEY.test(key)) return 'may only have letters, digits, "-", "_" and "."';
  if (key === "." || key === ".." || key.startsWith("..")) return 'may not be "." or start with ".."';
  return undefined;
}
