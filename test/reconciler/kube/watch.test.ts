import type { ServerResponse } from "node:http";
import type { KubernetesObject } from "../../../api";
import {
  EXTERNAL_SECRETS,
  KubeError,
  SECRETS,
  watch,
  type WatchOptions,
  type WatchTuning,
} from "../../../reconciler/kube";
import { eventually } from "../../bed/eventually";
import { faultServer, json, type Handler, type Received } from "../http/fault-server";
import { clientOf, later, status } from "./support";

/** A server whose watches a test plays by hand. */
class Stage {
  readonly streams: { query: URLSearchParams; response: ServerResponse; headers: Received["headers"] }[] = [];
  readonly lists: URLSearchParams[] = [];
  /** Answers before a stream is opened; undefined opens it. */
  refuse: (query: URLSearchParams) => [number, unknown] | undefined = () => undefined;
  page: (query: URLSearchParams) => [number, unknown] = () => [404, status(404, "NotFound", "no list here")];

  readonly handler: Handler = (request, response) => {
    const query = new URL(request.path, "https://x").searchParams;
    if (!query.has("watch")) {
      this.lists.push(query);
      const [code, body] = this.page(query);
      return json(response, code, body);
    }
    const refusal = this.refuse(query);
    this.streams.push({ query, response, headers: request.headers });
    if (refusal !== undefined) return json(response, refusal[0], refusal[1]);
    response.writeHead(200, { "Content-Type": "application/json" });
    response.flushHeaders();
  };

  async stream(index: number) {
    await eventually(`stream ${index}`, () => this.streams.length > index, Boolean, { every: 5 });
    const stream = this.streams[index];
    if (stream === undefined) throw new Error("no stream");
    return {
      query: stream.query,
      headers: stream.headers,
      send: (...events: object[]) => events.forEach((event) => stream.response.write(`${JSON.stringify(event)}\n`)),
      raw: (text: string | Buffer) => stream.response.write(text),
      end: () => stream.response.end(),
      break: () => stream.response.destroy(),
    };
  }
}

const object = (name: string, resourceVersion: string, more: object = {}): KubernetesObject => ({
  apiVersion: "external-secrets.io/v1",
  kind: "ExternalSecret",
  metadata: { name, namespace: "pay", resourceVersion },
  ...more,
});
const event = (type: string, name: string, resourceVersion: string): object => ({
  type,
  object: object(name, resourceVersion),
});
const bookmark = (resourceVersion: string, end = false): object => ({
  type: "BOOKMARK",
  object: {
    kind: "ExternalSecret",
    metadata: { resourceVersion, ...(end ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}) },
  },
});

async function setUp(tuning: WatchTuning = {}, options: Partial<WatchOptions<string>> = {}) {
  const stage = new Stage();
  const server = await faultServer(stage.handler);
  later(server.close);
  const log: string[] = [];
  const errors: Error[] = [];
  const start = () => {
    const informer = watch<string>(
      clientOf(server),
      {
        resource: EXTERNAL_SECRETS,
        project: ({ metadata }) => metadata.resourceVersion,
        onUpsert: (key, record, previous) => log.push(`${previous ?? "-"}>${record} ${key}`),
        onDelete: (key, previous) => log.push(`${previous}>- ${key}`),
        onError: (error) => errors.push(error),
        ...options,
      },
      { backoff: { first: 5, cap: 20, jitter: 1, resetAfter: 120_000 }, ...tuning },
    );
    later(() => informer.stop());
    return informer;
  };
  const logged = (count: number): Promise<unknown> =>
    eventually(`${count} changes`, () => log.length >= count, Boolean, { every: 5 });
  return { stage, server, log, errors, start, logged };
}

test("the initial state is streamed, synced at its end mark, and the same stream goes on with changes", async () => {
  const { stage, start, log, logged } = await setUp();
  const informer = start();
  const stream = await stage.stream(0);
  expect(Object.fromEntries(stream.query)).toEqual({
    watch: "1",
    allowWatchBookmarks: "true",
    sendInitialEvents: "true",
    resourceVersionMatch: "NotOlderThan",
    timeoutSeconds: expect.stringMatching(/^[3-6]\d\d$/) as string,
  });
  stream.send(event("ADDED", "a", "1"), event("ADDED", "b", "2"));
  await logged(2);
  expect(informer.isSynced).toBe(false);
  stream.send(bookmark("5", true));
  await informer.synced;
  stream.send(event("MODIFIED", "a", "6"), event("DELETED", "b", "7"));
  await logged(4);
  expect(log).toEqual(["->1 pay/a", "->2 pay/b", "1>6 pay/a", "2>- pay/b"]);
  expect([...informer.records]).toEqual([["pay/a", "6"]]);
  expect(stage.lists).toHaveLength(0);
});

