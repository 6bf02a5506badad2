import { kvKeyProblem } from "../../api";

/** Why the text may not be a path in Vault, or undefined: {@link kvKeyProblem}, and what a policy could not quote. */
export function pathProblem(path: string): string | undefined {
  return kvKeyProblem(path) ?? (/"|\$\{/.test(path) ? 'contains a quote or "${"' : undefined);
}
