/**
 * Package `keyturn/cdk8s`: the declarations as constructs. Needs `cdk8s` and `constructs`; any cdk8s-plus line, or none.
 * @module keyturn/cdk8s
 */
import "./peers";
export { AppSecret } from "./app-secret";
export type { AppSecretProps } from "./app-secret";
export { planOf } from "./declared";
export type { SecretUse, UseRolloutOptions } from "./containers";
export type { ForeignSecret } from "./elsewhere";
export { Platform } from "./platform";
export type { PlatformProps } from "./platform";
export { Reconciler } from "./reconciler";
export type { ReconcilerProps } from "./reconciler";
export { Store } from "./store";
export type { StoreProps } from "./store";
export { TeamAccess } from "./team-access";
export type { TeamAccessProps } from "./team-access";
export { writeVaultFiles } from "./vault-files";
export type { VaultFilesOptions } from "./vault-files";
export type { BundleSource } from "../bundle";
