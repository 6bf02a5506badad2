import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { NODE_NAME } from "./bed";
import type { KubeClient } from "./kube";
import { stages } from "./kwok-stages";
import { Server, type ServerContext } from "./process";

/** KWOK plays the kubelet of one node; ready when the node is. */
export function startKwok(
  command: string,
  kubeconfig: string,
  kube: KubeClient,
  context: ServerContext,
): Promise<Server> {
  const config = join(context.guard.dir, "kwok.yaml");
  const options = {
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    kind: "KwokConfiguration",
    options: {
      cidr: "10.0.0.0/16",
      manageAllNodes: true,
      nodeIP: "127.0.0.1",
      nodeLeaseDurationSeconds: 40,
      enableDebuggingHandlers: false,
      // KWOK gives a configuration file no defaults for these.
      nodeLeaseParallelism: 1,
      nodePlayStageParallelism: 1,
      podPlayStageParallelism: 16,
      podsOnNodeSyncParallelism: 1,
    },
  };
  writeFileSync(config, [options, ...stages].map((document) => JSON.stringify(document)).join("\n---\n"));
  return Server.start(
    {
      name: "kwok",
      command,
      ports: 0,
      args: () => [`--kubeconfig=${kubeconfig}`, `--config=${config}`],
      ready: async () => {
        interface Node {
          readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
        }
        const { body } = await kube.request<Node>("GET", `/api/v1/nodes/${NODE_NAME}`);
        return body.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
      },
      readyWithinMs: 90_000,
    },
    context,
  );
}

/**
 * Creates the node, and the policy that binds every new pod to it. The policy stands in for a scheduler: no process, no delay, no
 * write that a test would count.
 */
export async function createNode(kube: KubeClient): Promise<void> {
  const name = "bed.keyturn.dev";
  await kube.send("POST", "/api/v1/nodes", {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: NODE_NAME, labels: { "kubernetes.io/hostname": NODE_NAME, "kubernetes.io/os": "linux" } },
  });
  await kube.send("POST", "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies", {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingAdmissionPolicy",
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      },
      matchConditions: [{ name: "unbound", expression: '!has(object.spec.nodeName) || object.spec.nodeName == ""' }],
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      mutations: [
        {
          patchType: "JSONPatch",
          jsonPatch: { expression: `[JSONPatch{op: "add", path: "/spec/nodeName", value: "${NODE_NAME}"}]` },
        },
      ],
    },
  });
  await kube.send("POST", "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings", {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: name },
  });
}

/** True when a pod created now would land on the node: the API server takes a moment to notice a new policy. */
export async function podsAreBound(kube: KubeClient): Promise<boolean> {
  const { body } = await kube.request<{ readonly spec?: { readonly nodeName?: string } }>(
    "POST",
    "/api/v1/namespaces/default/pods?dryRun=All",
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "probe" },
      spec: { containers: [{ name: "probe", image: "probe" }] },
    },
  );
  return body.spec?.nodeName === NODE_NAME;
}
