import type { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { bundleText, type BundleSource } from "../bundle";
import { reconcilerManifests } from "../manifests/reconciler";
import type { Environment } from "../model/environment";
import { refuseOutputs } from "../model/outputs";
import { reconciler, resolveReconciler, type ReconcilerDeclaration, type ReconcilerSpec } from "../model/reconciler";
import { declare } from "./declared";
import { emitAll } from "./emit";

/** What a {@link Reconciler} is given. */
export interface ReconcilerProps<N extends string = string> extends Omit<ReconcilerSpec<N>, "bundle"> {
  /** Default: the bundle of this package. */
  readonly bundle?: BundleSource;
}

/** The program that keeps the Secrets of an environment in step: Deployment, exact RBAC, NetworkPolicy, CRDs. */
export class Reconciler<N extends string = string> extends Construct {
  readonly environment: Environment<N>;
  readonly declaration: ReconcilerDeclaration<N>;
  /** In order of application: `reconciler.apiObjects.find(({ kind }) => kind === "Deployment")`. */
  readonly apiObjects: readonly ApiObject[];

  /** @throws DeclarationError, KeyturnError `BundleUnreadable` */
  constructor(scope: Construct, id: string, props: ReconcilerProps<N>) {
    refuseOutputs("Reconciler", id, props);
    const declaration = reconciler(id, { ...props, bundle: bundleText(props.bundle) });
    const manifests = reconcilerManifests(resolveReconciler(declaration));
    super(scope, id);
    this.declaration = declaration;
    this.apiObjects = emitAll(this, manifests);
    this.environment = props.environment;
    declare(this, this.declaration);
  }
}
