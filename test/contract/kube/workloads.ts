import type { Answer, Stream } from "../http";
import { APPLY, eventually, expectStatus, freshNamespace, MERGE, METADATA, type Target } from "../target";

/** How workloads roll: what someone who patches a pod template and waits for health relies on. */
export function workloadContract(open: () => Target): void {
  let namespace = "";
  const apps = (plural: string, rest = ""): string => `/apis/apps/v1/namespaces/${namespace}/${plural}${rest}`;
  const get = (plural: string, name: string): Promise<Answer> => open().kube.ask("GET", apps(plural, `/${name}`));
  const podsOf = async (app: string) => {
    const { json } = await open().kube.ask("GET", `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`);
    return json.items as readonly {
      readonly metadata: {
        readonly name: string;
        readonly annotations?: Readonly<Record<string, string>>;
        readonly ownerReferences: readonly { readonly kind: string; readonly controller: boolean }[];
      };
    }[];
  };
  const workload = (name: string, spec: object = {}, podLabels: object = {}): object => ({
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, ...podLabels } },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "c", image: "registry.example.com/app:1" }] },
      },
      ...spec,
    },
  });
  const create = async (plural: string, body: object): Promise<Answer> => {
    const answer = await open().kube.ask("POST", apps(plural), { body });
    expect(answer.status).toBe(201);
    return answer;
  };
  const stamp = (plural: string, name: string, value: string, labels: object = {}): Promise<Answer> =>
    open().kube.ask("PATCH", apps(plural, `/${name}`), {
      body: { spec: { template: { metadata: { annotations: { "keyturn.dev/generation": value }, labels } } } },
      headers: MERGE,
    });
  const conditions = (answer: Answer): Readonly<Record<string, string>> =>
    Object.fromEntries(
      (answer.json.status.conditions ?? []).map((c: { type: string; status: string; reason: string }) => [
        c.type,
        `${c.status} ${c.reason}`,
      ]),
    );

  beforeAll(async () => {
    namespace = await freshNamespace(open());
  });

  test("a workload with quantities as text and as numbers can be applied", async () => {
    const resources = { limits: { cpu: "1500m", memory: "2048Mi" }, requests: { cpu: 1, memory: "512Mi" } };
    const containers = [{ name: "c", image: "registry.example.com/app:1", resources }];
    const labels = { app: "sized" };
    const spec = {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    };
    const answer = await open().kube.ask("PATCH", apps("deployments", "/sized?fieldManager=gitops"), {
      body: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "sized" }, spec },
      headers: APPLY,
    });
    expect(answer.status).toBe(201);
    expect(answer.json.spec.template.spec.containers).toMatchObject([{ resources: { limits: { cpu: "1500m" } } }]);
  });

  const deploymentIs = (name: string, replicas: number): Promise<Answer> =>
    eventually(`Deployment ${name} has rolled`, async () => {
      const answer = await get("deployments", name);
      const { status, metadata } = answer.json;
      expect(status).toMatchObject({
        observedGeneration: metadata.generation,
        replicas,
        updatedReplicas: replicas,
        readyReplicas: replicas,
        availableReplicas: replicas,
      });
      expect(status.unavailableReplicas ?? 0).toBe(0);
      expect(conditions(answer)).toEqual({
        Available: "True MinimumReplicasAvailable",
        Progressing: "True NewReplicaSetAvailable",
      });
      return answer;
    });

  test("a Deployment gets its defaults and generation 1", async () => {
    const made = await create("deployments", workload("defaults", { replicas: 0 }));
    expect(made.json).toMatchObject({
      metadata: { generation: 1 },
      spec: {
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        template: { spec: { restartPolicy: "Always", dnsPolicy: "ClusterFirst", schedulerName: "default-scheduler" } },
      },
    });
  });

  test("a Deployment rolls when its template is stamped: generation, then status, then new pods", async () => {
    await create("deployments", workload("rolls", { replicas: 2 }));
    const before = await deploymentIs("rolls", 2);
    expect(before.json.metadata.annotations["deployment.kubernetes.io/revision"]).toBe("1");
    const old = (await podsOf("rolls")).map(({ metadata }) => metadata.name);
    expect(old.length).toBe(2);

    const stamped = await stamp("deployments", "rolls", "g1");
    expect([stamped.status, stamped.json.metadata.generation]).toEqual([200, before.json.metadata.generation + 1]);
    const after = await deploymentIs("rolls", 2);
    expect(after.json.metadata.annotations["deployment.kubernetes.io/revision"]).toBe("2");
    await eventually("only new pods", async () => {
      const pods = await podsOf("rolls");
      expect(pods.map(({ metadata }) => metadata.annotations?.["keyturn.dev/generation"])).toEqual(["g1", "g1"]);
      for (const { metadata } of pods) {
        expect(old).not.toContain(metadata.name);
        expect(metadata.ownerReferences).toMatchObject([{ kind: "ReplicaSet", controller: true }]);
      }
    });
    const idle = await stamp("deployments", "rolls", "g1");
    expect(idle.json.metadata.generation).toBe(after.json.metadata.generation);
  });

  test("a change outside the template starts no pods; one of the annotations still counts a generation", async () => {
    await create("deployments", workload("quiet", { replicas: 1 }));
    const before = await deploymentIs("quiet", 1);
    const pods = await podsOf("quiet");
    const patched = await open().kube.ask("PATCH", apps("deployments", "/quiet"), {
      body: { metadata: { annotations: { "keyturn.dev/rollout-on": "auto" }, labels: { a: "b" } } },
      headers: MERGE,
    });
    expect(patched.json.metadata.generation).toBe(before.json.metadata.generation + 1);
    await deploymentIs("quiet", 1);
    expect((await podsOf("quiet")).map(({ metadata }) => metadata.name)).toEqual(
      pods.map(({ metadata }) => metadata.name),
    );
  });

  test("while new pods do not get ready the old ones serve, and the deadline says so", async () => {
    await create("deployments", workload("stuck", { replicas: 2, progressDeadlineSeconds: 2 }));
    await deploymentIs("stuck", 2);
    await stamp("deployments", "stuck", "g1", open().neverReady);
    await eventually("the deadline is over", async () => {
      const answer = await get("deployments", "stuck");
      expect(conditions(answer)).toEqual({
        Available: "True MinimumReplicasAvailable",
        Progressing: "False ProgressDeadlineExceeded",
      });
      // Two seconds are over even before slow controllers have made the new pod.
      expect(answer.json.status).toMatchObject({
        observedGeneration: answer.json.metadata.generation,
        replicas: 3,
        updatedReplicas: 1,
        readyReplicas: 2,
        availableReplicas: 2,
        unavailableReplicas: 1,
      });
    });
    const back = Object.fromEntries(Object.keys(open().neverReady).map((key) => [key, null]));
    await stamp("deployments", "stuck", "g2", back);
    await deploymentIs("stuck", 2);
  });

  test("a paused Deployment does not roll until it is resumed", async () => {
    await create("deployments", workload("paused", { replicas: 1 }));
    await deploymentIs("paused", 1);
    const pause = (paused: boolean): Promise<Answer> =>
      open().kube.ask("PATCH", apps("deployments", "/paused"), { body: { spec: { paused } }, headers: MERGE });
    await pause(true);
    const stamped = await stamp("deployments", "paused", "g1");
    const waiting = await eventually("it has been seen", async () => {
      const answer = await get("deployments", "paused");
      expect(answer.json.status.observedGeneration).toBe(stamped.json.metadata.generation);
      return answer;
    });
    expect([waiting.json.status.updatedReplicas ?? 0, conditions(waiting)["Progressing"]]).toEqual([
      0,
      "Unknown DeploymentPaused",
    ]);
    await pause(false);
    await deploymentIs("paused", 1);
    await eventually("only the new pod", async () =>
      expect((await podsOf("paused")).map(({ metadata }) => metadata.annotations)).toEqual([
        { "keyturn.dev/generation": "g1" },
      ]),
    );
  });

  test("a Recreate Deployment stops its pods before it starts new ones", async () => {
    await create("deployments", workload("recreate", { replicas: 1, strategy: { type: "Recreate" } }));
    await deploymentIs("recreate", 1);
    const stream: Stream = open().kube.stream(
      `/api/v1/namespaces/${namespace}/pods?watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&labelSelector=app%3Drecreate`,
      METADATA,
    );
    try {
      await stream.find("the state", ({ type }) => type === "BOOKMARK");
      const from = stream.lines.length;
      await stamp("deployments", "recreate", "g1");
      await deploymentIs("recreate", 1);
      await stream.find("the new pod", ({ type }) => type === "ADDED", from);
      const kinds = (stream.lines.slice(from) as readonly { readonly type: string }[]).map(({ type }) => type);
      expect(kinds.indexOf("DELETED")).toBeLessThan(kinds.indexOf("ADDED"));
      expect(kinds).toContain("DELETED");
    } finally {
      stream.close();
    }
  });

  test("a StatefulSet rolls from its last pod on and ends with one revision", async () => {
    await create("statefulsets", workload("set", { replicas: 2, serviceName: "set" }));
    const ready = (revisions: "equal" | "any"): Promise<Answer> =>
      eventually("the StatefulSet is up to date", async () => {
        const answer = await get("statefulsets", "set");
        const { status, metadata } = answer.json;
        expect(status).toMatchObject({
          observedGeneration: metadata.generation,
          replicas: 2,
          readyReplicas: 2,
          updatedReplicas: 2,
          availableReplicas: 2,
          currentReplicas: 2,
        });
        if (revisions === "equal") expect(status.currentRevision).toBe(status.updateRevision);
        return answer;
      });
    const before = await ready("equal");
    const stamped = await stamp("statefulsets", "set", "g1");
    expect(stamped.json.metadata.generation).toBe(before.json.metadata.generation + 1);
    const after = await eventually("another revision", async () => {
      const answer = await ready("equal");
      expect(answer.json.status.updateRevision).not.toBe(before.json.status.updateRevision);
      return answer;
    });
    expect(after.json.status.updateRevision).toMatch(/^set-/);
    const pods = await podsOf("set");
    expect(pods.map(({ metadata }) => metadata.name).sort()).toEqual(["set-0", "set-1"]);
    expect(pods.map(({ metadata }) => metadata.annotations?.["keyturn.dev/generation"])).toEqual(["g1", "g1"]);
  });

  test("a DaemonSet has a pod on every node and replaces it when stamped", async () => {
    const nodes = (await open().kube.ask("GET", "/api/v1/nodes")).json.items.length;
    await create("daemonsets", workload("daemon"));
    const ready = (): Promise<Answer> =>
      eventually("the DaemonSet is up to date", async () => {
        const answer = await get("daemonsets", "daemon");
        const { status, metadata } = answer.json;
        expect(status).toMatchObject({
          observedGeneration: metadata.generation,
          desiredNumberScheduled: nodes,
          currentNumberScheduled: nodes,
          updatedNumberScheduled: nodes,
          numberReady: nodes,
          numberAvailable: nodes,
          numberMisscheduled: 0,
        });
        expect(status.numberUnavailable ?? 0).toBe(0);
        return answer;
      });
    await ready();
    await stamp("daemonsets", "daemon", "g1");
    await ready();
    await eventually("new pods only", async () => {
      const pods = await podsOf("daemon");
      expect(pods.map(({ metadata }) => metadata.annotations?.["keyturn.dev/generation"])).toEqual(
        new Array(nodes).fill("g1"),
      );
    });
  });

  test("the scale subresource reads and sets replicas", async () => {
    await create("deployments", workload("scaled", { replicas: 1 }));
    await deploymentIs("scaled", 1);
    const path = apps("deployments", "/scaled/scale");
    const scale = await open().kube.ask("GET", path);
    expect([scale.json.kind, scale.json.spec, scale.json.status]).toEqual([
      "Scale",
      { replicas: 1 },
      { replicas: 1, selector: "app=scaled" },
    ]);
    await open().kube.ask("PATCH", path, { body: { spec: { replicas: 2 } }, headers: MERGE });
    await deploymentIs("scaled", 2);
  });

  test("pods go with their Deployment", async () => {
    await create("deployments", workload("leaves", { replicas: 1 }));
    await deploymentIs("leaves", 1);
    await open().kube.ask("DELETE", apps("deployments", "/leaves"));
    await eventually("no pods", async () => expect(await podsOf("leaves")).toEqual([]));
  });

  test.each([
    ["no selector", { selector: undefined }, "spec.selector: FieldValueRequired"],
    [
      "a selector that does not fit",
      { selector: { matchLabels: { app: "x" } } },
      "spec.template.metadata.labels: FieldValueInvalid",
    ],
  ])("a Deployment with %s is 422", async (_, spec, cause) => {
    const refused = await open().kube.ask("POST", apps("deployments"), { body: workload("wrong", spec) });
    expectStatus(refused, 422, "Invalid");
    const causes = refused.json.details.causes as readonly { readonly field: string; readonly reason: string }[];
    expect(causes.map(({ field, reason }) => `${field}: ${reason}`)).toContain(cause);
  });
}
