import { request } from "node:http";
import { KeyturnError } from "../../../api";
import {
  createMetrics,
  serveObserve,
  watchEventLoop,
  type ObserveServer,
  type ObserveServerOptions,
} from "../../../reconciler/observe";
import { failure } from "../http/fault-server";

const running: ObserveServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

async function start(more: Partial<ObserveServerOptions> = {}): Promise<ObserveServer> {
  const server = await serveObserve({
    metricsAddress: "127.0.0.1:0",
    healthAddress: "127.0.0.1:0",
    metrics: createMetrics(),
    eventLoop: { lag: () => 0, stop: () => undefined },
    ready: new Map(),
    ...more,
  });
  running.push(server);
  return server;
}

function ask(address: string | undefined, path: string, method = "GET"): Promise<[status: number, body: string]> {
  return new Promise((resolve, reject) => {
    const call = request(`http://${address}${path}`, { method }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () =>
        resolve([response.statusCode ?? 0, `${method === "HEAD" ? response.headers["content-length"] : ""}${body}`]),
      );
    });
    call.on("error", reject);
    call.end();
  });
}

test("metrics are served in the text format on their own address, health on the other", async () => {
  const server = await start();
  expect(server.metricsAddress).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(server.metricsAddress).not.toBe(server.healthAddress);
  const [status, body] = await ask(server.metricsAddress, "/metrics");
  expect(status).toBe(200);
  expect(body).toContain("# TYPE process_resident_memory_bytes gauge\n");
  expect(body).toContain("nodejs_eventloop_lag_seconds 0\n");
  expect((await ask(server.metricsAddress, "/readyz"))[0]).toBe(404);
  expect((await ask(server.healthAddress, "/metrics"))[0]).toBe(404);
});

test("ready only when every check is, saying which is not", async () => {
  let synced = false;
  const server = await start({
    ready: new Map([
      ["caches", () => synced || "the watch of ExternalSecrets is not synced"],
      ["lease", () => true as const],
    ]),
  });
  expect(await ask(server.healthAddress, "/readyz")).toEqual([
    503,
    "caches: the watch of ExternalSecrets is not synced\n",
  ]);
  synced = true;
  expect(await ask(server.healthAddress, "/readyz?verbose")).toEqual([200, "ok\n"]);
});

test("alive while the event loop lags less than 5 s", async () => {
  let lag = 4.9;
  const server = await start({ eventLoop: { lag: () => lag, stop: () => undefined } });
  expect((await ask(server.healthAddress, "/healthz"))[0]).toBe(200);
  lag = 5;
  expect(await ask(server.healthAddress, "/healthz")).toEqual([503, "the event loop lagged 5.0 s\n"]);
  expect((await ask(server.healthAddress, "/livez"))[0]).toBe(503);
});

test("the lag is what a beat comes late", async () => {
  const before = performance.now();
  const monitor = watchEventLoop();
  const begun = performance.now();
  while (performance.now() < begun + 1_400);
  const least = (performance.now() - begun - 1_000) / 1_000;
  const lag = monitor.lag();
  const most = (performance.now() - before - 1_000) / 1_000;
  monitor.stop();
  expect(lag).toBeGreaterThanOrEqual(least);
  expect(lag).toBeLessThanOrEqual(most);
});

test("other methods and a check that throws are answered without detail", async () => {
  const server = await start({
    ready: new Map([
      [
        "bad",
        () => {
          throw new Error("canary");
        },
      ],
    ]),
  });
  expect(await ask(server.healthAddress, "/healthz", "POST")).toEqual([405, "only GET\n"]);
  expect(await ask(server.healthAddress, "/readyz")).toEqual([500, "internal error\n"]);
  expect(await ask(server.healthAddress, "/healthz", "HEAD")).toEqual([200, "3"]);
});

test("no address, or 0, serves nothing; equal addresses share one server", async () => {
  expect(await start({ metricsAddress: "0", healthAddress: undefined })).toMatchObject({
    metricsAddress: undefined,
    healthAddress: undefined,
  });
  const first = await start({ healthAddress: "0" });
  const address = first.metricsAddress ?? "";
  await first.close();
  const shared = await start({ metricsAddress: address, healthAddress: address });
  expect(shared.healthAddress).toBe(address);
  expect((await ask(address, "/metrics"))[0]).toBe(200);
  expect((await ask(address, "/healthz"))[0]).toBe(200);
});

test.each([
  ["a port in use", async () => (await start()).metricsAddress ?? "", "AddressInUse", "port (\\d+) is in use"],
  ["text", async () => "metrics", "InvalidAddress", "is not host:port"],
  ["a port too large", async () => ":70000", "InvalidAddress", "is not host:port"],
  [
    "another machine's address",
    async () => "192.0.2.1:0",
    "AddressUnusable",
    "this machine does not have that address",
  ],
])("%s is one clear error", async (_name, address, code, cause) => {
  const text = await address();
  const error = await failure<KeyturnError>(start({ healthAddress: text }));
  expect(error).toBeInstanceOf(KeyturnError);
  expect([error.code, error.object]).toEqual([code, `--health-address ${text}`]);
  expect(error.reason).toMatch(new RegExp(cause));
});
