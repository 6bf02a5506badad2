import { ApiObject, Chart } from "cdk8s";
import type { Construct, IMixin } from "constructs";
import { externalSecretManifest } from "../manifests/external-secret";
import {
  appSecret,
  resolveAppSecret,
  type AppSecretDeclaration,
  type AppSecretSpec,
  type ResolvedAppSecret,
} from "../model/app-secret";
import { consumer, isRun, keysOf, readConsumer, readRollout, rolloutPlace, type WorkloadRef } from "../model/consumer";
import { readSecretUse, usePlace, type SecretUseSpec } from "../model/containers";
import { collecting } from "../model/problems";
import type { RolloutOptions } from "../model/rollout-options";
import type { SecretElsewhereSpec } from "../model/elsewhere";
import type { Team } from "../model/team";
import { consumerAnnotations, WorkloadRollout } from "../workload-rollout";
import { SecretUse } from "./containers";
import { declare } from "./declared";
import { ForeignSecret } from "./elsewhere";
import { EmittedObject } from "./emit";
import { requireWith } from "./peers";
import { RolloutMixin } from "./rollout";
import { snapshot } from "./snapshot";

/** What an {@link AppSecret} is given. */
export type AppSecretProps<N extends string = string> = AppSecretSpec<N>;

/**
 * One Secret an application needs. It is the ApiObject of the ExternalSecret that fills it: labels, annotations and JSON patches
 * are added as to every ApiObject.
 * @example
 * const db = new AppSecret(chart, "db", {
 *   team: payments, name: "app-db-secret",
 *   keys: { DB_USER: "db#username", DB_PASSWORD: "db#password" }, // prod/payments/db
 *   rotatesEvery: "24h", staleFor: "5m",
 * });
 * checkout.with(db.rollout());
 */
export class AppSecret<N extends string = string> extends EmittedObject {
  readonly team: Team<N>;
  readonly namespace: string;
  /** Name of the Secret; `name`, as of every ApiObject, is that of the ExternalSecret. */
  readonly secretName: string;
  readonly declaration: AppSecretDeclaration<N>;

  /** ApiObject's own would take every ApiObject for an AppSecret. */
  static override [Symbol.hasInstance](value: unknown): value is AppSecret {
    return ApiObject.isApiObject(value) && (value as Partial<AppSecret>).declaration?.kind === "AppSecret";
  }

  /**
   * A Secret that is declared elsewhere, by hand or in another repository: emits nothing, and rolls workloads as one of keyturn's does.
   * @example
   * const legacy = AppSecret.fromSecretName(chart, "legacy", "legacy-db", { team: payments, keys: ["PASSWORD"] });
   * checkout.with(legacy.rollout());
   * @throws DeclarationError
   */
  static fromSecretName<N extends string>(
    scope: Construct,
    id: string,
    secretName: string,
    props: SecretElsewhereSpec<N>,
  ): ForeignSecret<N> {
    return new ForeignSecret(scope, id, secretName, props);
  }

  /** @throws DeclarationError with every problem of the declaration */
  constructor(scope: Construct, id: string, props: AppSecretProps<N>) {
    const declaration = appSecret(id, snapshot(withNamespace(scope, props)));
    const resolved = resolveAppSecret(declaration);
    super(scope, id, { ...externalSecretManifest(resolved).object, spec: new SpecAtSynth(declaration) });
    this.declaration = declaration;
    this.team = props.team;
    this.namespace = resolved.namespace;
    this.secretName = resolved.name;
    declare(this, declaration);
  }

  private get resolved(): ResolvedAppSecret {
    return resolveAppSecret(this.declaration);
  }

  /** The ExternalSecret, which is this construct itself: `db.externalSecret.addJsonPatch(...)`. */
  get externalSecret(): ApiObject {
    return this;
  }

  /** As the other constructs: what this one emits. */
  get apiObjects(): readonly ApiObject[] {
    return [this];
  }

  /**
   * What makes a workload roll when the Secret changes, and how: `workload.with(db.rollout())`. The workload is an ApiObject of kind
   * Deployment, StatefulSet or DaemonSet or any construct around one, of every cdk8s-plus line; several AppSecrets add up. CronJobs and
   * Jobs are not rolled, their next pods start with the new Secret; the plan names them. Applied to no workload, it stops the synth.
   * @throws DeclarationError when the options are wrong; KeyturnError `ConstructsTooOld` before constructs 10.5
   */
  rollout(options: RolloutOptions = {}): IMixin {
    requireWith(this);
    const read = collecting((problems) => readRollout(rolloutPlace(problems, this.node.id), options, this.resolved));
    const secret = { id: this.node.id, name: this.secretName, namespace: this.namespace };
    const mixin = new RolloutMixin(new WorkloadRollout(secret, options, read), (workload) =>
      declare(this, consumer(this.declaration, workload, isRun(workload.kind) ? keysOf(options) : options)),
    );
    this.node.addValidation({ validate: () => mixin.validate() });
    return mixin;
  }

  /**
   * As {@link rollout} for a workload that is not a construct here: returns the annotations to put on it (on the workload, not on
   * its pod template); none for a CronJob or Job.
   * @throws DeclarationError
   */
  rolloutFor(workload: WorkloadRef, options: RolloutOptions = {}): Readonly<Record<string, string>> {
    const declaration = consumer(this.declaration, workload, options);
    const read = collecting((problems) => readConsumer(problems, declaration));
    declare(this, declaration);
    return consumerAnnotations(read);
  }

  /**
   * How containers use the Secret: environment variables, `envFrom`, a volume; with the rollout of exactly the used keys.
   * @example
   * const use = db.use({ env: ["DB_PASSWORD"], volume: { mountPath: "/etc/db", items: ["tls.crt"] } });
   * new Deployment(chart, "checkout", { containers: [{ image, envVariables: use.envVariables }] }).with(use.rollout());
   * @throws DeclarationError when a key is not one of the Secret, or a name, path or mode cannot be one
   */
  use(spec: SecretUseSpec): SecretUse {
    const use = collecting((problems) => readSecretUse(usePlace(problems, this.node.id), spec, this.resolved));
    return new SecretUse(use, {
      id: this.node.id,
      rollout: (options) => this.rollout(options),
      rolloutFor: (workload, options) => this.rolloutFor(workload, options),
    });
  }
}

/**
 * The spec of the ExternalSecret, made when it is written. Until then the declaration says all of it, in a fraction of the memory. cdk8s puts in
 * the place of whatever has a `resolve()` what that returns.
 */
class SpecAtSynth {
  constructor(private readonly declaration: AppSecretDeclaration) {}

  resolve(): unknown {
    return externalSecretManifest(resolveAppSecret(this.declaration)).object.spec;
  }
}

/** A team with several namespaces and a chart for one of them: the chart's is meant. */
function withNamespace<N extends string>(scope: Construct, props: AppSecretProps<N>): AppSecretProps<N> {
  const namespaces: unknown = (props as Partial<AppSecretProps> | undefined)?.team?.namespaces;
  if (!Array.isArray(namespaces) || namespaces.length < 2 || props.namespace !== undefined) return props;
  const namespace = Chart.of(scope).namespace;
  return namespace !== undefined && namespaces.includes(namespace) ? { ...props, namespace } : props;
}
