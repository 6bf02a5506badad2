/**
 * Package `keyturn/pulumi`: the declarations as components. Needs `@pulumi/pulumi`, `@pulumi/kubernetes` and `@pulumi/vault`.
 * @module keyturn/pulumi
 */
import "./peers";
export { AppSecret } from "./app-secret";
export type { AppSecretArgs } from "./app-secret";
export type { VaultEndpoint } from "./leaves";
export type { SecretUse, UseRolloutOptions } from "./containers";
export type { ForeignSecret } from "./elsewhere";
export { Platform } from "./platform";
export type { KubernetesApiArgs, PlatformArgs } from "./platform";
export { Reconciler } from "./reconciler";
export type { ReconcilerArgs } from "./reconciler";
export { Store } from "./store";
export type { StoreArgs } from "./store";
export { TeamAccess } from "./team-access";
export type { TeamAccessArgs } from "./team-access";
export type { BundleSource } from "../bundle";
export type { WaitForReady } from "./wait";
