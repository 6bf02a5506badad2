import * as pulumi from "@pulumi/pulumi";
import { externalSecretManifest } from "../manifests/external-secret";
import { rolloutAnnotations } from "../manifests/rollout";
import {
  appSecret,
  resolveAppSecret,
  type AppSecretDeclaration,
  type AppSecretSpec,
  type ResolvedAppSecret,
} from "../model/app-secret";
import {
  consumer,
  readConsumer,
  readUsedKeys,
  type ConsumerDeclaration,
  type RolloutOptions,
  type WorkloadRef,
} from "../model/consumer";
import { collecting, Place } from "../model/problems";
import type { SecretElsewhereSpec } from "../model/elsewhere";
import type { Team } from "../model/team";
import { checkOwnReconciler } from "../own-reconciler";
import { ForeignSecret } from "./elsewhere";
import { childOptions, emit } from "./emit";
import { rolloutTransformation } from "./rollout";

/** What an {@link AppSecret} is given. */
export type AppSecretArgs<N extends string = string> = AppSecretSpec<N>;

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
    const declaration = appSecret(name, args);
    const resolved = resolveAppSecret(declaration);
    collecting((problems) => checkOwnReconciler(problems, resolved));
    super("keyturn:index:AppSecret", name, stateOf(resolved), opts);
    this.team = args.team;
    this.name = resolved.name;
    this.namespace = resolved.namespace;
    this.declaration = declaration;
    this.resolved = resolved;
    const store = pulumi.Resource.isInstance(args.store) ? args.store : undefined;
    this.externalSecret = emit(name, externalSecretManifest(resolved).object, childOptions(this, opts, store));
    this.registerOutputs({ name: this.name, namespace: this.namespace });
  }

  /**
   * What makes a workload roll when the Secret changes, as an option of the workload: `{ transformations: [db.rollout()] }` on a
   * Deployment, StatefulSet or DaemonSet, or on a component around some. Several AppSecrets add up.
   * @throws DeclarationError when a key is not one of the Secret
   */
  rollout(options: RolloutOptions = {}): pulumi.ResourceTransformation {
    const keys = collecting((problems) =>
      readUsedKeys(Place.of(problems, "AppSecret", this.declaration.id).at("rollout"), options, this.resolved),
    );
    return rolloutTransformation(
      { id: this.declaration.id, name: this.name, namespace: this.namespace },
      keys,
      (workload) => void this.used.push(consumer(this.declaration, workload, options)),
    );
  }

  /**
   * As {@link rollout} for a workload that is not a resource here: returns the annotations to put on it (on the workload, not on
   * its pod template).
   * @throws DeclarationError
   */
  rolloutFor(workload: WorkloadRef, options: RolloutOptions = {}): Readonly<Record<string, string>> {
    const declaration = consumer(this.declaration, workload, options);
    const keys = collecting((problems) => readConsumer(problems, declaration)?.keys);
    this.used.push(declaration);
    return rolloutAnnotations([{ secret: this.name, keys }]);
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
    ...(secret.from.length === 0 ? {} : { from: secret.from.map(({ kind, key }) => ({ kind, path: key })) }),
  };
}
