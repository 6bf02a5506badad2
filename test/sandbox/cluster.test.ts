import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox } from "../../sandbox";
import { Client } from "../contract/http";
import { base64, eventually, expectStatus, MERGE } from "../contract/target";
import { open, type Opened } from "./open";

const secrets = "/api/v1/namespaces/default/secrets";
let opened: Opened;
afterEach(() => opened.close());

const make = (name: string): Promise<unknown> => opened.kube.ask("POST", secrets, { body: { metadata: { name } } });

describe("starting and stopping", () => {
  test("both servers show a certificate of the sandbox's own CA", async () => {
    opened = await open();
    const { cluster, vault } = opened.sandbox;
    const stranger = new Client({ address: cluster.server, ca: (await startAndStop()).cluster.caPem, headers: {} });
    await expect(stranger.ask("GET", "/version")).rejects.toThrow(/certificate|signature/);
    stranger.close();
    expect((await opened.kube.ask("GET", "/readyz")).status).toBe(200);
    expect((await opened.vault.ask("GET", "/v1/sys/health")).status).toBe(200);
    expect([cluster.server, vault.address]).toEqual([
      expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
    ]);
  });

  test("stopping ends watches and refuses new connections", async () => {
    opened = await open();
    const stream = opened.kube.stream(`${secrets}?watch=1`);
    await eventually("the watch is open", () => Promise.resolve(expect(stream.status).toBe(200)));
    await opened.sandbox.stop();
    await stream.closed();
    await expect(opened.kube.ask("GET", "/readyz")).rejects.toThrow(/ECONNREFUSED/);
  });

  test("two sandboxes know nothing of each other", async () => {
    opened = await open();
    const other = await open();
    try {
      await make("mine");
      expect((await other.kube.ask("GET", `${secrets}/mine`)).status).toBe(404);
      expect(other.sandbox.cluster.adminToken).not.toBe(opened.sandbox.cluster.adminToken);
    } finally {
      await other.close();
    }
  });

  test("the kubeconfig is complete in itself and readable by its owner only", async () => {
    opened = await open();
    const folder = mkdtempSync(join(tmpdir(), "keyturn-sandbox-test-"));
    try {
      const path = opened.sandbox.cluster.kubeconfigFile(folder);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(opened.sandbox.cluster.kubeconfig());
      expect(opened.sandbox.cluster.kubeconfig()).toMatchObject({
        kind: "Config",
        "current-context": "sandbox",
        clusters: [{ cluster: { server: opened.sandbox.cluster.server } }],
        users: [{ user: { token: opened.sandbox.cluster.adminToken } }],
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("other CRDs can be given, or none", async () => {
    opened = await open({ crds: [] });
    expect((await opened.kube.ask("GET", "/apis/external-secrets.io/v1/externalsecrets")).status).toBe(404);
  });
});

async function startAndStop(): Promise<Awaited<ReturnType<typeof startSandbox>>> {
  const sandbox = await startSandbox();
  await sandbox.stop();
  return sandbox;
}

describe("watch history", () => {
  const watchFrom = async (resourceVersion: string) => {
    const stream = opened.kube.stream(`${secrets}?watch=1&resourceVersion=${resourceVersion}`);
    try {
      return await stream.find("an event", () => true);
    } finally {
      stream.close();
    }
  };

  test("a watch that resumes from before what is kept gets 410 Expired", async () => {
    opened = await open({ watchHistory: 5 });
    const first = await opened.kube.ask("POST", secrets, { body: { metadata: { name: "first" } } });
    const { resourceVersion } = first.json.metadata;
    for (let index = 0; index < 11; index += 1) await make(`more-${index}`);
    const event = await watchFrom(resourceVersion);
    expect([event.type, event.object]).toEqual(["ERROR", expect.objectContaining({ code: 410, reason: "Expired" })]);
  });

  test("a watch that resumes within it misses nothing", async () => {
    opened = await open({ watchHistory: 5 });
    for (let index = 0; index < 20; index += 1) await make(`old-${index}`);
    const list = await opened.kube.ask("GET", secrets);
    await make("new");
    expect(await watchFrom(list.json.metadata.resourceVersion)).toMatchObject({
      type: "ADDED",
      object: { metadata: { name: "new" } },
    });
  });

  test("writes of one kind do not push another kind's history out", async () => {
    opened = await open({ watchHistory: 5 });
    const from = (await opened.kube.ask("GET", secrets)).json.metadata.resourceVersion;
    await make("mine");
    for (let index = 0; index < 20; index += 1)
      await opened.kube.ask("POST", "/api/v1/namespaces/default/configmaps", {
        body: { metadata: { name: `c${index}` } },
      });
    expect(await watchFrom(from)).toMatchObject({ type: "ADDED", object: { metadata: { name: "mine" } } });
  });

  test("expireWatches makes every earlier version too old, for watches and for the next page of a list", async () => {
    opened = await open();
    for (const name of ["a", "b"]) await make(name);
    const page = await opened.kube.ask("GET", `${secrets}?limit=1`);
    await make("c");
    opened.sandbox.cluster.expireWatches();
    expect(await watchFrom(page.json.metadata.resourceVersion)).toMatchObject({ type: "ERROR", object: { code: 410 } });
    const next = await opened.kube.ask("GET", `${secrets}?limit=1&continue=${page.json.metadata.continue}`);
    expectStatus(next, 410, "Expired");
    const now = (await opened.kube.ask("GET", secrets)).json.metadata.resourceVersion;
    await make("d");
    expect(await watchFrom(now)).toMatchObject({ type: "ADDED", object: { metadata: { name: "d" } } });
  });

  test("bookmarks come as often as asked, with the newest version", async () => {
    opened = await open({ bookmarkInterval: 20 });
    const quiet = opened.kube.stream(
      "/api/v1/namespaces/default/configmaps?watch=1&allowWatchBookmarks=true&resourceVersion=0",
    );
    await make("elsewhere");
    const newest = (await opened.kube.ask("GET", secrets)).json.metadata.resourceVersion;
    const bookmark = await quiet.find(
      "a bookmark of now",
      ({ type, object }) => type === "BOOKMARK" && object.metadata.resourceVersion === newest,
    );
    expect(bookmark.object.kind).toBe("ConfigMap");
    quiet.close();
  });
});

describe("rollouts", () => {
  const path = "/apis/apps/v1/namespaces/default/deployments";
  const create = (name: string, spec: object = {}) =>
    opened.kube.ask("POST", path, {
      body: {
        metadata: { name },
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: name } },
          template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "c", image: "i" }] } },
          ...spec,
        },
      },
    });
  const ready = async (name: string): Promise<number> => {
    const { json } = await opened.kube.ask("GET", `${path}/${name}`);
    return (json.status as unknown as { readyReplicas?: number }).readyReplicas ?? 0;
  };
  const becomesReady = (name: string) => eventually(`${name} is ready`, async () => expect(await ready(name)).toBe(1));
  const podsSeen = (name: string) =>
    eventually("a pod that runs", async () => {
      const { json } = await opened.kube.ask("GET", `/api/v1/namespaces/default/pods?labelSelector=app%3D${name}`);
      expect(json.items[0]?.status.phase).toBe("Running");
    });

  test("pods of a selector stay unready until they are let go", async () => {
    opened = await open({ rolloutSpeed: 0 });
    const letGo = opened.sandbox.cluster.failRollouts("app=stuck");
    await create("stuck");
    await create("fine");
    await becomesReady("fine");
    await podsSeen("stuck");
    expect(await ready("stuck")).toBe(0);
    letGo();
    await becomesReady("stuck");
  });

  test("a function may look at the pod, its annotations too", async () => {
    opened = await open({ rolloutSpeed: 0 });
    const seen: string[] = [];
    opened.sandbox.cluster.failRollouts((pod) => {
      seen.push(`${pod.namespace} ${pod.labels["app"]} ${pod.annotations["keyturn.dev/generation"]}`);
      return pod.annotations["keyturn.dev/generation"] === "bad";
    });
    await create("judged");
    await becomesReady("judged");
    await opened.kube.ask("PATCH", `${path}/judged`, {
      body: { spec: { template: { metadata: { annotations: { "keyturn.dev/generation": "bad" } } } } },
      headers: MERGE,
    });
    await eventually("the bad pod was judged", async () => {
      await Promise.resolve();
      expect(seen).toContain("default judged bad");
    });
    const { json } = await opened.kube.ask("GET", `${path}/judged`);
    expect(json.status).toMatchObject({ replicas: 2, updatedReplicas: 1, readyReplicas: 1, unavailableReplicas: 1 });
  });

  test("a slower speed holds a rollout back, a faster one applies to the pods that come next", async () => {
    opened = await open({ rolloutSpeed: 60_000 });
    await create("slow");
    await eventually("it has been seen", async () => {
      const { json } = await opened.kube.ask("GET", `${path}/slow`);
      expect(json.status).toMatchObject({ observedGeneration: 1, replicas: 1, unavailableReplicas: 1 });
    });
    opened.sandbox.cluster.rolloutSpeed(0);
    await create("fast");
    await becomesReady("fast");
    expect(await ready("slow")).toBe(0);
  });

  test("a crashing pod says so", async () => {
    opened = await open({ rolloutSpeed: 0 });
    const labels = { app: "crash", "sandbox.keyturn.dev/pods": "crash" };
    await create("crash", { template: { metadata: { labels }, spec: { containers: [{ name: "c", image: "i" }] } } });
    await eventually("the crash", async () => {
      const { json } = await opened.kube.ask("GET", "/api/v1/namespaces/default/pods?labelSelector=app%3Dcrash");
      expect(json.items[0]?.status).toMatchObject({
        containerStatuses: [{ ready: false, state: { waiting: { reason: "CrashLoopBackOff" } } }],
      });
    });
  });
});

