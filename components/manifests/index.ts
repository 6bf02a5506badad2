export { externalSecretManifest, remoteKey } from "./external-secret";
export { byApplyOrder } from "./manifest";
export type { Manifest } from "./manifest";
export { reconcilerManifests } from "./reconciler";
export { rolloutAnnotations, rolloutOn } from "./rollout";
export type { UsedSecret } from "./rollout";
export { CONTROLLER_CLASS, storeManifests } from "./store";
export { teamAccessManifests } from "./team-access";
