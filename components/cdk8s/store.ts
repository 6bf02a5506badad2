import type { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { KeyturnError } from "../../api";
import { storeManifests } from "../manifests/store";
import { storeElsewhere } from "../model/elsewhere";
import { MAIN, type Environment } from "../model/environment";
import { resolveStore, store, type StoreDeclaration, type StoreLike, type StoreSpec } from "../model/store";
import { declare } from "./declared";
import { emitAll } from "./emit";

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
  /** The SecretStores by namespace. */
  readonly secretStores: ReadonlyMap<string, ApiObject>;

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
    const declaration = store(id, props);
    const manifests = storeManifests(resolveStore(declaration));
    super(scope, id);
    this.declaration = declaration;
    this.secretStores = new Map(
      emitAll(this, manifests).map((object) => [object.metadata.namespace ?? "", object] as const),
    );
    this.environment = this.declaration.environment;
    this.name = this.declaration.name;
    this.vault = this.declaration.vault ?? MAIN;
    declare(this, this.declaration);
  }

  /**
   * The SecretStore.
   * @throws KeyturnError `SeveralObjects` when there are several: then take one of `secretStores`
   */
  get secretStore(): ApiObject {
    const [only, ...others] = this.apiObjects;
    if (only !== undefined && others.length === 0) return only;
    throw new KeyturnError({
      code: "SeveralObjects",
      object: `Store "${this.node.id}"`,
      cause: `has SecretStores in several namespaces (${[...this.secretStores.keys()].join(", ")})`,
      remedy: "take secretStores.get(namespace)",
    });
  }

  /** The SecretStores, one for each namespace. */
  get apiObjects(): readonly ApiObject[] {
    return [...this.secretStores.values()];
  }
}