describe("counting requests", () => {
  test("requests are counted by verb and resource; the cluster's own writes are not", async () => {
    opened = await open({ rolloutSpeed: 0 });
    const { cluster } = opened.sandbox;
    expect([cluster.writes(), cluster.requests().size]).toEqual([0, 0]);
    await make("a");
    await opened.kube.ask("GET", `${secrets}/a`);
    await opened.kube.ask("GET", secrets);
    await opened.kube.ask("PATCH", `${secrets}/a`, { body: {}, headers: MERGE });
    await opened.kube.ask("PATCH", "/apis/external-secrets.io/v1/namespaces/default/externalsecrets/x/status", {
      body: {},
      headers: MERGE,
    });
    await opened.kube.ask("DELETE", `${secrets}/a`);
    await opened.kube.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "n" } } });
    expect(Object.fromEntries(cluster.requests())).toEqual({
      "create namespaces": 1,
      "create secrets": 1,
      "delete secrets": 1,
      "get secrets": 1,
      "list secrets": 1,
      "patch externalsecrets/status": 1,
      "patch secrets": 1,
    });
    expect(cluster.writes()).toBe(5);
    cluster.resetRequests();
    expect(cluster.writes()).toBe(0);
  });
});

describe("limits", () => {
  test("a body that is too large is 413", async () => {
    opened = await open();
    const huge = await opened.kube.ask("POST", secrets, {
      body: { metadata: { name: "x" }, data: { a: base64("x".repeat(3_000_000)) } },
    });
    expectStatus(huge, 413, "RequestEntityTooLarge");
  });

  test("without RBAC every ServiceAccount may do everything", async () => {
    opened = await open({ rbac: false });
    const { json } = await opened.kube.ask("POST", "/api/v1/namespaces/default/serviceaccounts/default/token", {
      body: { spec: {} },
    });
    const robot = await opened.kube.ask("GET", secrets, { headers: { Authorization: `Bearer ${json.status.token}` } });
    expect(robot.status).toBe(200);
  });
});
