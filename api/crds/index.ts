import { externalSecretCrd } from "./external-secret";
import { clusterSecretStoreCrd, secretStoreCrd } from "./secret-store";
import { secretRolloutCrd } from "./secret-rollout";
import type { CustomResourceDefinition } from "./schema";

export { clusterSecretStoreCrd, externalSecretCrd, secretRolloutCrd, secretStoreCrd };
export type { CustomResourceDefinition };

/** Every CRD keyturn installs. */
export const crds: readonly CustomResourceDefinition[] = [
  externalSecretCrd,
  secretStoreCrd,
  clusterSecretStoreCrd,
  secretRolloutCrd,
];
