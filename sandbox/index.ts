export { startSandbox, type Sandbox, type SandboxCluster, type SandboxOptions, type SandboxVault } from "./sandbox";
export type { SimulatedPod, PodSelector } from "./cluster/workloads/simulator";
export type { AuditEntry } from "./vault/audit";
