import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { KeyturnError } from "../../api";
import type { EventLoopMonitor } from "./event-loop";
import type { Metrics } from "./types";

/** True, or why not (shown to whoever asks: no secrets). */
export type Check = () => true | string;

export interface ObserveServerOptions {
  /** `:8080` (all interfaces), `127.0.0.1:0` (a free port), `[::1]:8080`; undefined, empty or `0`: none. */
  readonly metricsAddress?: string | undefined;
  readonly healthAddress?: string | undefined;
  readonly metrics: Metrics;
  /** Liveness fails when the event loop lagged 5 s or more. */
  readonly eventLoop: EventLoopMonitor;
  /** Readiness: all must be true. */
  readonly ready: ReadonlyMap<string, Check>;
}

export interface ObserveServer {
  /** `127.0.0.1:41234`, as bound; undefined where not served. */
  readonly metricsAddress: string | undefined;
  readonly healthAddress: string | undefined;
  close(): Promise<void>;
}

const MAX_LAG = 5;

/**
 * Serves `/metrics` on one address, `/healthz` (with `/livez`) and `/readyz` on the other; equal addresses share one server.
 * @throws KeyturnError `InvalidAddress`, `AddressInUse`, `AddressUnusable`
 */
export async function serveObserve(options: ObserveServerOptions): Promise<ObserveServer> {
  const metrics = parseAddress("--metrics-address", options.metricsAddress);
  const health = parseAddress("--health-address", options.healthAddress);
  const same = metrics !== undefined && health !== undefined && metrics.port !== 0 && metrics.text === health.text;
  options.metrics.gauge("nodejs_eventloop_lag_seconds", () => options.eventLoop.lag());
  const servers: Server[] = [];
  const serve = async (address: Address | undefined, routes: Routes): Promise<string | undefined> => {
    if (address === undefined) return undefined;
    const server = createServer((request, response) => answer(routes, request, response));
    server.requestTimeout = 10_000;
    server.headersTimeout = 5_000;
    server.maxConnections = 100;
    await listen(server, address);
    servers.push(server);
    return bound(server);
  };
  const metricRoutes: Routes = new Map([["/metrics", () => [200, options.metrics.render()]]]);
  const healthRoutes = routesOfHealth(options);
  try {
    const metricsAddress = await serve(metrics, same ? new Map([...metricRoutes, ...healthRoutes]) : metricRoutes);
    const healthAddress = same ? metricsAddress : await serve(health, healthRoutes);
    return { metricsAddress, healthAddress, close: () => closeAll(servers) };
  } catch (error) {
    await closeAll(servers);
    throw error;
  }
}

type Routes = ReadonlyMap<string, () => readonly [status: number, body: string]>;

function routesOfHealth(options: ObserveServerOptions): Routes {
  const live = (): readonly [number, string] => {
    const lag = options.eventLoop.lag();
    return lag < MAX_LAG ? [200, "ok\n"] : [503, `the event loop lagged ${lag.toFixed(1)} s\n`];
  };
  const ready = (): readonly [number, string] => {
    const results = [...options.ready].map(([name, check]) => [name, check()] as const);
    const missing = results.filter(([, result]) => result !== true);
    if (missing.length === 0) return [200, "ok\n"];
    return [503, missing.map(([name, result]) => `${name}: ${result}\n`).join("")];
  };
  return new Map([
    ["/healthz", live],
    ["/livez", live],
    ["/readyz", ready],
  ]);
}

function answer(routes: Routes, request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  const route = routes.get(path);
  let result: readonly [status: number, body: string];
  if (request.method !== "GET" && request.method !== "HEAD") result = [405, "only GET\n"];
  else if (route === undefined) result = [404, "not found\n"];
  else {
    try {
      result = route();
    } catch {
      result = [500, "internal error\n"];
    }
  }
  response.writeHead(result[0], {
    "Content-Type": path === "/metrics" ? "text/plain; version=0.0.4; charset=utf-8" : "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(result[1]),
    "X-Content-Type-Options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : result[1]);
}

interface Address {
  readonly flag: string;
  readonly text: string;
  readonly host: string | undefined;
  readonly port: number;
}

function parseAddress(flag: string, text: string | undefined): Address | undefined {
  if (text === undefined || text === "" || text === "0") return undefined;
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new KeyturnError({
      code: "InvalidAddress",
      object: `${flag} ${text}`,
      cause: "is not host:port",
      remedy: "write for example :8080 or 127.0.0.1:8080, or 0 for none",
    });
  }
  return { flag, text, host: match[1] ?? (match[2] || undefined), port };
}

function listen(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const inUse = error.code === "EADDRINUSE";
      const causes = new Map([
        ["EACCES", "this process may not listen there"],
        ["EADDRNOTAVAIL", "this machine does not have that address"],
        ["ENOTFOUND", "the host name does not resolve"],
      ]);
      reject(
        new KeyturnError({
          code: inUse ? "AddressInUse" : "AddressUnusable",
          object: `${address.flag} ${address.text}`,
          cause: inUse
            ? `port ${address.port} is in use`
            : `cannot listen: ${causes.get(error.code ?? "") ?? error.code ?? "error"}`,
          remedy: "give another address, or 0 for none",
        }),
      );
    });
    server.listen({ port: address.port, ...(address.host === undefined ? {} : { host: address.host }) }, () => {
      server.removeAllListeners("error");
      server.on("error", () => undefined);
      server.unref();
      resolve();
    });
  });
}

function bound(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return family === "IPv6" ? `[${address}]:${port}` : `${address}:${port}`;
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    ),
  );
}
