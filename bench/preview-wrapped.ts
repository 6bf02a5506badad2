import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { externalSecret, named, type Named } from "./synth-data";

/** The least that a component around one object can be. */
class Wrapped extends pulumi.ComponentResource {
  constructor(secret: Named) {
    super("bench:index:Wrapped", secret.name, {});
    new k8s.apiextensions.CustomResource(secret.name, externalSecret(secret), { parent: this });
    this.registerOutputs({ name: secret.name, namespace: secret.team });
  }
}

// `pulumi preview` runs this: each CustomResource in a component of its own.
const count = Number(process.env["BENCH_COUNT"]);
for (let index = 0; index < count; index++) new Wrapped(named(index));
