import type { IConstruct } from "constructs";
import { KeyturnError } from "../../api";

// Imported before anything that needs the peers, so that a missing one is said in words. Literal names: bundlers follow them.
// cdk8s itself needs constructs, so that comes first.
/* eslint-disable @typescript-eslint/no-require-imports -- an import cannot be caught */
present("constructs", () => require("constructs"));
present("cdk8s", () => require("cdk8s"));
/* eslint-enable */

function present(peer: string, load: () => unknown): void {
  try {
    load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Something else that the peer itself misses is not ours to explain.
    if (code !== "MODULE_NOT_FOUND" || !message.startsWith(`Cannot find module '${peer}'`)) throw error;
    throw new KeyturnError(
      {
        code: "PeerMissing",
        object: "keyturn/cdk8s",
        cause: `needs the package ${peer}, which is not installed here`,
        remedy: "npm install cdk8s constructs",
      },
      { cause: error },
    );
  }
}

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
