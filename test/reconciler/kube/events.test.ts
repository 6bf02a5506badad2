import type { KubernetesObject } from "../../../api";
import { createEventSender, type EventOptions, type EventTarget } from "../../../reconciler/kube";
import { createMetrics } from "../../../reconciler/observe";
import { eventually } from "../../bed/eventually";
import { faultServer, json, type Handler } from "../http/fault-server";
import { clientOf, later, status } from "./support";

const target: EventTarget = {
  apiVersion: "external-secrets.io/v1",
  kind: "ExternalSecret",
  name: "db",
  namespace: "pay",
  uid: "u-1",
};

/** Milliseconds to send what is waiting; more than a busy computer needs. */
const PATIENT = 60_000;

const accept: Handler = (request, response) => json(response, 201, JSON.parse(request.body));

async function setUp(handler: Handler = accept, options: Partial<EventOptions> = {}) {
  const server = await faultServer(handler);
  later(server.close);
  const metrics = createMetrics();
  const sender = createEventSender(clientOf(server), { instance: "pod-1", metrics, ...options });
  later(() => sender.close(0));
  const sent = (): KubernetesObject[] => server.requests.map(({ body }) => JSON.parse(body) as KubernetesObject);
  const counted = (): string[] =>
    [...metrics.render().matchAll(/^keyturn_events_total\{outcome="(\w+)"\} (\d+)$/gm)].map(
      ([, outcome, count]) => `${outcome} ${count}`,
    );
  return { server, sender, sent, counted };
}

test("an event is a core/v1 Event of component keyturn about its object", async () => {
  const { server, sender, sent, counted } = await setUp();
  sender.send(target, "Warning", "SecretSyncError", "no such path");
  await sender.close(PATIENT);
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /api/v1/namespaces/pay/events",
  ]);
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string;
  expect(sent()).toEqual([
    {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: expect.stringMatching(/^db\.[0-9a-f]+$/) as string, namespace: "pay" },
      involvedObject: {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        name: "db",
        namespace: "pay",
        uid: "u-1",
      },
      type: "Warning",
      reason: "SecretSyncError",
      message: "no such path",
      source: { component: "keyturn" },
      reportingComponent: "keyturn",
      reportingInstance: "pod-1",
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    },
  ]);
  expect(counted()).toEqual(["sent 1"]);
});

test("events of cluster-scoped objects go to namespace default, long names and messages are cut", async () => {
  const { server, sender, sent } = await setUp();
  const { namespace: _, ...clusterScoped } = target;
  sender.send({ ...clusterScoped, name: "n".repeat(253) }, "Normal", "Valid", "m".repeat(2_000));
  await sender.close(PATIENT);
  expect(server.requests[0]?.path).toBe("/api/v1/namespaces/default/events");
  expect(sent()[0]?.metadata.name.length).toBeLessThanOrEqual(253);
  expect(sent()[0]?.message).toHaveLength(1_024);
});

test("equal events within the time are left out, others are not", async () => {
  const { sender, sent, counted } = await setUp();
  for (const message of ["a", "a", "b", "a"]) sender.send(target, "Normal", "Updated", message);
  sender.send({ ...target, name: "other" }, "Normal", "Updated", "a");
  await sender.close(PATIENT);
  expect(sent().map((event) => event.message)).toEqual(["a", "b", "a"]);
  expect(counted()).toEqual(["repeated 2", "sent 3"]);
});

test("sending returns at once while the server hangs; a full buffer drops the oldest Normal events first", async () => {
  let release = (): void => undefined;
  const { sender, sent, counted, server } = await setUp(
    (request, response) => {
      if (server.requests.length > 1) return accept(request, response);
      release = () => accept(request, response);
    },
    { capacity: 4 },
  );
  const started = performance.now();
  sender.send(target, "Normal", "First", "hangs");
  await eventually("the first is under way", () => server.requests.length >= 1, Boolean, { every: 5 });
  for (const [type, reason] of [
    ["Normal", "N1"],
    ["Warning", "W1"],
    ["Normal", "N2"],
    ["Warning", "W2"],
    ["Warning", "W3"],
    ["Warning", "W4"],
    ["Warning", "W5"],
  ] as const)
    sender.send(target, type, reason, "x");
  expect(performance.now() - started).toBeLessThan(20_000); // the server never answers by itself
  release();
  await sender.close(PATIENT);
  // Of seven in a buffer of four, both Normal ones went first, then the oldest Warning.
  expect(sent().map((event) => event.reason)).toEqual(["First", "W2", "W3", "W4", "W5"]);
  expect(counted()).toEqual(["dropped 3", "sent 5"]);
});

test("a rate is kept: a burst at once, the rest one by one", async () => {
  const { sender, sent } = await setUp(accept, { rate: 20, burst: 3 });
  const started = performance.now();
  for (let index = 0; index < 7; index++) sender.send(target, "Normal", "R", String(index));
  await sender.close(PATIENT);
  expect(sent()).toHaveLength(7);
  expect(performance.now() - started).toBeGreaterThanOrEqual(190);
});

test("a namespace that is gone costs the event, not the ones behind it", async () => {
  const { sender, counted } = await setUp((request, response) =>
    request.path.includes("/gone/") ? json(response, 404, status(404, "NotFound", "no")) : accept(request, response),
  );
  sender.send({ ...target, namespace: "gone" }, "Warning", "A", "x");
  sender.send(target, "Warning", "B", "x");
  await sender.close(PATIENT);
  expect(counted()).toEqual(["failed 1", "sent 1"]);
});

test("while the server is away the event waits, and is sent when it is back", async () => {
  let away = true;
  const { sender, counted, server } = await setUp((request, response) => {
    if (away) json(response, 500, status(500, "InternalError", "no"));
    else accept(request, response);
  });
  sender.send(target, "Warning", "A", "x");
  await eventually("a failed try", () => server.requests.length >= 1, Boolean, { every: 5 });
  away = false;
  await sender.close(PATIENT);
  expect(counted()).toEqual(["sent 1"]);
});

test("closing does not wait for a server that is away, and counts what is lost", async () => {
  const { sender, counted } = await setUp((_request, response) =>
    json(response, 500, status(500, "InternalError", "no")),
  );
  sender.send(target, "Warning", "A", "x");
  sender.send(target, "Normal", "B", "x");
  const started = performance.now();
  await sender.close(200);
  expect(performance.now() - started).toBeLessThan(20_000); // the server stays away for good
  sender.send(target, "Normal", "C", "late");
  expect(counted()).toEqual(["dropped 3"]);
});
