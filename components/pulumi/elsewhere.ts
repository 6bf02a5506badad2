import type * as pulumi from "@pulumi/pulumi";
import { rolloutAnnotations } from "../manifests/rollout";
import { isRun, readRollout, rolloutPlace, type ResolvedRollout } from "../model/consumer";
import { readSecretUse, usePlace, type SecretUseSpec } from "../model/containers";
import { secretElsewhere, type SecretElsewhere, type SecretElsewhereSpec } from "../model/elsewhere";
import { collecting } from "../model/problems";
import type { RolloutOptions } from "../model/rollout-options";
import type { Team } from "../model/team";
import { WorkloadRollout } from "../workload-rollout";
import { SecretUse } from "./containers";
import { rolloutTransformation } from "./rollout";

/**
 * A Secret that is declared elsewhere, as `AppSecret.fromSecretName` gives it: no resource, nothing in the state; it rolls workloads. It is in
 * no plan, so its paths are not in a policy because of it.
 */
export class ForeignSecret<N extends string = string> {
  readonly team: Team<N>;
  readonly name: string;
  readonly namespace: string;
  private readonly secret: SecretElsewhere;

  /** @throws DeclarationError */
  constructor(secretName: string, args: SecretElsewhereSpec<N>) {
    this.secret = secretElsewhere(secretName, secretName, args);
    this.team = args.team;
    this.name = this.secret.name;
    this.namespace = this.secret.namespace;
  }

  /** As {@link AppSecret.rollout}. */
  rollout(options: RolloutOptions = {}): pulumi.ResourceTransformation {
    const { name, namespace } = this.secret;
    return rolloutTransformation(
      new WorkloadRollout({ id: name, name, namespace }, options, this.read(options)),
      () => undefined,
    );
  }

  /** The annotations for a workload that is not a resource here. */
  rolloutAnnotations(options: RolloutOptions = {}): Readonly<Record<string, string>> {
    const { keys, annotations } = this.read(options);
    return rolloutAnnotations([{ secret: this.name, keys }], annotations);
  }

  /** As {@link AppSecret.use}. */
  use(spec: SecretUseSpec): SecretUse {
    const { name, secretKeys } = this.secret;
    const use = collecting((problems) => readSecretUse(usePlace(problems, name), spec, { name, secretKeys }));
    return new SecretUse(use, {
      id: name,
      rollout: (options) => this.rollout(options),
      rolloutFor: ({ kind }, options) => (isRun(kind) ? {} : this.rolloutAnnotations(options)),
    });
  }

  private read(options: RolloutOptions): ResolvedRollout {
    const { name, secretKeys } = this.secret;
    return collecting((problems) =>
      readRollout(rolloutPlace(problems, name), options, { secretKeys, environment: this.team.environment }),
    );
  }
}
