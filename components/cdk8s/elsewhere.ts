import { Chart } from "cdk8s";
import { Construct, type IMixin } from "constructs";
import { rolloutAnnotations } from "../manifests/rollout";
import { isRun, readRollout, rolloutPlace, type ResolvedRollout } from "../model/consumer";
import { readSecretUse, usePlace, type SecretUseSpec } from "../model/containers";
import { secretElsewhere, type SecretElsewhere, type SecretElsewhereSpec } from "../model/elsewhere";
import { collecting } from "../model/problems";
import type { RolloutOptions } from "../model/rollout-options";
import type { Team } from "../model/team";
import { WorkloadRollout } from "../workload-rollout";
import { SecretUse } from "./containers";
import { requireWith } from "./peers";
import { RolloutMixin } from "./rollout";

/**
 * A Secret that is declared elsewhere, as `AppSecret.fromSecretName` gives it: emits nothing, and rolls workloads. It is in no plan, so its
 * paths are not in a policy because of it.
 */
export class ForeignSecret<N extends string = string> extends Construct {
  readonly team: Team<N>;
  readonly name: string;
  readonly namespace: string;
  private readonly secret: SecretElsewhere;

  /** @throws DeclarationError */
  constructor(scope: Construct, id: string, secretName: string, props: SecretElsewhereSpec<N>) {
    const secret = secretElsewhere(id, secretName, withNamespace(scope, props));
    super(scope, id);
    this.secret = secret;
    this.team = props.team;
    this.name = secret.name;
    this.namespace = secret.namespace;
  }

  /** As {@link AppSecret.rollout}. */
  rollout(options: RolloutOptions = {}): IMixin {
    requireWith(this);
    const secret = { id: this.node.id, name: this.name, namespace: this.namespace };
    const mixin = new RolloutMixin(new WorkloadRollout(secret, options, this.read(options)), () => undefined);
    this.node.addValidation({ validate: () => mixin.validate() });
    return mixin;
  }

  /** The annotations for a workload that is not a construct here. */
  rolloutAnnotations(options: RolloutOptions = {}): Readonly<Record<string, string>> {
    const { keys, annotations } = this.read(options);
    return rolloutAnnotations([{ secret: this.name, keys }], annotations);
  }

  /** As {@link AppSecret.use}. */
  use(spec: SecretUseSpec): SecretUse {
    const { name, secretKeys } = this.secret;
    const use = collecting((problems) => readSecretUse(usePlace(problems, this.node.id), spec, { name, secretKeys }));
    return new SecretUse(use, {
      id: this.node.id,
      rollout: (options) => this.rollout(options),
      rolloutFor: ({ kind }, options) => (isRun(kind) ? {} : this.rolloutAnnotations(options)),
    });
  }

  private read(options: RolloutOptions): ResolvedRollout {
    const { secretKeys } = this.secret;
    return collecting((problems) =>
      readRollout(rolloutPlace(problems, this.node.id), options, { secretKeys, environment: this.team.environment }),
    );
  }
}

/** A team with several namespaces and a chart for one of them: the chart's is meant. */
function withNamespace<N extends string>(scope: Construct, props: SecretElsewhereSpec<N>): SecretElsewhereSpec<N> {
  const namespaces: unknown = (props as Partial<SecretElsewhereSpec<N>> | undefined)?.team?.namespaces;
  if (!Array.isArray(namespaces) || namespaces.length < 2 || props.namespace !== undefined) return props;
  const namespace = Chart.of(scope).namespace;
  return namespace !== undefined && namespaces.includes(namespace) ? { ...props, namespace } : props;
}
