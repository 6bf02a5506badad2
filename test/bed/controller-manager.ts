import type { KubernetesFiles } from "./apiserver";
import type { KubeClient } from "./kube";
import { Server, type ServerContext } from "./process";

/** kube-controller-manager with its default controllers, ready when it has given the default namespace what pods need. */
export function startControllerManager(
  command: string,
  kubeconfig: string,
  files: KubernetesFiles,
  kube: KubeClient,
  context: ServerContext,
): Promise<Server> {
  return Server.start(
    {
      name: "kube-controller-manager",
      command,
      ports: 0,
      args: () => [
        `--kubeconfig=${kubeconfig}`,
        "--secure-port=0",
        "--leader-elect=false",
        `--service-account-private-key-file=${files.serviceAccountKeyFile}`,
        `--root-ca-file=${files.caFile}`,
        `--cluster-signing-cert-file=${files.caFile}`,
        `--cluster-signing-key-file=${files.caKeyFile}`,
        // The defaults (20 requests/s) would make tests wait for the controllers' own throttle.
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
      ],
      ready: async () => {
        const wanted = [
          "/api/v1/namespaces/default/serviceaccounts/default",
          "/api/v1/namespaces/default/configmaps/kube-root-ca.crt",
        ];
        const answers = await Promise.all(wanted.map((path) => kube.request("GET", path)));
        return answers.every(({ status }) => status === 200);
      },
      readyWithinMs: 90_000,
    },
    context,
  );
}
