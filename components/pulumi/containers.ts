import type * as pulumi from "@pulumi/pulumi";
import type { WorkloadRef } from "../model/consumer";
import { rolloutOfUse, type ContainerUse } from "../model/containers";
import type { RolloutOptions } from "../model/rollout-options";

/** What makes a workload roll, without the keys: they are those that are used. */
export type UseRolloutOptions = Omit<RolloutOptions, "keys">;

/** The part of an AppSecret that a use rolls with. */
interface RollsFor {
  readonly id: string;
  rollout(options: RolloutOptions): pulumi.ResourceTransformation;
  rolloutFor(workload: WorkloadRef, options: RolloutOptions): Readonly<Record<string, string>>;
}

/**
 * How containers use a Secret, as `AppSecret.use` gives it: plain objects for pod templates, and the rollout of exactly the used
 * keys.
 */
export class SecretUse implements ContainerUse {
  readonly env: ContainerUse["env"];
  readonly envFrom: ContainerUse["envFrom"];
  readonly volumes: ContainerUse["volumes"];
  readonly volumeMounts: ContainerUse["volumeMounts"];
  readonly keys: readonly string[] | undefined;

  constructor(
    use: ContainerUse,
    private readonly secret: RollsFor,
  ) {
    this.env = use.env;
    this.envFrom = use.envFrom;
    this.volumes = use.volumes;
    this.volumeMounts = use.volumeMounts;
    this.keys = use.keys;
  }

  /** As `AppSecret.rollout`, for exactly the used keys. */
  rollout(options: UseRolloutOptions = {}): pulumi.ResourceTransformation {
    return this.secret.rollout(rolloutOfUse(this.secret.id, this, options));
  }

  /** As `AppSecret.rolloutFor`, for exactly the used keys. */
  rolloutFor(workload: WorkloadRef, options: UseRolloutOptions = {}): Readonly<Record<string, string>> {
    return this.secret.rolloutFor(workload, rolloutOfUse(this.secret.id, this, options));
  }
}
