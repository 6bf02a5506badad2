import { readFileSync } from "node:fs";
import type { Binaries } from "./binaries";
import { BedError } from "./log-tail";

export type ServerName = "etcd" | "kube-apiserver" | "kube-controller-manager" | "kwok" | "openbao";

/** A running bed, as plain data: what tests, benchmarks and people need to use it. All paths are absolute. */
export interface Bed {
  /** The temporary folder; gone when the bed stops. */
  readonly dir: string;
  /** Path of a kubeconfig for the admin, complete in itself (CA and token inside). */
  readonly kubeconfig: string;
  readonly kube: {
    /** `https://127.0.0.1:PORT` */
    readonly server: string;
    readonly caFile: string;
    /** Bearer token of the admin (group system:masters). */
    readonly token: string;
  };
  /** Path of the API server's audit log: one JSON event a line, Metadata level. */
  readonly auditLog: string;
  readonly bao: {
    /** `https://127.0.0.1:PORT` */
    readonly address: string;
    readonly caFile: string;
    readonly rootToken: string;
    /** The one key share; for tests that seal and unseal a bed of their own. */
    readonly unsealKey: string;
    /** Path of OpenBao's audit file: one JSON entry a line, values hashed. */
    readonly auditLog: string;
  };
  /** Process numbers, for measuring and for stopping servers of a bed of one's own. */
  readonly pids: Readonly<Record<ServerName, number>>;
  readonly logs: Readonly<Record<ServerName, string>>;
  readonly binaries: Binaries;
}

/** The name of the one node, on which every pod lands. */
export const NODE_NAME = "bed";

/**
 * The bed that serves this test run, from the file named by `KEYTURN_BED`.
 * @throws {BedError} when there is none: a test that needs servers fails without them.
 */
export function bed(): Bed {
  const file = process.env["KEYTURN_BED"];
  if (file === undefined || file === "")
    throw new BedError({
      code: "NoBed",
      object: "KEYTURN_BED",
      cause: "is not set: this code needs the real servers",
      remedy: "run it in the jest project `real`, or start `npm run bed` and export what it prints",
    });
  if (cached?.file !== file) cached = { file, bed: readBed(file) };
  return cached.bed;
}

let cached: { readonly file: string; readonly bed: Bed } | undefined;

/** @throws {BedError} when the file cannot be read, e.g. because that bed has stopped. */
export function readBed(file: string): Bed {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Bed;
  } catch (error) {
    throw new BedError({
      code: "NoBed",
      object: `KEYTURN_BED=${file}`,
      cause: `cannot be read (${error instanceof SyntaxError ? "not JSON" : (error as NodeJS.ErrnoException).code})`,
      remedy: "that bed has probably stopped: start `npm run bed` again, or unset KEYTURN_BED",
    });
  }
}
