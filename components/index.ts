/** What the root entry of the package exports: declarations, the plan they make, and the Vault documents in it. */
export * from "./model";
export { plan, problemsOf } from "./plan";
export type { Declaration, Plan, PlannedConsumer } from "./plan";
export type { UsedSecret } from "./manifests";
export { planFiles } from "./files";
export type { PlanFilesOptions } from "./files";
export type { PlanNote } from "./notes";
export { accessWrites, configOperatorDocuments, policyPath, renderHcl, renderJson, roleBody } from "./vault";
export type {
  BudgetUse,
  ByHand,
  ConfigOperatorConnection,
  ConfigOperatorDocuments,
  ConfigOperatorSpec,
  JwtRole,
  KubernetesRole,
  Load,
  LoginRole,
  OperatorRest,
  PolicyDocument,
  PolicyRule,
  SecretCost,
  VaultDocuments,
  VaultWrite,
} from "./vault";
export { KeyturnError } from "../api";
export type {
  AccessFile,
  AuditData,
  AuditDevice,
  CreationPolicy,
  DeletionPolicy,
  EnvironmentData,
  EnvironmentsFile,
  ExtraGrant,
  GeneratorKind,
  Grant,
  JsonRecord,
  KeyturnErrorParts,
  KubernetesObject,
  LoginData,
  ObjectMeta,
  OwnerReference,
  Problem,
  RefreshPolicy,
  RolledWorkload,
  RolloutPolicy,
  RolloutStrategy,
  RolloutWindow,
  SharedPath,
  SharedReader,
  TeamData,
  TokenLoginData,
  VaultData,
  Weekday,
  WorkloadKind,
} from "../api";
