/**
 * Package `keyturn/sandbox`: a cluster API and a Vault inside one process, for demos and for tests.
 * @module keyturn/sandbox
 */
export { startSandbox, type Sandbox, type SandboxCluster, type SandboxOptions, type SandboxVault } from "./sandbox";
export type { SimulatedPod, PodSelector } from "./cluster/workloads/simulator";
export type { AuditEntry } from "./vault/audit";
export type { Operation } from "./vault/logical";