test("a watch that the server ends goes on at once from the last place, which bookmarks move", async () => {
  const { stage, start } = await setUp();
  const informer = start();
  const first = await stage.stream(0);
  first.send(bookmark("5", true), bookmark("42"));
  await informer.synced;
  first.send(event("ADDED", "a", "43"));
  await eventually("a", () => informer.records.size === 1, Boolean, { every: 5 });
  first.end();
  const second = await stage.stream(1);
  expect([second.query.get("resourceVersion"), second.query.has("sendInitialEvents")]).toEqual(["43", false]);
  second.send(bookmark("60"));
  second.end();
  expect((await stage.stream(2)).query.get("resourceVersion")).toBe("60");
});

describe("a place the server no longer knows (410)", () => {
  const resync = async (expire: (stream: Awaited<ReturnType<Stage["stream"]>>, stage: Stage) => void) => {
    const { stage, start, log, logged, errors } = await setUp();
    const informer = start();
    const first = await stage.stream(0);
    first.send(event("ADDED", "a", "1"), event("ADDED", "b", "2"), event("ADDED", "c", "3"), bookmark("5", true));
    await logged(3);
    log.length = 0;
    expire(first, stage);
    const next = await eventually("a new state", () =>
      stage.streams.find(({ query }, i) => i > 0 && query.has("sendInitialEvents")),
    );
    const again = await stage.stream(stage.streams.indexOf(next as never));
    again.send(event("ADDED", "a", "1"), event("ADDED", "b", "9"));
    await logged(2);
    // Nothing is deleted before the new state is complete: until then the old records stand.
    expect(informer.records.get("pay/c")).toBe("3");
    again.send(bookmark("10", true));
    await logged(3);
    expect(log).toEqual(["1>1 pay/a", "2>9 pay/b", "3>- pay/c"]);
    expect(informer.isSynced).toBe(true);
    expect(errors).toEqual([]);
  };

  test("told in the middle of a watch, leads to a full resync that deletes what is gone", () =>
    resync((stream) => stream.send({ type: "ERROR", object: status(410, "Expired", "too old resource version") })));

  test("told as HTTP status when going on, does the same", () =>
    resync((stream, stage) => {
      stage.refuse = (query) => (query.has("resourceVersion") ? [410, status(410, "Gone", "too old")] : undefined);
      stream.end();
    }));
});

