export { accessWrites, vaultDocuments } from "./documents";
export type { VaultDocuments, VaultWrite } from "./documents";
export { loadOf } from "./load";
export type { Load } from "./load";
export { policyOf, policyPath, renderHcl, renderJson } from "./policy";
export type { PolicyDocument, PolicyRule } from "./policy";
export { roleBody, roleOf } from "./role";
export type { KubernetesRole } from "./role";
