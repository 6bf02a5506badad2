import * as pulumi from "@pulumi/pulumi";
import { bundleText, type BundleSource } from "../bundle";
import { reconcilerManifests } from "../manifests/reconciler";
import type { Environment } from "../model/environment";
import { reconciler, resolveReconciler, type ReconcilerDeclaration, type ReconcilerSpec } from "../model/reconciler";
import { childOptions, emitAll } from "./emit";
import { leavesOf, type VaultEndpoint } from "./leaves";

/** What a {@link Reconciler} is given. */
export interface ReconcilerArgs<N extends string = string> extends Omit<ReconcilerSpec<N>, "bundle">, VaultEndpoint {
  /** Default: the bundle of this package. */
  readonly bundle?: BundleSource;
}

/** The program that keeps the Secrets of an environment in step: Deployment, exact RBAC, NetworkPolicy, CRDs. */
export class Reconciler<N extends string = string> extends pulumi.ComponentResource {
  readonly environment: Environment<N>;
  readonly declaration: ReconcilerDeclaration<N>;

  /** @throws DeclarationError, KeyturnError `BundleUnreadable` */
  constructor(name: string, args: ReconcilerArgs<N>, opts?: pulumi.ComponentResourceOptions) {
    const { address, ca, bundle, ...spec } = args;
    const declaration = reconciler(name, { ...spec, bundle: bundleText(bundle) });
    const resolved = resolveReconciler(declaration);
    const leaves = leavesOf("Reconciler", name, args.environment, { address, ca });
    super(
      "keyturn:index:Reconciler",
      name,
      {
        environment: resolved.environment.name,
        teams: resolved.teams.map((team) => team.name),
        namespaces: resolved.namespaces,
        scope: resolved.scope,
        image: resolved.image,
      },
      opts,
    );
    this.environment = args.environment;
    this.declaration = declaration;
    const manifests = reconcilerManifests({ ...resolved, environment: leaves.environment });
    const child = childOptions(this, opts);
    const first = emitAll(name, manifests.filter(isFirst), leaves.fill, child);
    emitAll(
      name,
      manifests.filter((manifest) => !isFirst(manifest)),
      leaves.fill,
      childOptions(this, opts, ...first.values()),
    );
    this.registerOutputs({ namespace: resolved.environment.reconciler.namespace });
  }
}

/** The Namespace and the CRDs have to be there before anything in them. */
function isFirst({ object }: { readonly object: { readonly kind: string } }): boolean {
  return object.kind === "Namespace" || object.kind === "CustomResourceDefinition";
}
