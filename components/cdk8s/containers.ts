import type { IMixin } from "constructs";
import type { WorkloadRef } from "../model/consumer";
import { rolloutOfUse, type ContainerUse, type EnvVar } from "../model/containers";
import type { RolloutOptions } from "../model/rollout-options";

/** What makes a workload roll, without the keys: they are those that are used. */
export type UseRolloutOptions = Omit<RolloutOptions, "keys">;

/** The part of an AppSecret that a use rolls with. */
interface RollsFor {
  readonly id: string;
  rollout(options: RolloutOptions): IMixin;
  rolloutFor(workload: WorkloadRef, options: RolloutOptions): Readonly<Record<string, string>>;
}

/**
 * How containers use a Secret, as `AppSecret.use` gives it: plain objects for pod templates, the same for cdk8s-plus, and the rollout of
 * exactly the used keys.
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

  /** {@link env} as the `envVariables` of a cdk8s-plus container, of every line. */
  get envVariables(): Record<string, Pick<EnvVar, "valueFrom">> {
    return Object.fromEntries(this.env.map(({ name, valueFrom }) => [name, { valueFrom }]));
  }

  /** The volume as the options of cdk8s-plus' `Volume.fromSecret`, of every line. */
  get secretVolumeOptions(): {
    name?: string;
    defaultMode?: number;
    items?: Record<string, { path: string; mode?: number }>;
  } {
    const [volume] = this.volumes;
    if (volume === undefined) return {};
    const { items, defaultMode } = volume.secret;
    return {
      name: volume.name,
      ...(defaultMode === undefined ? {} : { defaultMode }),
      ...(items === undefined ? {} : { items: Object.fromEntries(items.map(({ key, ...item }) => [key, item])) }),
    };
  }

  /** As `AppSecret.rollout`, for exactly the used keys. */
  rollout(options: UseRolloutOptions = {}): IMixin {
    return this.secret.rollout(rolloutOfUse(this.secret.id, this, options));
  }

  /** As `AppSecret.rolloutFor`, for exactly the used keys. */
  rolloutFor(workload: WorkloadRef, options: UseRolloutOptions = {}): Readonly<Record<string, string>> {
    return this.secret.rolloutFor(workload, rolloutOfUse(this.secret.id, this, options));
  }
}
