import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bed } from "../bed";
import { requestToken, send } from "../bed/kube";
import { Program } from "./processes";

interface ConfigMap {
  readonly data: Readonly<Record<string, string>>;
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containers: readonly { readonly command: readonly string[]; readonly args: readonly string[] }[];
        readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
      };
    };
  };
}

/**
 * Runs what the Reconciler's Deployment in the cluster says, as a process of this computer: the bundle and the environments file
 * are the ones in its ConfigMaps, command and flags are the Deployment's, and it has exactly the rights of its ServiceAccount.
 * KWOK's pods run nothing, so this is the pod.
 */
export function runDeployedReconciler(dir: string, ...flags: readonly string[]): Promise<Program> {
  return runReconcilerOf("keyturn-system", dir, ...flags);
}

/** As {@link runDeployedReconciler}, for the Reconciler of another namespace. */
export async function runReconcilerOf(namespace: string, dir: string, ...flags: readonly string[]): Promise<Program> {
  const base = `/api/v1/namespaces/${namespace}/configmaps`;
  const { spec } = (
    await send<Deployment>("GET", `/apis/apps/v1/namespaces/${namespace}/deployments/keyturn-reconciler`)
  ).spec.template;
  const mounts = new Map([
    ["app", "/app"],
    ["environments", "/etc/keyturn"],
  ]);
  for (const volume of spec.volumes) {
    const mount = mounts.get(volume.name);
    if (mount === undefined || volume.configMap === undefined) continue;
    mkdirSync(join(dir, mount), { recursive: true });
    const { data } = await send<ConfigMap>("GET", `${base}/${volume.configMap.name}`);
    for (const [file, content] of Object.entries(data)) writeFileSync(join(dir, mount, file), content);
  }
  const [container] = spec.containers;
  if (container === undefined) throw new Error("the Deployment has no container");
  const local = (text: string): string => text.replace(/(^|=)(\/app|\/etc\/keyturn)\//, `$1${dir}$2/`);
  const [, ...command] = container.command.map(local);
  const kubeconfig = join(dir, "reconciler.kubeconfig");
  writeFileSync(kubeconfig, await kubeconfigOf(namespace, spec.serviceAccountName), { mode: 0o600 });
  const own = ["--kubeconfig", kubeconfig, "--metrics-address=127.0.0.1:0", "--health-address=127.0.0.1:0"];
  return new Program(process.execPath, [...command, ...container.args.map(local), ...own, ...flags], {
    PATH: process.env["PATH"] ?? "",
    POD_NAME: "keyturn-reconciler-0",
    POD_NAMESPACE: namespace,
  });
}

async function kubeconfigOf(namespace: string, serviceAccount: string): Promise<string> {
  const { server, caFile } = bed().kube;
  const token = await requestToken(namespace, serviceAccount);
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "bed",
    contexts: [{ name: "bed", context: { cluster: "bed", user: "reconciler" } }],
    clusters: [{ name: "bed", cluster: { server, "certificate-authority": caFile } }],
    users: [{ name: "reconciler", user: { token } }],
  });
}
