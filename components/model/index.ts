export { appSecret, resolveAppSecret } from "./app-secret";
export type { AppSecretDeclaration, AppSecretSpec, ResolvedAppSecret, ResolvedKey } from "./app-secret";
export type { Audit, MountedAuditDevice } from "./audit";
export type { JwtKeysSpec, KubernetesApiSpec } from "./api-server";
export type { RequestRate } from "./budget";
export type { Cluster, ClusterSpec } from "./clusters";
export { consumer } from "./consumer";
export type { ConsumerDeclaration, ConsumerKind, ResolvedConsumer, RunKind, WorkloadRef } from "./consumer";
export { secretUse } from "./containers";
export type {
  ContainerUse,
  EnvFromSource,
  EnvVar,
  SecretItemSpec,
  SecretUseSpec,
  SecretVolume,
  SecretVolumeSpec,
  VolumeMount,
} from "./containers";
export { environment } from "./environment";
export type {
  CaSpec,
  Environment,
  EnvironmentSettings,
  EnvironmentSpec,
  EnvironmentVault,
  OneVault,
  ReconcilerIdentitySpec,
  SeveralVaults,
  VaultSpec,
} from "./environment";
export type {
  AppRoleLoginSpec,
  CertLoginSpec,
  JwtLoginSpec,
  KubernetesLoginSpec,
  LdapLoginSpec,
  Login,
  LoginSpec,
  SecretKey,
  TokenLogin,
  TokenLoginSpec,
  UserPassLoginSpec,
} from "./login";
export type { AlertsSpec, DashboardsSpec, ServiceMonitorSpec } from "./monitoring";
export type { NetworkPolicySpec, ResolvedNetworkPolicy } from "./network-policy";
export { platform } from "./platform";
export type { FileAuditSpec, PlatformDeclaration, PlatformLogin, PlatformSpec, ResolvedPlatform } from "./platform";
export { DeclarationError } from "./problems";
export { reconciler } from "./reconciler";
export type { ImageSpec, ReconcilerDeclaration, ReconcilerSpec, ResolvedReconciler, ResourcesSpec } from "./reconciler";
export type { SecretElsewhereSpec } from "./elsewhere";
export type { ConversionOptions, Decoding, FetchOptions } from "./fetch-options";
export type { ExtractSpec, FindSpec, FromSpec, ResolvedExtract, ResolvedFind, ResolvedFrom } from "./from";
export type { GeneratorSpec, ResolvedGenerator } from "./generator";
export type { KeyObject, KeySpec, ResolvedReference } from "./reference";
export type { Freshness } from "./refresh";
export type { MergeSpec, ResolvedRewrite, RewriteSpec } from "./rewrite";
export type { RolloutOptions, RolloutWindowSpec } from "./rollout-options";
export { store } from "./store";
export type { ResolvedStore, StoreDeclaration, StoreLike, StoreSpec } from "./store";
export type { SyncWindowsSpec } from "./sync-windows";
export type { ManifestSpec, ResolvedTarget, TargetSpec } from "./target";
export { team } from "./team";
export type { Team, TeamSpec } from "./team";
export { teamAccess } from "./team-access";
export type { PrefixGrant, ResolvedTeamAccess, TeamAccessDeclaration, TeamAccessSpec } from "./team-access";
export type {
  ResolvedFile,
  ResolvedSource,
  ResolvedTemplate,
  SourceTarget,
  TemplateFile,
  TemplateSource,
  TemplateSpec,
} from "./template";
export * from "./templates";
