import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KeyturnError } from "../../api";
import type { Access } from "./access";

const SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The access of a pod (Kubernetes: "Accessing the API from within a Pod"), or undefined outside a cluster.
 * @throws KeyturnError `InClusterInvalid` when the pod has no ServiceAccount token mounted
 */
export function inClusterAccess(
  environment: NodeJS.ProcessEnv,
  directory = SERVICE_ACCOUNT_DIRECTORY,
): Access | undefined {
  const host = environment.KUBERNETES_SERVICE_HOST;
  const port = environment.KUBERNETES_SERVICE_PORT;
  if (host === undefined || host === "" || port === undefined || port === "") return undefined;
  const address = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (!URL.canParse(address))
    throw invalid("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not a host and a port");
  const token = join(directory, "token");
  const ca = join(directory, "ca.crt");
  for (const file of [token, ca]) {
    try {
      readFileSync(file);
    } catch {
      throw invalid(`${file} cannot be read`);
    }
  }
  return {
    source: "the in-cluster configuration",
    server: new URL(address),
    ca: { kind: "file", path: ca },
    token: { kind: "file", path: token },
  };
}

function invalid(cause: string): KeyturnError {
  return new KeyturnError({
    code: "InClusterInvalid",
    object: "in-cluster configuration",
    cause,
    remedy: "mount the ServiceAccount token into the pod, or give --kubeconfig",
  });
}

/** The namespace of this pod, or undefined outside a cluster. */
export function ownNamespace(directory = SERVICE_ACCOUNT_DIRECTORY): string | undefined {
  try {
    return readFileSync(join(directory, "namespace"), "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}
