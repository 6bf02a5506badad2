import { Chart } from "cdk8s";
import { Construct, type IMixin } from "constructs";
import { rolloutAnnotations } from "../manifests/rollout";
import { readUsedKeys, type RolloutOptions } from "../model/consumer";
import { secretElsewhere, type SecretElsewhere, type SecretElsewhereSpec } from "../model/elsewhere";
import { collecting, Place } from "../model/problems";
import type { Team } from "../model/team";
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
    const { name, namespace } = this.secret;
    const mixin = new RolloutMixin({ id: this.node.id, name, namespace }, this.usedKeys(options), () => undefined);
    this.node.addValidation({ validate: () => mixin.validate() });
    return mixin;
  }

  /** The annotations for a workload that is not a construct here. */
  rolloutAnnotations(options: RolloutOptions = {}): Readonly<Record<string, string>> {
    return rolloutAnnotations([{ secret: this.name, keys: this.usedKeys(options) }]);
  }

  private usedKeys(options: RolloutOptions): readonly string[] | undefined {
    return collecting((problems) =>
      readUsedKeys(Place.of(problems, "AppSecret", this.node.id).at("rollout"), options, this.secret),
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
