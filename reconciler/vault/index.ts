export { createVaultClient, type VaultClientOptions } from "./client";
export { VaultError } from "./error";
export * from "./types";
