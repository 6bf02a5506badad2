import type { JsonRecord, KubernetesObject, WorkloadKind } from "../../../api";
import { consumerKey, consumerOf, consumerTitle } from "../../../reconciler/rollout/consumer";

function workload(
  parts: {
    annotations?: Record<string, string>;
    spec?: JsonRecord;
    pod?: JsonRecord;
    template?: JsonRecord;
    status?: JsonRecord;
    generation?: number;
  } = {},
): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "checkout",
      namespace: "payments",
      uid: "u",
      resourceVersion: "5",
      generation: parts.generation ?? 2,
      annotations: parts.annotations ?? { "keyturn.dev/rollout-on": "auto" },
    },
    spec: {
      replicas: 2,
      ...parts.spec,
      template: {
        metadata: parts.template ?? {},
        spec: parts.pod ?? { containers: [{ envFrom: [{ secretRef: { name: "db" } }] }] },
      },
    },
    status: parts.status ?? { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
  };
}
const of = (parts: Parameters<typeof workload>[0], kind: WorkloadKind = "Deployment") =>
  consumerOf(kind, workload(parts));

describe("which keys a workload uses", () => {
  test("auto: those of its containers' environment and volumes, not the pull secrets", () => {
    const pod = {
      imagePullSecrets: [{ name: "registry" }],
      initContainers: [{ env: [{ name: "A", valueFrom: { secretKeyRef: { name: "db", key: "user" } } }] }],
      containers: [
        {
          env: [
            { name: "B", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
            { name: "C", value: "x" },
          ],
        },
        { envFrom: [{ secretRef: { name: "all" } }, { configMapRef: { name: "no" } }] },
        { env: [{ name: "D", valueFrom: { secretKeyRef: { name: "all", key: "one" } } }] },
      ],
      volumes: [
        { secret: { secretName: "files", items: [{ key: "tls.key", path: "k" }] } },
        { secret: { secretName: "whole" } },
        { projected: { sources: [{ secret: { name: "part", items: [{ key: "a" }] } }, { serviceAccountToken: {} }] } },
      ],
    };
    expect([...(of({ pod })?.uses ?? [])]).toEqual([
      ["db", ["password", "user"]],
      ["all", undefined],
      ["files", ["tls.key"]],
      ["whole", undefined],
      ["part", ["a"]],
    ]);
  });

  test("listed: exactly those", () => {
    const consumer = of({ annotations: { "keyturn.dev/rollout-on": "db/password,db/user,api" } });
    expect([...(consumer?.uses ?? [])]).toEqual([
      ["db", ["password", "user"]],
      ["api", undefined],
    ]);
  });

  test("Reloader's annotations are understood", () => {
    expect([...(of({ annotations: { "reloader.stakater.com/auto": "true" } })?.uses.keys() ?? [])]).toEqual(["db"]);
    expect([...(of({ annotations: { "secret.reloader.stakater.com/reload": "a,b" } })?.uses.keys() ?? [])]).toEqual([
      "a",
      "b",
    ]);
  });

  test("a workload that does not ask, or uses nothing, is not kept", () => {
    expect(of({ annotations: {} })).toBeUndefined();
    expect(of({ pod: { containers: [{}] } })).toBeUndefined();
    expect(of({ pod: { containers: "nonsense", volumes: [7] } })).toBeUndefined();
  });

  test("its key is the SecretRollout's", () => {
    const consumer = of({});
    expect(consumer && [consumerKey(consumer), consumerTitle(consumer)]).toEqual([
      "payments/deployment-checkout",
      "Deployment payments/checkout",
    ]);
  });
});

describe("what holds it back, and for how long it may roll", () => {
  const on = { "keyturn.dev/rollout-on": "auto" };
  test.each<[Record<string, string>, JsonRecord, string | undefined]>([
    [{}, {}, undefined],
    [{ "keyturn.dev/rollout-strategy": "restart" }, {}, undefined],
    [
      { "keyturn.dev/rollout-strategy": "none" },
      {},
      "keyturn.dev/rollout-strategy is none: pods take the new values when they restart",
    ],
    [
      { "keyturn.dev/rollout-strategy": "versioned" },
      {},
      "keyturn.dev/rollout-strategy versioned is not supported yet",
    ],
    [{ "keyturn.dev/rollout-window": "02:00-04:00" }, {}, undefined],
    [{ "keyturn.dev/rollout-approval": "required" }, {}, undefined],
    [{ "keyturn.dev/rollout-after": "deployment/ledger" }, {}, undefined],
    [
      { "keyturn.dev/rollout-window": "nights" },
      {},
      "keyturn.dev/rollout-window is not like Mon-Fri 02:00-04:00 Europe/Berlin",
    ],
    [
      { "keyturn.dev/rollout-strategy": "x" },
      {},
      "keyturn.dev/rollout-strategy is not one of restart, versioned, none",
    ],
    [{ "keyturn.dev/rollout-deadline": "soon" }, {}, "keyturn.dev/rollout-deadline is not a duration such as 5m"],
    [{}, { paused: true }, "the Deployment is paused"],
    [
      {},
      { updateStrategy: { type: "OnDelete" } },
      "updateStrategy is OnDelete: delete its pods to give them the new values",
    ],
  ])("%j %j: %s", (annotations, spec, held) => {
    expect(of({ annotations: { ...on, ...annotations }, spec })?.held).toBe(held);
  });

  test.each<[Record<string, string>, JsonRecord, number]>([
    [{}, {}, 600_000],
    [{}, { progressDeadlineSeconds: 30 }, 30_000],
    [{ "keyturn.dev/rollout-deadline": "1m30s" }, { progressDeadlineSeconds: 30 }, 90_000],
  ])("deadline %j %j", (annotations, spec, deadline) => {
    expect(of({ annotations: { ...on, ...annotations }, spec })?.deadline).toBe(deadline);
  });
});

test("what its annotations say is kept; nothing, where they cannot be read", () => {
  const policy = (annotations: Record<string, string>) =>
    of({ annotations: { "keyturn.dev/rollout-on": "auto", ...annotations } })?.policy;
  expect(policy({})).toEqual({});
  expect(
    policy({
      "keyturn.dev/rollout-after": "Deployment/ledger, daemonset/agent",
      "keyturn.dev/rollout-approval": "required",
    }),
  ).toEqual({
    approval: "required",
    after: [
      { kind: "Deployment", name: "ledger" },
      { kind: "DaemonSet", name: "agent" },
    ],
  });
  expect(policy({ "keyturn.dev/rollout-after": "ledger", "keyturn.dev/rollout-approval": "required" })).toEqual({});
});

describe("how far a workload is", () => {
  const deployment = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  test.each<[string, WorkloadKind, JsonRecord, JsonRecord, string]>([
    ["all there", "Deployment", {}, deployment, "healthy"],
    ["template not seen yet", "Deployment", {}, { ...deployment, observedGeneration: 1 }, "moving"],
    ["no status yet", "Deployment", {}, {}, "moving"],
    ["an old pod left", "Deployment", {}, { ...deployment, replicas: 3 }, "moving"],
    ["a new pod missing", "Deployment", {}, { ...deployment, updatedReplicas: 1 }, "moving"],
    ["one not available", "Deployment", {}, { ...deployment, availableReplicas: 1 }, "unavailable"],
    [
      "its own deadline exceeded",
      "Deployment",
      {},
      { ...deployment, updatedReplicas: 1, conditions: [{ type: "Progressing", reason: "ProgressDeadlineExceeded" }] },
      "stuck",
    ],
    ["scaled to nothing", "Deployment", { replicas: 0 }, { observedGeneration: 2 }, "healthy"],
    [
      "StatefulSet done",
      "StatefulSet",
      {},
      { observedGeneration: 2, currentRevision: "b", updateRevision: "b", availableReplicas: 2 },
      "healthy",
    ],
    [
      "StatefulSet under way",
      "StatefulSet",
      {},
      { observedGeneration: 2, currentRevision: "a", updateRevision: "b", updatedReplicas: 1, availableReplicas: 2 },
      "moving",
    ],
    [
      "StatefulSet with a partition",
      "StatefulSet",
      { updateStrategy: { rollingUpdate: { partition: 1 } } },
      { observedGeneration: 2, currentRevision: "a", updateRevision: "b", updatedReplicas: 1, availableReplicas: 2 },
      "healthy",
    ],
    [
      "DaemonSet done",
      "DaemonSet",
      {},
      { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 },
      "healthy",
    ],
    [
      "DaemonSet under way",
      "DaemonSet",
      {},
      { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberAvailable: 3 },
      "moving",
    ],
  ])("%s", (_name, kind, spec, status, progress) => {
    expect(of({ spec, status }, kind)?.progress).toBe(progress);
  });
});
