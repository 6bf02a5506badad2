import { auditMark, countByVerb, requestsSince, writesSince } from "./audit";
import { bed, NODE_NAME } from "./bed";
import { eventually } from "./eventually";
import { createServiceAccount, request, requestToken, send, uniqueNamespace } from "./kube";
import { PODS_LABEL, READY_AFTER_ANNOTATION } from "./kwok-stages";

interface Deployment {
  readonly status: {
    readonly availableReplicas?: number;
    readonly unavailableReplicas?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
  };
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
      readonly state: { readonly waiting?: { readonly reason: string } };
    }[];
  };
}

interface List<T> {
  readonly items: readonly T[];
}

const ready = (pod: Pod) => pod.status.conditions?.find(({ type }) => type === "Ready")?.status;
const pods = async (namespace: string) => (await send<List<Pod>>("GET", `/api/v1/namespaces/${namespace}/pods`)).items;

async function createWorkload(
  kind: "Deployment" | "StatefulSet" | "DaemonSet",
  namespace: string,
  podMetadata: { labels?: Record<string, string>; annotations?: Record<string, string> } = {},
): Promise<string> {
  const plural = `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s`;
  await send("POST", plural, {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "app" },
    spec: {
      ...(kind === "DaemonSet" ? {} : { replicas: 2 }),
      ...(kind === "StatefulSet" ? { serviceName: "app" } : {}),
      ...(kind === "Deployment" ? { progressDeadlineSeconds: 2 } : {}),
      selector: { matchLabels: { app: "app" } },
      template: {
        metadata: { ...podMetadata, labels: { app: "app", ...podMetadata.labels } },
        spec: { containers: [{ name: "app", image: "example.com/app:1" }] },
      },
    },
  });
  return `${plural}/app`;
}

describe("the API server of the bed", () => {
  it("enforces RBAC: a ServiceAccount without a role gets 403, with a role 200", async () => {
    const namespace = await uniqueNamespace("rbac");
    await createServiceAccount(namespace, "reader");
    const token = await requestToken(namespace, "reader");
    const secrets = `/api/v1/namespaces/${namespace}/secrets`;
    const list = async () => (await request("GET", secrets, undefined, undefined, { token })).status;
    expect(await list()).toBe(403);

    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const apiVersion = "rbac.authorization.k8s.io/v1";
    const rules = [{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }];
    await send("POST", `${rbac}/roles`, { apiVersion, kind: "Role", metadata: { name: "reader" }, rules });
    await send("POST", `${rbac}/rolebindings`, {
      apiVersion,
      kind: "RoleBinding",
      metadata: { name: "reader" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
      subjects: [{ kind: "ServiceAccount", name: "reader", namespace }],
    });
    expect(await eventually("the role is in force", list, (status) => status === 200)).toBe(200);
  });

  it("refuses a caller without a token", async () => {
    const { status } = await request("GET", "/api/v1/namespaces", undefined, undefined, { token: "" });
    expect(status).toBe(403);
    const wrong = await request("GET", "/api/v1/namespaces", undefined, undefined, { token: "no-such-token" });
    expect(wrong.status).toBe(401);
  });

  it("serves keyturn's kinds and refuses an ExternalSecret that breaks the schema", async () => {
    const namespace = await uniqueNamespace("crds");
    for (const resource of ["externalsecrets", "secretstores"]) {
      const { status } = await request("GET", `/apis/external-secrets.io/v1/namespaces/${namespace}/${resource}`);
      expect([resource, status]).toEqual([resource, 200]);
    }
    const { status, body } = await request(
      "POST",
      `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`,
      {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: { name: "wrong" },
        spec: { data: "not a list" },
      },
    );
    expect([status, body["reason"]]).toEqual([422, "Invalid"]);
  });
});

describe("the controllers and KWOK", () => {
  it.each(["Deployment", "StatefulSet", "DaemonSet"] as const)("make a %s ready", async (kind) => {
    const namespace = await uniqueNamespace("ready");
    const path = await createWorkload(kind, namespace);
    const count = kind === "DaemonSet" ? 1 : 2;
    const { status } = await eventually(
      `${kind} ${namespace}/app`,
      () => send<{ status: { readyReplicas?: number; numberReady?: number } }>("GET", path),
      (object) => (object.status.readyReplicas ?? object.status.numberReady) === count,
    );
    expect(status.readyReplicas ?? status.numberReady).toBe(count);
    const found = await pods(namespace);
    expect(found.map((pod) => [pod.spec.nodeName, pod.status.phase, ready(pod)])).toEqual(
      Array.from({ length: count }, () => [NODE_NAME, "Running", "True"]),
    );
  });

  it("delete the pods of a deleted Deployment", async () => {
    const namespace = await uniqueNamespace("gone");
    const path = await createWorkload("Deployment", namespace);
    await eventually(
      "two pods",
      () => pods(namespace),
      (found) => found.filter((pod) => ready(pod) === "True").length === 2,
    );
    await send("DELETE", path);
    await eventually(
      "no pods",
      () => pods(namespace),
      (found) => found.length === 0,
    );
  });

  it("keep pods labelled never-ready running and unready, until the Deployment misses its deadline", async () => {
    const namespace = await uniqueNamespace("never-ready");
    const path = await createWorkload("Deployment", namespace, { labels: { [PODS_LABEL]: "never-ready" } });
    const deployment = await eventually(
      "the missed deadline",
      () => send<Deployment>("GET", path),
      // Two seconds are over even before slow controllers have counted the pods.
      ({ status }) =>
        status.unavailableReplicas === 2 &&
        status.conditions?.some(({ reason }) => reason === "ProgressDeadlineExceeded") === true,
    );
    expect(deployment.status.availableReplicas).toBeUndefined();
    await eventually(
      "both run",
      () => pods(namespace),
      (found) => found.length === 2 && found.every((pod) => pod.status.phase === "Running" && ready(pod) === "False"),
    );
  });

  it("let pods labelled crash end in CrashLoopBackOff", async () => {
    const namespace = await uniqueNamespace("crash");
    await createWorkload("Deployment", namespace, { labels: { [PODS_LABEL]: "crash" } });
    const found = await eventually(
      "two crashing pods",
      () => pods(namespace),
      (all) => all.filter((pod) => pod.status.phase === "Running").length === 2,
    );
    for (const pod of found) {
      expect(ready(pod)).toBe("False");
      expect(pod.status.containerStatuses).toEqual([
        expect.objectContaining({
          ready: false,
          restartCount: 3,
          state: { waiting: expect.objectContaining({ reason: "CrashLoopBackOff" }) as unknown },
        }),
      ]);
    }
  });

  it("take as long to make a pod ready as its annotation says", async () => {
    const namespace = await uniqueNamespace("slow");
    const begun = performance.now();
    await createWorkload("DaemonSet", namespace, { annotations: { [READY_AFTER_ANNOTATION]: "2s" } });
    await eventually(
      "a ready pod",
      () => pods(namespace),
      ([pod]) => pod !== undefined && ready(pod) === "True",
    );
    expect(performance.now() - begun).toBeGreaterThan(1_900);
  });

  it("remove an owned Secret together with its owner", async () => {
    const namespace = await uniqueNamespace("gc");
    const core = `/api/v1/namespaces/${namespace}`;
    const owner = await send<{ readonly metadata: { readonly uid: string } }>("POST", `${core}/configmaps`, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "owner" },
    });
    const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner.metadata.uid }];
    for (const [name, metadata] of [
      ["owned", { ownerReferences }],
      ["free", {}],
    ] as const)
      await send("POST", `${core}/secrets`, { apiVersion: "v1", kind: "Secret", metadata: { name, ...metadata } });
    await send("DELETE", `${core}/configmaps/owner`);
    const list = () => send<List<Pod>>("GET", `${core}/secrets`);
    const left = await eventually("the owned Secret is removed", list, ({ items }) => items.length < 2);
    expect(left.items.map(({ metadata }) => metadata.name)).toEqual(["free"]);
  });

  it("remove everything in a deleted namespace", async () => {
    const namespace = await uniqueNamespace("end");
    await createWorkload("Deployment", namespace);
    await send("DELETE", `/api/v1/namespaces/${namespace}`);
    await eventually(
      `namespace ${namespace} is gone`,
      () => request("GET", `/api/v1/namespaces/${namespace}`),
      ({ status }) => status === 404,
    );
    // The controller waits for the pods' grace period before it looks again.
  });
});

