import * as pulumi from "@pulumi/pulumi";
import { storeManifests } from "../manifests/store";
import { storeElsewhere } from "../model/elsewhere";
import { MAIN, type Environment } from "../model/environment";
import { collecting } from "../model/problems";
import {
  resolveStore,
  store,
  type ResolvedStore,
  type StoreDeclaration,
  type StoreLike,
  type StoreSpec,
} from "../model/store";
import { childOptions, emitAll } from "./emit";
import { leavesOf, type VaultEndpoint } from "./leaves";
import { readWait, waitedFor, waitOptions, type WaitForReady } from "./wait";

/** What a {@link Store} is given. */
export interface StoreArgs<N extends string = string> extends StoreSpec<N>, VaultEndpoint {
  /** Whether `pulumi up` waits until the stores are valid, and fails when one is not in time. Default false. */
  readonly waitForReady?: WaitForReady;
}

/** A SecretStore in each namespace of a team. */
export class Store<N extends string = string> extends pulumi.ComponentResource implements StoreLike<N> {
  readonly environment: Environment<N>;
  /** Name of the SecretStores. */
  readonly name: string;
  /** Which Vault of the environment. */
  readonly vault: string;
  readonly declaration: StoreDeclaration<N>;

  /**
   * A SecretStore that is declared elsewhere, in the namespaces that use it; emits nothing.
   * @param options which Vault of the environment it reaches; default `main`
   * @throws DeclarationError
   */
  static fromName<N extends string>(
    environment: Environment<N>,
    name: string,
    options: { readonly vault?: string } = {},
  ): StoreLike<N> {
    return storeElsewhere(environment, name, options.vault);
  }

  /** @throws DeclarationError */
  constructor(name: string, args: StoreArgs<N>, opts?: pulumi.ComponentResourceOptions) {
    const { address, ca, waitForReady, ...spec } = args;
    const wait = collecting((problems) => readWait(problems, "Store", name, waitForReady));
    const declaration = store(name, spec);
    const resolved = resolveStore(declaration);
    const leaves = leavesOf("Store", name, resolved.environment as Environment<N>, { address, ca });
    super(
      "keyturn:index:Store",
      name,
      {
        environment: resolved.environment.name,
        team: resolved.team.name,
        store: resolved.name,
        namespaces: resolved.namespaces,
      },
      opts,
    );
    this.environment = declaration.environment;
    this.name = declaration.name;
    this.vault = declaration.vault ?? MAIN;
    this.declaration = declaration;
    const reached: ResolvedStore = {
      ...resolved,
      environment: leaves.environment,
      team: { ...resolved.team, environment: leaves.environment },
    };
    const manifests = storeManifests(reached).map(({ id, object }) => ({ id, object: waitedFor(object, wait) }));
    emitAll(name, manifests, leaves.fill, waitOptions(childOptions(this, opts), wait));
    this.registerOutputs({ name: this.name });
  }
}
