import type { JsonRecord, KubernetesObject, SecretRolloutStatus } from "../../../api";
import { eventually } from "../../contract/target";
import { Run, Tenant, type World } from "../world";

const STAMP = "keyturn.dev/generation";

interface Workload extends KubernetesObject {
  readonly spec: { readonly template: { readonly metadata: { readonly annotations?: Record<string, string> } } };
  readonly status?: {
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly replicas?: number;
    readonly observedGeneration?: number;
  };
}

/** How workloads are rolled, on the sandbox and on the real servers. */
export function rolloutSuite(world: () => World): void {
  let tenant: Tenant;
  let run: Run;

  beforeEach(async () => {
    tenant = await Tenant.create(world());
    run = await new Run(world(), { namespaces: [tenant.namespace] }).start();
  });
  afterEach(() => run.stop());

  const secret = async (name = "db"): Promise<void> => {
    await tenant.put("app/db", { password: "one", user: "u" });
    const data = ["password", "user"].map((key) => ({ secretKey: key, remoteRef: { key: "app/db", property: key } }));
    await tenant.apply(tenant.store(), tenant.externalSecret(name, { data, refreshInterval: "1s" }));
    await tenant.untilData(name, { password: "one", user: "u" });
  };

  const workload = (
    name: string,
    parts: {
      on?: string;
      annotations?: Record<string, string>;
      kind?: string;
      spec?: JsonRecord;
      labels?: Record<string, string>;
      env?: string;
    } = {},
  ): KubernetesObject => {
    const kind = parts.kind ?? "Deployment";
    const env = [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: parts.env ?? "password" } } }];
    return {
      apiVersion: "apps/v1",
      kind,
      metadata: {
        name,
        namespace: tenant.namespace,
        annotations: { "keyturn.dev/rollout-on": parts.on ?? "auto", ...parts.annotations },
      },
      spec: {
        ...(kind === "DaemonSet" ? {} : { replicas: 2 }),
        ...(kind === "StatefulSet" ? { serviceName: name } : {}),
        selector: { matchLabels: { app: name } },
        ...parts.spec,
        template: {
          metadata: { labels: { app: name, ...parts.labels } },
          spec: { containers: [{ name: "app", image: "example.com/app:1", env }] },
        },
      },
    };
  };

  const record = async (name: string, kind = "deployment"): Promise<SecretRolloutStatus | undefined> =>
    (await tenant.get<{ status?: SecretRolloutStatus }>("SecretRollout", `${kind}-${name}`))?.status;
  const phase = async (name: string, wanted: string, kind?: string): Promise<SecretRolloutStatus> =>
    eventually(`${name} is ${wanted}`, async () => {
      const status = await record(name, kind);
      expect(status?.phase).toBe(wanted);
      return status as SecretRolloutStatus;
    });
  const get = async (name: string, kind = "Deployment"): Promise<Workload> => {
    const found = await tenant.get<Workload>(kind, name);
    if (found === undefined) throw new Error(`${kind} ${name} is gone`);
    return found;
  };
  const stamp = async (name: string, kind?: string): Promise<string | undefined> =>
    (await get(name, kind)).spec.template.metadata.annotations?.[STAMP];
  const rotate = (password: string, user = "u"): Promise<void> => tenant.put("app/db", { password, user });
  const rolled = async (name: string): Promise<SecretRolloutStatus> =>
    eventually(`${name} is rolled`, async () => {
      const status = await record(name);
      expect(status).toMatchObject({ phase: "Current", history: [{ outcome: "Healthy" }] });
      return status as SecretRolloutStatus;
    });
  /** How often anything of a rollout was looked at. */
  const looks = async (): Promise<number> =>
    [...(await run.metrics()).matchAll(/^controller_runtime_reconcile_total\{[^}]*secretrollout[^}]*\} (\d+)/gm)]
      .map(([, count]) => Number(count))
      .reduce((sum, count) => sum + count, 0);
  const stillRunningAs = async (name: string, generation: number): Promise<void> =>
    expect((await get(name)).metadata.generation).toBe(generation);

  test("first sight restarts nothing; a rotation of a used key rolls until healthy, and is recorded", async () => {
    await secret();
    await tenant.apply(workload("checkout"));
    const first = await phase("checkout", "Current");
    await stillRunningAs("checkout", 1);
    expect(first).toMatchObject({ running: first.generation, secrets: [{ name: "db", keys: ["password"] }] });
    expect(first.generation).toMatch(/^[0-9a-f]{32}$/);
    await rotate("two");
    const rolled = await eventually("rolled", async () => {
      const status = await record("checkout");
      expect(status).toMatchObject({ phase: "Current", history: [{ outcome: "Healthy" }] });
      return status as SecretRolloutStatus;
    });
    expect(rolled.running).not.toBe(first.running);
    expect(await stamp("checkout")).toBe(rolled.running);
    const { status } = await get("checkout");
    expect(status).toMatchObject({ observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 });
    await eventually("the events", async () =>
      expect((await tenant.events("checkout")).map(({ type, reason }) => `${type} ${reason}`)).toEqual(
        expect.arrayContaining(["Normal RolloutStarted", "Normal RolloutHealthy"]),
      ),
    );
    const about = {
      event: "rollout",
      outcome: "ok",
      object: `Deployment ${tenant.namespace}/checkout`,
      generation: rolled.running,
    };
    expect(run.audit).toContainEqual(expect.objectContaining({ ...about, code: "RolloutStarted" }));
    expect(run.audit).toContainEqual(expect.objectContaining({ ...about, code: "RolloutHealthy" }));
    const object = await tenant.get("SecretRollout", "deployment-checkout");
    expect(object?.metadata.ownerReferences).toMatchObject([{ kind: "Deployment", name: "checkout" }]);
  });

  test("a key it does not use rolls nothing", async () => {
    await secret();
    await tenant.apply(workload("checkout"), workload("other", { env: "user" }));
    const before = await phase("checkout", "Current");
    await phase("other", "Current");
    await rotate("one", "changed");
    await eventually("the user of the key rolls", async () =>
      expect(await record("other")).toMatchObject({ phase: "Current", history: [{ outcome: "Healthy" }] }),
    );
    const after = await eventually("the change is noted", async () => {
      const status = await record("checkout");
      expect(status?.secrets[0]?.dataHash).not.toBe(before.secrets[0]?.dataHash);
      return status;
    });
    expect(after).toEqual({ ...before, secrets: [{ ...before.secrets[0], dataHash: after?.secrets[0]?.dataHash }] });
    await stillRunningAs("checkout", 1);
  });

  test("stopping and starting restarts nothing; a change made meanwhile is rolled", async () => {
    await secret();
    await tenant.apply(workload("checkout"));
    await phase("checkout", "Current");
    await run.stop();
    await world().mark();
    run = await new Run(world(), { namespaces: [tenant.namespace] }).start();
    await eventually("it has looked", async () =>
      expect(await run.metrics()).toMatch(/controller_runtime_reconcile_total\{[^}]*secretrollout[^}]*\} [1-9]/),
    );
    const writes = Object.keys(await world().requests(tenant.namespace)).filter((key) =>
      /^(patch|create|update|delete) (?!serviceaccounts\/token)/.test(key),
    );
    expect(writes.filter((key) => /deployments|secretrollouts|externalsecrets/.test(key))).toEqual([]);
    await stillRunningAs("checkout", 1);
    await run.stop();
    await rotate("two");
    run = await new Run(world(), { namespaces: [tenant.namespace] }).start();
    await eventually("rolled", async () =>
      expect(await record("checkout")).toMatchObject({ phase: "Current", history: [{ outcome: "Healthy" }] }),
    );
    await stillRunningAs("checkout", 2);
  });

  test("one at a time per Secret; a failed one stops the rest and is not tried again; the next value rolls all", async () => {
    await secret();
    // Time enough to be seen rolling before it has failed, on a busy computer too.
    const bad = { annotations: { "keyturn.dev/rollout-deadline": "8s" } };
    await tenant.apply(workload("a-first", bad), workload("b-second", bad));
    await phase("a-first", "Current");
    await phase("b-second", "Current");
    // Pods of the next template do not become ready.
    for (const name of ["a-first", "b-second"])
      await tenant.patch("Deployment", name, {
        spec: { template: { metadata: { labels: { app: name } } }, minReadySeconds: 500 },
      });
    for (const name of ["a-first", "b-second"])
      await eventually("seen", async () => expect((await get(name)).status?.observedGeneration).toBe(2));
    await rotate("two");
    const phases = async (): Promise<readonly unknown[]> =>
      [(await record("a-first"))?.phase, (await record("b-second"))?.phase].sort();
    await eventually("one of them rolls", async () => expect(await phases()).toEqual(["Rolling", "Waiting"]));
    // Looked at again while the other one rolls, it still waits.
    for (const name of ["a-first", "b-second"])
      await tenant.patch("Deployment", name, { metadata: { annotations: { touched: "1" } } });
    await eventually("one of them fails", async () => {
      expect(await phases()).toEqual(["Failed", "Waiting"]);
    });
    const failed = (await record("a-first"))?.phase === "Failed" ? "a-first" : "b-second";
    const waiting = failed === "a-first" ? "b-second" : "a-first";
    expect((await record(failed))?.reason).toBe("not healthy within 8 s");
    expect((await record(waiting))?.reason).toBe(
      `Deployment ${tenant.namespace}/${failed} did not become healthy with this Secret: correct the Secret or the workload`,
    );
    expect(await stamp(waiting)).toBeUndefined();
    await eventually("the event", async () =>
      expect(await tenant.events(failed)).toContainEqual(
        expect.objectContaining({ type: "Warning", reason: "RolloutFailed" }),
      ),
    );
    const { generation } = (await get(failed)).metadata;
    await rotate("three");
    for (const name of [failed, waiting]) await tenant.patch("Deployment", name, { spec: { minReadySeconds: 0 } });
    for (const name of [failed, waiting])
      await eventually(`${name} rolls`, async () =>
        expect(await record(name)).toMatchObject({
          phase: "Current",
          history: expect.arrayContaining([expect.objectContaining({ outcome: "Healthy" })]) as unknown,
        }),
      );
    await eventually("the failed one too has the third value, after exactly one more stamp", async () =>
      expect((await get(failed)).metadata.generation).toBe((generation ?? 0) + 2),
    );
  });

  test("a workload in the middle of another change waits for it", async () => {
    await secret();
    await tenant.apply(workload("checkout"));
    await phase("checkout", "Current");
    const { neverReady } = world().target;
    await tenant.patch("Deployment", "checkout", { spec: { template: { metadata: { labels: neverReady } } } });
    await rotate("two");
    const waiting = await phase("checkout", "Waiting");
    expect(waiting.reason).toBe("another change of its pod template is being rolled out");
    expect(await stamp("checkout")).toBeUndefined();
    const labels = Object.fromEntries(Object.keys(neverReady).map((label) => [label, null]));
    await tenant.patch("Deployment", "checkout", { spec: { template: { metadata: { labels } } } });
    await eventually("rolled", async () =>
      expect(await record("checkout")).toMatchObject({ phase: "Current", history: [{ outcome: "Healthy" }] }),
    );
  });

  test("strategy none, what is not supported yet and what cannot be read hold it, with the reason", async () => {
    await secret();
    await tenant.apply(
      workload("none", { annotations: { "keyturn.dev/rollout-strategy": "none" } }),
      workload("versioned", { annotations: { "keyturn.dev/rollout-strategy": "versioned" } }),
      workload("window", { annotations: { "keyturn.dev/rollout-window": "Mo-Fr 02:00-04:00" } }),
    );
    for (const name of ["none", "versioned", "window"]) await phase(name, "Current");
    await rotate("two");
    expect((await phase("none", "Waiting")).reason).toContain("rollout-strategy is none");
    expect((await phase("versioned", "Waiting")).reason).toBe(
      "keyturn.dev/rollout-strategy versioned is not supported yet",
    );
    expect((await phase("window", "Waiting")).reason).toBe(
      "keyturn.dev/rollout-window is not like Mon-Fri 02:00-04:00 Europe/Berlin",
    );
    for (const name of ["none", "versioned", "window"]) await stillRunningAs(name, 1);
  });

  test("outside its windows it waits; they are read again when the workload changes", async () => {
    await secret();
    // The days from tomorrow to the day before yesterday: not today, whichever zone's today it is.
    const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toUTCString().slice(0, 3);
    const days = [2, 3, 4, 5].map(day).join(",");
    await tenant.apply(
      workload("checkout", { annotations: { "keyturn.dev/rollout-window": `${days} 00:00-24:00 UTC` } }),
    );
    await phase("checkout", "Current");
    await rotate("two");
    expect((await phase("checkout", "Waiting")).reason).toMatch(/^outside its windows: .* 00:00-24:00 UTC$/);
    await stillRunningAs("checkout", 1);
    await tenant.patch("Deployment", "checkout", {
      metadata: { annotations: { "keyturn.dev/rollout-window": "00:00-24:00 UTC" } },
    });
    await rolled("checkout");
  });

  test("with approval required it waits for that of this very generation", async () => {
    await secret();
    await tenant.apply(workload("checkout", { annotations: { "keyturn.dev/rollout-approval": "required" } }));
    await phase("checkout", "Current");
    await rotate("two");
    const { generation, reason } = await phase("checkout", "Waiting");
    expect(reason).toBe(
      `waits for approval: set spec.approval.generation of SecretRollout deployment-checkout to ${generation}`,
    );
    await tenant.patch("SecretRollout", "deployment-checkout", {
      spec: { approval: { generation: "another", by: "test" } },
    });
    await tenant.patch("SecretRollout", "deployment-checkout", { spec: { approval: { generation, by: "test" } } });
    const done = await rolled("checkout");
    expect(done.running).toBe(generation);
    await rotate("three");
    const next = await phase("checkout", "Waiting");
    expect(next.generation).not.toBe(generation);
    expect(next.reason).toContain(next.generation);
    await stillRunningAs("checkout", 2);
  });

  test("it comes after others: rolled ones when they are done, others when they are there and healthy", async () => {
    await secret();
    const after = { "keyturn.dev/rollout-after": "deployment/ledger,deployment/proxy" };
    const { neverReady } = world().target;
    await tenant.apply(
      workload("checkout", { annotations: after }),
      workload("ledger", { annotations: { "keyturn.dev/rollout-approval": "required" } }),
    );
    await phase("checkout", "Current");
    await phase("ledger", "Current");
    await rotate("two");
    const { generation } = await phase("ledger", "Waiting");
    await eventually("it waits for the ledger", async () =>
      expect((await record("checkout"))?.reason).toBe(
        `waits for Deployment ${tenant.namespace}/ledger, which waits itself`,
      ),
    );
    await tenant.patch("SecretRollout", "deployment-ledger", { spec: { approval: { generation } } });
    await rolled("ledger");
    await eventually("it waits for the proxy, which nobody has made yet", async () =>
      expect((await record("checkout"))?.reason).toBe(
        `waits for Deployment ${tenant.namespace}/proxy, which does not exist`,
      ),
    );
    await tenant.apply(workload("proxy", { on: "", labels: neverReady }));
    await tenant.patch("Deployment", "checkout", { metadata: { annotations: { touched: "1" } } });
    await eventually("it waits for the proxy to be healthy", async () =>
      expect((await record("checkout"))?.reason).toBe(
        `waits for Deployment ${tenant.namespace}/proxy, whose pods are not all available`,
      ),
    );
    expect(await stamp("checkout")).toBeUndefined();
    const labels = Object.fromEntries(Object.keys(neverReady).map((label) => [label, null]));
    await tenant.patch("Deployment", "proxy", { spec: { template: { metadata: { labels } } } });
    await rolled("checkout");
  });

  test("two that come after each other wait calmly", async () => {
    await secret();
    await tenant.apply(
      workload("a", { annotations: { "keyturn.dev/rollout-after": "deployment/b" } }),
      workload("b", { annotations: { "keyturn.dev/rollout-after": "deployment/a" } }),
    );
    await phase("a", "Current");
    await phase("b", "Current");
    await rotate("two");
    for (const name of ["a", "b"])
      await eventually("it says so", async () => expect((await record(name))?.reason).toContain("which waits itself"));
    await world().mark();
    const before = await looks();
    // Something else is carried out meanwhile: what goes round in circles would be seen many times.
    await tenant.apply(workload("other"));
    await phase("other", "Current");
    await rotate("three");
    await rolled("other");
    expect((await looks()) - before).toBeLessThan(200);
    await stillRunningAs("a", 1);
    await stillRunningAs("b", 1);
  });

  test("StatefulSets and DaemonSets roll as well", async () => {
    await secret();
    await tenant.apply(
      workload("queue", { kind: "StatefulSet" }),
      workload("agent", { kind: "DaemonSet", on: "db/password" }),
    );
    await phase("queue", "Current", "statefulset");
    await phase("agent", "Current", "daemonset");
    await rotate("two");
    for (const [name, kind] of [
      ["queue", "StatefulSet"],
      ["agent", "DaemonSet"],
    ] as const) {
      const status = await eventually(`${name} rolls`, async () => {
        const found = await record(name, kind.toLowerCase());
        expect(found).toMatchObject({ phase: "Current", history: [{ outcome: "Healthy" }] });
        return found;
      });
      expect(await stamp(name, kind)).toBe(status?.running);
    }
  });

  test("a Secret that goes away restarts nothing", async () => {
    await secret();
    await tenant.apply(workload("checkout"));
    await phase("checkout", "Current");
    await tenant.delete("ExternalSecret", "db");
    const path = `/api/v1/namespaces/${tenant.namespace}/secrets/db`;
    await eventually("it is missed", async () => {
      // Garbage collection of a new kind's objects takes its time on the real servers, and until the reconciler has seen that the
      // ExternalSecret is gone, it puts the Secret back.
      await world().target.kube.ask("DELETE", path);
      expect(await record("checkout")).toMatchObject({ phase: "Waiting", reason: "Secret db is missing" });
    });
    await stillRunningAs("checkout", 1);
  });

  test("the key of the generations is made once and names itself in the records", async () => {
    await secret();
    await tenant.apply(workload("checkout"));
    const { keyId } = await phase("checkout", "Current");
    const answer = await world().target.kube.ask(
      "GET",
      `/api/v1/namespaces/${world().system}/secrets/keyturn-generation-key`,
    );
    const { data } = answer.json as unknown as { data: { key: string } };
    expect(Buffer.from(data.key, "base64")).toHaveLength(32);
    expect(keyId).toMatch(/^[0-9a-f]{8}$/);
    expect(JSON.stringify([run.log, run.audit])).not.toContain(data.key);
  });
}
