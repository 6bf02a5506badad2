import type { IConstruct } from "constructs";
import { KeyturnError } from "../../api";
import { requirePeers } from "../peers";

// Imported before anything that needs the peers. cdk8s itself needs constructs, so that comes first.
/* eslint-disable @typescript-eslint/no-require-imports -- an import cannot be caught */
requirePeers("keyturn/cdk8s", {
  constructs: () => void require("constructs"),
  cdk8s: () => void require("cdk8s"),
});
/* eslint-enable */

/**
 * `workload.with(...)` came with constructs 10.5. Where it is missing Node would only say that it is not a function, and only after the
 * argument was made: so it is said there.
 * @throws KeyturnError `ConstructsTooOld`
 */
export function requireWith(construct: IConstruct): void {
  // The root is of the copy of constructs that the program's own constructs are of.
  if ([construct, construct.node.root].every((one) => typeof (one as { readonly with?: unknown }).with === "function"))
    return;
  throw new KeyturnError({
    code: "ConstructsTooOld",
    object: "package constructs",
    cause: "is older than 10.5.0, so that workloads have no with(...)",
    remedy: 'npm install "constructs@^10.5.0", or put the annotations of rolloutFor({ kind, name }) on the workload',
  });
}
