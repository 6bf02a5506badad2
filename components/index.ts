/** What the root entry of the package exports: declarations, the plan they make, and the Vault documents in it. */
export * from "./model";
export { plan, problemsOf } from "./plan";
export type { Declaration, Plan, PlannedConsumer } from "./plan";
export { planFiles } from "./files";
export { accessWrites, policyPath, renderHcl, renderJson, roleBody } from "./vault";
export type {
  BudgetUse,
  ByHand,
  JwtRole,
  KubernetesRole,
  Load,
  LoginRole,
  PolicyDocument,
  PolicyRule,
  SecretCost,
  VaultDocuments,
  VaultWrite,
} from "./vault";
export { KeyturnError } from "../api";
export type {
  AccessFile,
  DeletionPolicy,
  EnvironmentData,
  EnvironmentsFile,
  ExtraGrant,
  Grant,
  JsonRecord,
  KeyturnErrorParts,
  KubernetesObject,
  LoginData,
  ObjectMeta,
  OwnerReference,
  Problem,
  RefreshPolicy,
  TeamData,
  VaultData,
  WorkloadKind,
} from "../api";
