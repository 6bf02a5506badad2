import * as k8s from "@pulumi/kubernetes";
import { externalSecret, named } from "./synth-data";

// `pulumi preview` runs this: bare CustomResources.
const count = Number(process.env["BENCH_COUNT"]);
for (let index = 0; index < count; index++) {
  const secret = named(index);
  new k8s.apiextensions.CustomResource(secret.name, externalSecret(secret));
}