describe("the audit log", () => {
  it("counts exactly the writes of one user since a mark, and dry runs apart", async () => {
    const namespace = await uniqueNamespace("audit");
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const secret = (name: string) => ({ apiVersion: "v1", kind: "Secret", metadata: { name } });
    await send("POST", path, secret("before"));
    const mark = await auditMark();
    await send("POST", path, secret("one"));
    await send("POST", path, secret("two"));
    await send("POST", `${path}?dryRun=All`, secret("three"));
    await send("PATCH", `${path}/one`, { stringData: { key: "value-that-must-not-be-in-the-log" } });
    await send("GET", `${path}/one`);

    const like = { user: "bed-admin", namespace, resource: "secrets" };
    expect(countByVerb(await writesSince(mark, like))).toEqual({ "create secrets": 2, "patch secrets": 1 });
    expect(countByVerb(await requestsSince(mark, like))).toEqual({
      "create secrets": 3,
      "get secrets": 1,
      "patch secrets": 1,
    });
    expect(await requestsSince(await auditMark(), like)).toEqual([]);
    const { readFileSync } = await import("node:fs");
    expect(readFileSync(bed().auditLog, "utf8")).not.toContain("value-that-must-not-be-in-the-log");
  });

  it("names a ServiceAccount and the refusal it met", async () => {
    const namespace = await uniqueNamespace("audit");
    const token = await requestToken(namespace, "default");
    const mark = await auditMark();
    await request("GET", `/api/v1/namespaces/${namespace}/secrets/db`, undefined, undefined, { token });
    const user = `system:serviceaccount:${namespace}:default`;
    const [first, ...others] = await requestsSince(mark, { user });
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      verb: "get",
      resource: "secrets",
      name: "db",
      namespace,
      status: 403,
      dryRun: false,
    });
  });
});
