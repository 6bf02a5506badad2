import type { KubernetesObject } from "../../../api";
import { createLease, type LeaseOptions } from "../../../reconciler/kube";
import { microTime } from "../../../reconciler/kube/lease";
import { eventually } from "../../bed/eventually";
import { faultServer, json, type Handler } from "../http/fault-server";
import { clientOf, later, status } from "./support";

type Spec = Record<string, unknown>;

/** One Lease with the API server's optimistic locking. */
async function leaseServer() {
  let lease: KubernetesObject | undefined;
  let version = 0;
  const state = { down: false };
  const writes: Spec[] = [];
  const handler: Handler = (request, response) => {
    if (state.down) return json(response, 500, status(500, "InternalError", "etcd is away"));
    if (request.method === "GET") {
      return lease === undefined ? json(response, 404, status(404, "NotFound", "no")) : json(response, 200, lease);
    }
    const body = JSON.parse(request.body) as KubernetesObject;
    if (request.method === "POST" && lease !== undefined)
      return json(response, 409, status(409, "AlreadyExists", "is there"));
    if (request.method === "PUT" && body.metadata.resourceVersion !== lease?.metadata.resourceVersion)
      return json(response, 409, status(409, "Conflict", "the object has been modified"));
    version += 1;
    lease = { ...body, metadata: { ...body.metadata, resourceVersion: String(version) } };
    writes.push(body.spec as Spec);
    json(response, 200, lease);
  };
  const server = await faultServer(handler);
  later(server.close);
  return {
    server,
    state,
    writes,
    spec: () => (lease?.spec ?? {}) as Spec,
    /** Someone else writes. */
    write: (spec: Spec) => {
      version += 1;
      lease = {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name: "keyturn", namespace: "ns", resourceVersion: String(version) },
        spec,
      };
    },
  };
}

const FAST: LeaseOptions = { namespace: "ns", name: "keyturn", leaseDuration: 1, renewDeadline: 600, retryPeriod: 50 };
type Stage = Awaited<ReturnType<typeof leaseServer>>;
const elect = (stage: Stage, identity: string, more: Partial<LeaseOptions> = {}) => {
  const lease = createLease(clientOf(stage.server), { ...FAST, identity, ...more });
  later(() => lease.release());
  return lease;
};

test("the first candidate creates the lease in client-go's format and leads", async () => {
  const stage = await leaseServer();
  const lease = elect(stage, "a");
  expect(lease.isLeader()).toBe(false);
  await lease.acquire();
  expect(lease.isLeader()).toBe(true);
  const micro = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string;
  expect(stage.writes[0]).toEqual({
    holderIdentity: "a",
    leaseDurationSeconds: 1,
    acquireTime: micro,
    renewTime: micro,
    leaseTransitions: 0,
  });
});

test("a MicroTime has exactly six digits of a second", () => {
  expect(microTime(new Date(1767225600007))).toBe("2026-01-01T00:00:00.007000Z");
});

test("a leader renews with one write and no read, and keeps what it does not know", async () => {
  const stage = await leaseServer();
  stage.write({ holderIdentity: "", leaseTransitions: 4, strategy: "OldestEmulationVersion" });
  const lease = elect(stage, "a");
  await lease.acquire();
  await eventually("three renewals", () => stage.writes.length >= 4);
  expect(stage.server.requests.map(({ method }) => method).slice(0, 5)).toEqual(["GET", "PUT", "PUT", "PUT", "PUT"]);
  expect(stage.spec()).toMatchObject({ holderIdentity: "a", leaseTransitions: 5, strategy: "OldestEmulationVersion" });
  expect(stage.writes[3]?.acquireTime).toBe(stage.writes[0]?.acquireTime);
  expect(stage.writes[3]?.renewTime).not.toBe(stage.writes[0]?.renewTime);
});

test("a candidate waits for a holder that gives signs of life, whatever its clock says, and takes over when they stop", async () => {
  const stage = await leaseServer();
  const alive = (beat: number): void =>
    stage.write({
      holderIdentity: "b",
      leaseDurationSeconds: 1,
      renewTime: `1999-01-01T00:00:${String(beat).padStart(2, "0")}.000000Z`,
    });
  alive(0);
  const lease = elect(stage, "a");
  const acquired = lease.acquire();
  const started = performance.now();
  let beat = 0;
  let lastBeat = started;
  const timer = setInterval(() => {
    beat += 1;
    alive(beat);
    lastBeat = performance.now();
    if (beat === 8) clearInterval(timer);
  }, 200);
  await acquired;
  expect(beat).toBe(8);
  expect(performance.now() - lastBeat).toBeGreaterThanOrEqual(950);
  expect(stage.spec()).toMatchObject({ holderIdentity: "a", leaseTransitions: 1 });
});