describe("a server that cannot stream its state", () => {
  const refuse = (query: URLSearchParams): [number, unknown] | undefined =>
    query.has("sendInitialEvents")
      ? [
          422,
          status(
            422,
            "Invalid",
            "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled",
          ),
        ]
      : undefined;

  test("is listed by pages, then watched from there, and not asked to stream again", async () => {
    const { stage, start, errors } = await setUp({ page: 2 });
    stage.refuse = refuse;
    stage.page = (query) => [
      200,
      query.get("continue") === "x"
        ? { metadata: { resourceVersion: "20" }, items: [object("c", "3")] }
        : { metadata: { resourceVersion: "20", continue: "x" }, items: [object("a", "1"), object("b", "2")] },
    ];
    const informer = start();
    await informer.synced;
    expect([...informer.records.keys()]).toEqual(["pay/a", "pay/b", "pay/c"]);
    expect(stage.lists.map((query) => [query.get("limit"), query.get("continue")])).toEqual([
      ["2", null],
      ["2", "x"],
    ]);
    const stream = await stage.stream(1);
    expect(stream.query.get("resourceVersion")).toBe("20");
    stream.send({ type: "ERROR", object: status(410, "Expired", "too old") });
    await eventually("another list", () => stage.lists.length === 4);
    expect(stage.streams.filter(({ query }) => query.has("sendInitialEvents"))).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  test("whose pages outlive their snapshot is read once more in one piece", async () => {
    const { stage, start } = await setUp();
    stage.refuse = refuse;
    stage.page = (query) => {
      if (query.has("continue")) return [410, status(410, "Expired", "the continue token is too old")];
      if (query.has("limit"))
        return [200, { metadata: { resourceVersion: "1", continue: "x" }, items: [object("gone", "1")] }];
      return [200, { metadata: { resourceVersion: "9" }, items: [object("a", "2")] }];
    };
    const informer = start();
    await informer.synced;
    expect([...informer.records.keys()]).toEqual(["pay/a"]);
  });

  test("but only ends streams without an end mark is found out after two of them", async () => {
    const { stage, start } = await setUp();
    stage.page = () => [200, { metadata: { resourceVersion: "9" }, items: [object("a", "2")] }];
    const informer = start();
    for (const index of [0, 1]) {
      const stream = await stage.stream(index);
      stream.send(event("ADDED", "a", "2"));
      stream.end();
    }
    await informer.synced;
    expect(stage.lists).toHaveLength(1);
  });
});

describe("no error ends a watch", () => {
  test("a broken connection: goes on from the last place, without an error to tell", async () => {
    const { stage, start, errors } = await setUp();
    const informer = start();
    const first = await stage.stream(0);
    first.send(bookmark("5", true));
    await informer.synced;
    first.break();
    expect((await stage.stream(1)).query.get("resourceVersion")).toBe("5");
    expect(errors).toEqual([]);
  });

  test("a silent connection is given up after its time, and the state stands", async () => {
    const { stage, start, server } = await setUp({ silence: () => 1_000 });
    const informer = start();
    const first = await stage.stream(0);
    first.send(event("ADDED", "a", "1"), bookmark("5", true));
    await informer.synced;
    const next = await stage.stream(1);
    expect([next.query.get("resourceVersion"), informer.records.size]).toEqual(["5", 1]);
    await eventually("the silent connection closed", () => server.open() === 1);
  });

  test("bytes reset the clock of silence", async () => {
    const { stage, start } = await setUp({ silence: () => 2_000 });
    const informer = start();
    const first = await stage.stream(0);
    first.send(bookmark("5", true));
    await informer.synced;
    const started = performance.now();
    const timer = setInterval(() => first.send(bookmark("6")), 50);
    await eventually("more than the silence", () => performance.now() - started > 3_000);
    clearInterval(timer);
    expect(stage.streams).toHaveLength(1);
  });

  test.each([
    [401, "Unauthorized"],
    [403, "Forbidden"],
    [404, "NotFound"],
    [429, "TooManyRequests"],
    [500, "InternalError"],
  ])("%i: told through onError, tried again until it works", async (code, reason) => {
    const { stage, start, errors } = await setUp();
    let times = 0;
    stage.refuse = () => (++times <= 2 ? [code, status(code, reason, "no")] : undefined);
    const informer = start();
    (await stage.stream(2)).send(event("ADDED", "a", "1"), bookmark("5", true));
    await informer.synced;
    expect(errors.map((error) => (error as KubeError).status)).toEqual([code, code]);
    expect((errors[0] as KubeError).object).toBe("watch ExternalSecret");
  });

  test("an unreachable server: told, and the records stand until it is back", async () => {
    const { stage, start, errors, server } = await setUp();
    const informer = start();
    (await stage.stream(0)).send(event("ADDED", "a", "1"), bookmark("5", true));
    await informer.synced;
    await server.close();
    await eventually("told", () => errors.length >= 2);
    expect((errors[0] as KubeError).statusReason).toBe("Unreachable");
    const again = await faultServer(stage.handler, { port: server.port });
    later(again.close);
    expect((await stage.stream(1)).query.get("resourceVersion")).toBe("5");
    expect(informer.records.size).toBe(1);
  });

  test("lines that are not events: told without quoting them, and asked for again", async () => {
    const { stage, start, errors } = await setUp();
    const informer = start();
    (await stage.stream(0)).raw('{"canary": tru\n');
    (await stage.stream(1)).send(bookmark("5", true));
    await informer.synced;
    expect(errors.map(({ message }) => message)).toEqual([]);
    expect(JSON.stringify(errors)).not.toContain("canary");
  });

  test("five refusals of the place in a row: the whole state is read again", async () => {
    const { stage, start } = await setUp();
    const informer = start();
    const first = await stage.stream(0);
    first.send(bookmark("999", true));
    await informer.synced;
    stage.refuse = (query) =>
      query.get("resourceVersion") === "999" ? [504, status(504, "Timeout", "Too large resource version")] : undefined;
    first.end();
    const again = await stage.stream(6);
    expect(again.query.has("sendInitialEvents")).toBe(true);
  });

  test("a server that ends every watch at once is not asked in a tight loop", async () => {
    const { stage, start } = await setUp({ backoff: { first: 100, cap: 100, jitter: 0, resetAfter: 120_000 } });
    const informer = start();
    const first = await stage.stream(0);
    first.send(bookmark("5", true));
    await informer.synced;
    const started = performance.now();
    first.end();
    for (const index of [1, 2, 3]) (await stage.stream(index)).end();
    await stage.stream(4);
    expect(performance.now() - started).toBeGreaterThan(350);
  });
});

describe("records", () => {
  test("are what the projection makes of the whole metadata; undefined keeps an object out, also one that was in", async () => {
    const seen: unknown[] = [];
    const { stage, start, log, logged } = await setUp(
      {},
      {
        project: (found) => {
          seen.push((found.metadata as { managedFields?: unknown }).managedFields);
          return found.spec === "out" ? undefined : found.metadata.resourceVersion;
        },
      },
    );
    start();
    const stream = await stage.stream(0);
    const managed = {
      metadata: { name: "a", namespace: "pay", resourceVersion: "1", managedFields: [{ manager: "k" }] },
    };
    stream.send({ type: "ADDED", object: { ...object("a", "1"), ...managed } });
    stream.send({ type: "ADDED", object: object("b", "2", { spec: "out" }) }, bookmark("3", true));
    stream.send({ type: "MODIFIED", object: object("a", "4", { spec: "out" }) });
    await logged(2);
    expect(seen[0]).toEqual([{ manager: "k" }]);
    expect(log).toEqual(["->1 pay/a", "1>- pay/a"]);
  });

  test("a projection or listener that throws costs its own object only", async () => {
    const { stage, start, errors } = await setUp(
      {},
      {
        project: ({ metadata }) => {
          if (metadata.name === "bad") throw new Error("bad object");
          return metadata.name;
        },
        onUpsert: (key) => {
          if (key === "pay/worse") throw new Error("bad listener");
        },
      },
    );
    const informer = start();
    (await stage.stream(0)).send(
      event("ADDED", "bad", "1"),
      event("ADDED", "worse", "2"),
      event("ADDED", "good", "3"),
      bookmark("5", true),
    );
    await informer.synced;
    expect([...informer.records.keys()]).toEqual(["pay/worse", "pay/good"]);
    expect(errors.map(({ message }) => message)).toEqual(["bad object", "bad listener"]);
  });

  test("objects cut anywhere by the network arrive whole, in UTF-8", async () => {
    const { stage, start } = await setUp();
    const informer = start();
    const stream = await stage.stream(0);
    const bytes = Buffer.from(
      `${JSON.stringify(event("ADDED", "größe-🔑", "1"))}\n${JSON.stringify(bookmark("2", true))}\n`,
    );
    for (const byte of bytes) {
      stream.raw(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await informer.synced;
    expect([...informer.records.keys()]).toEqual(["pay/größe-🔑"]);
  });

  test("metadata only is asked for with the Accept header of PartialObjectMetadata", async () => {
    const { stage, start } = await setUp(
      {},
      { resource: SECRETS, metadataOnly: true, namespace: "pay", labelSelector: "a=b" },
    );
    start();
    const stream = await stage.stream(0);
    expect(stream.headers.accept).toBe("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
    expect(stream.query.get("labelSelector")).toBe("a=b");
  });
});

test("stopping closes the connection and rejects a state that was not complete", async () => {
  const { stage, start, server } = await setUp();
  const informer = start();
  await stage.stream(0);
  const synced = informer.synced.then(
    () => "synced",
    (error: Error) => error.message,
  );
  await informer.stop();
  expect(await synced).toBe("the watch of externalsecrets was stopped before its initial state was there");
  await eventually("closed", () => server.open() === 0);
  expect(stage.streams).toHaveLength(1);
});
