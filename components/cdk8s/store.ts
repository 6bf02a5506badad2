import { Construct } from "constructs";
import { storeManifests } from "../manifests/store";
import { storeElsewhere } from "../model/elsewhere";
import { MAIN, type Environment } from "../model/environment";
import { resolveStore, store, type StoreDeclaration, type StoreLike, type StoreSpec } from "../model/store";
import { declare } from "./declared";
import { emit } from "./emit";

/** What a {@link Store} is given. */
export type StoreProps<N extends string = string> = StoreSpec<N>;

/** A SecretStore in each namespace of a team. */
export class Store<N extends string = string> extends Construct implements StoreLike<N> {
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
  constructor(scope: Construct, id: string, props: StoreProps<N>) {
    super(scope, id);
    this.declaration = store(id, props);
    for (const manifest of storeManifests(resolveStore(this.declaration))) emit(this, manifest);
    this.environment = this.declaration.environment;
    this.name = this.declaration.name;
    this.vault = this.declaration.vault ?? MAIN;
    declare(this, this.declaration);
  }
}