test("of two candidates exactly one leads, and releasing hands over at once", async () => {
  const stage = await leaseServer();
  // A lease so long that only a release explains the take-over.
  const long = { leaseDuration: 60, renewDeadline: 40_000 };
  const [a, b] = [elect(stage, "a", long), elect(stage, "b", long)];
  const both = [a.acquire().then(() => a), b.acquire().then(() => b)];
  const first = await Promise.race(both);
  const second = first === a ? b : a;
  await eventually("renewals", () => stage.writes.length > 4);
  expect([first.isLeader(), second.isLeader()]).toEqual([true, false]);
  await first.release();
  expect(first.isLeader()).toBe(false);
  await Promise.all(both);
  expect(second.isLeader()).toBe(true);
  expect(stage.writes.filter(({ holderIdentity }) => holderIdentity === "")).toEqual([
    expect.objectContaining({ leaseDurationSeconds: 1 }),
  ]);
});

test("a leader that cannot renew stops calling itself leader before others may take over, and says so once", async () => {
  const stage = await leaseServer();
  const lost: string[] = [];
  const lease = elect(stage, "a", { onLost: (cause) => lost.push(cause) });
  await lease.acquire();
  stage.state.down = true;
  const down = performance.now();
  let led = 0;
  const leads = (): boolean => {
    const asked = performance.now() - down;
    if (!lease.isLeader()) return false;
    led = asked;
    return true;
  };
  await eventually("no leader", () => !leads(), Boolean, { every: 5 });
  expect(led).toBeLessThanOrEqual(480);
  await eventually("lost", () => lost.length > 0);
  stage.state.down = false;
  expect(lost).toEqual(["it could not be renewed for 1 s"]);
  expect(lease.isLeader()).toBe(false);
});

test("a short outage of the API server does not cost leadership", async () => {
  const stage = await leaseServer();
  const lost: string[] = [];
  const errors: Error[] = [];
  const lease = elect(stage, "a", {
    leaseDuration: 60,
    renewDeadline: 40_000,
    onLost: (cause) => lost.push(cause),
    onError: (error) => errors.push(error),
  });
  await lease.acquire();
  stage.state.down = true;
  await eventually("two failed renewals", () => errors.length >= 2);
  stage.state.down = false;
  const before = stage.writes.length;
  await eventually("renewals again", () => stage.writes.length > before + 1);
  expect([lease.isLeader(), lost]).toEqual([true, []]);
});

test("a leader whose lease another one holds gives up at once", async () => {
  const stage = await leaseServer();
  const lost: string[] = [];
  const lease = elect(stage, "a", { onLost: (cause) => lost.push(cause) });
  await lease.acquire();
  stage.write({ holderIdentity: "thief", leaseDurationSeconds: 1, renewTime: microTime(new Date()) });
  await eventually("lost", () => lost.length > 0);
  expect([lost, lease.isLeader()]).toEqual([["thief holds it now"], false]);
});

test("a conflict that was our own change seen twice is read again and renewed", async () => {
  const stage = await leaseServer();
  const lease = elect(stage, "a");
  await lease.acquire();
  stage.write({ ...stage.spec(), strategy: "x" });
  const before = stage.writes.length;
  await eventually("renewed", () => stage.writes.length > before);
  expect([lease.isLeader(), stage.spec().strategy]).toEqual([true, "x"]);
});

test("releasing while waiting ends the wait", async () => {
  const stage = await leaseServer();
  stage.write({ holderIdentity: "b", leaseDurationSeconds: 60, renewTime: microTime(new Date()) });
  const lease = elect(stage, "a");
  const acquired = lease.acquire().then(
    () => "acquired",
    (error: Error) => error.message,
  );
  await eventually("a look", () => stage.server.requests.length > 0);
  await lease.release();
  expect(await acquired).toBe("the lease was released before it was acquired");
  expect(stage.spec().holderIdentity).toBe("b");
});
