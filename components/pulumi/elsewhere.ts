import type * as pulumi from "@pulumi/pulumi";
import { rolloutAnnotations } from "../manifests/rollout";
import { readUsedKeys, type RolloutOptions } from "../model/consumer";
import { secretElsewhere, type SecretElsewhere, type SecretElsewhereSpec } from "../model/elsewhere";
import { collecting, Place } from "../model/problems";
import type { Team } from "../model/team";
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
    return rolloutTransformation({ id: name, name, namespace }, this.usedKeys(options), () => undefined);
  }

  /** The annotations for a workload that is not a resource here. */
  rolloutAnnotations(options: RolloutOptions = {}): Readonly<Record<string, string>> {
    return rolloutAnnotations([{ secret: this.name, keys: this.usedKeys(options) }]);
  }

  private usedKeys(options: RolloutOptions): readonly string[] | undefined {
    return collecting((problems) =>
      readUsedKeys(Place.of(problems, "AppSecret", this.name).at("rollout"), options, this.secret),
    );
  }
}
