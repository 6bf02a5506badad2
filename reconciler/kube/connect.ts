import { KeyturnError } from "../../api";
import type { Metrics } from "../observe/types";
import type { Access } from "./access";
import { createKubeClient } from "./client";
import { Connection } from "./connection";
import { inClusterAccess } from "./in-cluster";
import { readKubeconfig } from "./kubeconfig";
import type { KubeClient } from "./types";

export interface ConnectOptions {
  /** A kubeconfig file (or several, as in `KUBECONFIG`). Absent: the pod's own access, else `KUBECONFIG`. */
  readonly kubeconfig?: string | undefined;
  /** Context of the kubeconfig; default its current one. */
  readonly context?: string | undefined;
  /** keyturn's own version, for the User-Agent `keyturn/<version>` (API priority and fairness, audit). */
  readonly version: string;
  /** Requests in flight at a time; further ones wait for a connection. Default 64. Watches have connections of their own. */
  readonly maxInFlight?: number;
  /** Default `process.env`. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Where a pod's token is mounted; for tests. */
  readonly serviceAccountDirectory?: string;
  /** Milliseconds between two looks at token and certificate files. Default 60,000. */
  readonly rereadAfter?: number;
  readonly metrics?: Metrics;
  /** Told when a credential file became unreadable or malformed; the last good one is used on. */
  readonly onWarning?: (error: KeyturnError) => void;
}

/**
 * A client for one cluster. Nothing is sent yet: an unreachable server is an error of the first call.
 * @throws KeyturnError naming the file, what is wrong with it and what to do
 */
export function connect(options: ConnectOptions): KubeClient {
  const environment = options.environment ?? process.env;
  const connection = new Connection(findAccess(options, environment), {
    maxSockets: options.maxInFlight ?? 64,
    environment,
    ...(options.rereadAfter === undefined ? {} : { rereadAfter: options.rereadAfter }),
    ...(options.onWarning === undefined ? {} : { onWarning: options.onWarning }),
  });
  return createKubeClient(connection, {
    userAgent: `keyturn/${options.version}`,
    ...(options.metrics === undefined ? {} : { metrics: options.metrics }),
  });
}

function findAccess(options: ConnectOptions, environment: NodeJS.ProcessEnv): Access {
  if (options.kubeconfig !== undefined && options.kubeconfig !== "")
    return readKubeconfig(options.kubeconfig, options.context);
  const pod = inClusterAccess(environment, options.serviceAccountDirectory);
  if (pod !== undefined) return pod;
  const variable = environment.KUBECONFIG;
  if (variable !== undefined && variable !== "") return readKubeconfig(variable, options.context);
  throw new KeyturnError({
    code: "NoKubeconfig",
    object: "Kubernetes API",
    cause: "no cluster is known: this is not a pod, and there is no kubeconfig",
    remedy: "give --kubeconfig FILE or set KUBECONFIG",
  });
}
