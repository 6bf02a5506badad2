import { createRequire } from "node:module";

const requireHere = createRequire(__filename);

/** Loads a module of this package when a command needs it, so that `keyturn --help` does not wait for the reconciler. */
export function load(path: string): unknown {
  return requireHere(path);
}
