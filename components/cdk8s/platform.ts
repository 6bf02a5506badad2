import { Construct } from "constructs";
import type { Environment } from "../model/environment";
import { platform, resolvePlatform, type PlatformDeclaration, type PlatformSpec } from "../model/platform";
import { declare } from "./declared";

/** What a {@link Platform} is given. */
export type PlatformProps<N extends string = string> = PlatformSpec<N>;

/**
 * The Vault side of an environment: KV mount, login method and its settings. It has no Kubernetes objects; its documents are in
 * {@link planOf} and in `vault/platform.json`.
 */
export class Platform<N extends string = string> extends Construct {
  readonly environment: Environment<N>;
  readonly declaration: PlatformDeclaration<N>;

  /** @throws DeclarationError */
  constructor(scope: Construct, id: string, props: PlatformProps<N>) {
    const declaration = platform(id, props);
    resolvePlatform(declaration);
    super(scope, id);
    this.declaration = declaration;
    this.environment = props.environment;
    declare(this, this.declaration);
  }
}
