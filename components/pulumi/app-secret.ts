import * as pulumi from "@pulumi/pulumi";
import { externalSecretManifest } from "../manifests/external-secret";
import {
  appSecret,
  readAppSecret,
  type AppSecretDeclaration,
  type AppSecretSpec,
  type ResolvedAppSecret,
} from "../model/app-secret";
import {
  consumer,
  isRun,
  keysOf,
  readConsumer,
  readRollout,
  rolloutPlace,
  type ConsumerDeclaration,
  type WorkloadRef,
} from "../model/consumer";
import { readSecretUse, usePlace, type SecretUseSpec } from "../model/containers";
import type { ResolvedFrom } from "../model/from";
import { collecting } from "../model/problems";
import type { RolloutOptions } from "../model/rollout-options";
import type { SecretElsewhereSpec } from "../model/elsewhere";
import type { Team } from "../model/team";
import { checkOwnReconciler } from "../own-reconciler";
import { consumerAnnotations, WorkloadRollout } from "../workload-rollout";
import { SecretUse } from "./containers";
import { ForeignSecret } from "./elsewhere";
import { childOptions, emit } from "./emit";
import { rolloutTransformation } from "./rollout";
import { readWait, waitedFor, waitOptions, type WaitForReady } from "./wait";

/** What an {@link AppSecret} is given. */
export interface AppSecretArgs<N extends string = string> extends AppSecretSpec<N> {
  /** Whether `pulumi up` waits until the Secret is filled, and fails when it is not in time. Default false. */
  readonly waitForReady?: WaitForReady;
}

/**
 * One Secret an application needs. Creates the ExternalSecret that fills it; no value passes through Pulumi.
 * @example
 * const db = new AppSecret("db", {
 *   team: payments, name: "app-db-secret",
 *   keys: { DB_USER: "db#username", DB_PASSWORD: "db#password" }, // prod/payments/db
 *   rotatesEvery: "24h", staleFor: "5m",
 * });
 * new k8s.apps.v1.Deployment("checkout", {...}, { transformations: [db.rollout()] });
 */
export class AppSecret<N extends string = string> extends pulumi.ComponentResource {
  readonly team: Team<N>;
  /** Name of the Secret and of the ExternalSecret. */
  readonly name: string;
  readonly namespace: string;
  readonly declaration: AppSecretDeclaration<N>;
  readonly externalSecret: pulumi.CustomResource;
  private readonly resolved: ResolvedAppSecret;
  private readonly used: ConsumerDeclaration[] = [];

  /**
   * A Secret that is declared elsewhere, by hand or in another program: no resource; it rolls workloads as one of keyturn's does.
   * @example
   * const legacy = AppSecret.fromSecretName("legacy-db", { team: payments, keys: ["PASSWORD"] });
   * new k8s.apps.v1.Deployment("checkout", {...}, { transformations: [legacy.rollout()] });
   * @throws DeclarationError
   */
  static fromSecretName<N extends string>(secretName: string, args: SecretElsewhereSpec<N>): ForeignSecret<N> {
    return new ForeignSecret(secretName, args);
  }

  /** @throws DeclarationError with every problem of the declaration */
  constructor(name: string, args: AppSecretArgs<N>, opts?: pulumi.ComponentResourceOptions) {
    const { waitForReady, ...spec } = args;
    const declaration = appSecret(name, spec);
    const { resolved, wait } = collecting((problems) => {
      const wait = readWait(problems, "AppSecret", name, waitForReady);
      const resolved = readAppSecret(problems, declaration);
      if (resolved !== undefined) checkOwnReconciler(problems, resolved);
      return { resolved: resolved as ResolvedAppSecret, wait };
    });
    super("keyturn:index:AppSecret", name, stateOf(resolved), opts);
    this.team = args.team;
    this.name = resolved.name;
    this.namespace = resolved.namespace;
    this.declaration = declaration;
    this.resolved = resolved;
    const store = pulumi.Resource.isInstance(args.store) ? args.store : undefined;
    this.externalSecret = emit(
      name,
      waitedFor(externalSecretManifest(resolved).object, wait),
      waitOptions(childOptions(this, opts, store), wait),
    );
    this.registerOutputs({ name: this.name, namespace: this.namespace });
  }

  /**
   * What makes a workload roll when the Secret changes, and how, as an option of the workload: `{ transformations: [db.rollout()] }` on a
   * Deployment, StatefulSet or DaemonSet, or on a component around some. Several AppSecrets add up. CronJobs and Jobs are not rolled: their
   * next pods start with the new Secret.
   * @throws DeclarationError when the options are wrong
   */
  rollout(options: RolloutOptions = {}): pulumi.ResourceTransformation {
    const { id } = this.declaration;
    const read = collecting((problems) => readRollout(rolloutPlace(problems, id), options, this.resolved));
    const secret = { id, name: this.name, namespace: this.namespace };
    return rolloutTransformation(
      new WorkloadRollout(secret, options, read),
      (workload) =>
        void this.used.push(consumer(this.declaration, workload, isRun(workload.kind) ? keysOf(options) : options)),
    );
  }

  /**
   * As {@link rollout} for a workload that is not a resource here: returns the annotations to put on it (on the workload, not on
   * its pod template); none for a CronJob or Job.
   * @throws DeclarationError
   */
  rolloutFor(workload: WorkloadRef, options: RolloutOptions = {}): Readonly<Record<string, string>> {
    const declaration = consumer(this.declaration, workload, options);
    const read = collecting((problems) => readConsumer(problems, declaration));
    this.used.push(declaration);
    return consumerAnnotations(read);
  }

  /**
   * How containers use the Secret: environment variables, `envFrom`, a volume; with the rollout of exactly the used keys.
   * @example
   * const use = db.use({ env: ["DB_PASSWORD"], volume: { mountPath: "/etc/db", items: ["tls.crt"] } });
   * // in the pod template: env: use.env, volumeMounts: use.volumeMounts, volumes: use.volumes
   * // in the options of the workload: transformations: [use.rollout()]
   * @throws DeclarationError when a key is not one of the Secret, or a name, path or mode cannot be one
   */
  use(spec: SecretUseSpec): SecretUse {
    const { id } = this.declaration;
    const use = collecting((problems) => readSecretUse(usePlace(problems, id), spec, this.resolved));
    return new SecretUse(use, {
      id,
      rollout: (options) => this.rollout(options),
      rolloutFor: (workload, options) => this.rolloutFor(workload, options),
    });
  }

  /** The workloads that use the Secret, as far as they are named in the program; for `plan`. */
  get consumers(): readonly ConsumerDeclaration[] {
    return this.used;
  }
}

/** What the state and policies see of the component: references, never values. */
function stateOf(secret: ResolvedAppSecret): pulumi.Inputs {
  return {
    environment: secret.environment.name,
    team: secret.team.name,
    namespace: secret.namespace,
    secretName: secret.name,
    store: secret.storeName,
    refreshInterval: secret.refreshInterval,
    keys: Object.fromEntries(
      secret.keys.map(({ secretKey, key, property, version }) => [
        secretKey,
        {
          path: key,
          ...(property === undefined ? {} : { property }),
          ...(version === undefined ? {} : { version }),
        },
      ]),
    ),
    ...(secret.from.length === 0 ? {} : { from: secret.from.map(sourceOf) }),
  };
}

function sourceOf(from: ResolvedFrom): pulumi.Inputs {
  return from.kind === "generator"
    ? { kind: from.kind, generator: { ...from.generator } }
    : { kind: from.kind, path: from.key };
}
