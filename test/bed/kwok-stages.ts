/**
 * Label of a pod that decides its life in the bed. Without it a pod becomes ready at once. `never-ready`: runs, and is never ready.
 * `crash`: its containers are in CrashLoopBackOff.
 */
export const PODS_LABEL = "bed.keyturn.dev/pods";

/** Annotation of a pod without {@link PODS_LABEL}: a Go duration it takes to become ready, e.g. `1500ms`. Default: at once. */
export const READY_AFTER_ANNOTATION = "bed.keyturn.dev/ready-after";

interface Expression {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

const LABEL = `.metadata.labels["${PODS_LABEL}"]`;
const alive: Expression = { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" };
const pending: Expression = { key: ".status.phase", operator: "In", values: ["Pending"] };

function stage(
  name: string,
  kind: "Node" | "Pod",
  spec: { when: readonly Expression[]; delay?: object; next: object },
): object {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: "v1", kind },
      selector: { matchExpressions: spec.when },
      ...(spec.delay === undefined ? {} : { delay: spec.delay }),
      next: spec.next,
    },
  };
}

function condition(type: string, status: "True" | "False"): string {
  return `- { type: ${type}, status: "${status}", lastTransitionTime: {{ $now | Quote }} }\n`;
}

/** The status of a pod that was started: `state` is the YAML of its containers' state, `ready` whether they are. */
function podStatus(ready: boolean, containerState: string): object {
  const status = ready ? "True" : "False";
  return {
    statusTemplate: `{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
conditions:
${condition("PodScheduled", "True")}${condition("Initialized", "True")}${condition("ContainersReady", status)}${condition("Ready", status)}
{{ range .spec.readinessGates }}
- { type: {{ .conditionType | Quote }}, status: "${status}", lastTransitionTime: {{ $now | Quote }} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: ${ready}
  started: ${ready}
${containerState}
{{ end }}
{{ with NodeIPWith .spec.nodeName }}
hostIP: {{ . | Quote }}
{{ end }}
{{ with PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ . | Quote }}
podIPs:
- ip: {{ . | Quote }}
{{ end }}
`,
  };
}

const running = `  restartCount: 0
  state: { running: { startedAt: {{ $now | Quote }} } }`;

const crashing = `  restartCount: 3
  state: { waiting: { reason: CrashLoopBackOff, message: "back-off 40s restarting failed container" } }
  lastState: { terminated: { exitCode: 1, reason: Error, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }`;

const nodeStatus = {
  statusTemplate: `{{ $now := Now }}
phase: Running
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
addresses:
{{ with NodeIP }}
- { type: InternalIP, address: {{ . | Quote }} }
{{ end }}
{{ with NodeName }}
- { type: Hostname, address: {{ . | Quote }} }
{{ end }}
allocatable: { cpu: 1k, memory: 1Ti, pods: 1M }
capacity: { cpu: 1k, memory: 1Ti, pods: 1M }
nodeInfo:
  architecture: amd64
  bootID: bed
  containerRuntimeVersion: kwok
  kernelVersion: kwok
  kubeProxyVersion: kwok
  kubeletVersion: kwok
  machineID: bed
  operatingSystem: linux
  osImage: bed
  systemUUID: bed
`,
};

/** What KWOK does to the node and to pods: at most one of these fits an object at any time. */
export const stages: readonly object[] = [
  stage("node-ready", "Node", {
    when: [
      { key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: "NotIn", values: ["True"] },
    ],
    next: nodeStatus,
  }),
  stage("pod-ready", "Pod", {
    when: [alive, pending, { key: LABEL, operator: "NotIn", values: ["never-ready", "crash"] }],
    delay: {
      durationMilliseconds: 0,
      durationFrom: { expressionFrom: `.metadata.annotations["${READY_AFTER_ANNOTATION}"]` },
    },
    next: podStatus(true, running),
  }),
  stage("pod-never-ready", "Pod", {
    when: [alive, pending, { key: LABEL, operator: "In", values: ["never-ready"] }],
    next: podStatus(false, running),
  }),
  stage("pod-crash", "Pod", {
    when: [alive, pending, { key: LABEL, operator: "In", values: ["crash"] }],
    next: podStatus(false, crashing),
  }),
  stage("pod-delete", "Pod", {
    when: [{ key: ".metadata.deletionTimestamp", operator: "Exists" }],
    next: { delete: true },
  }),
];
