import { createServer as createHttp, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import { createServer as createTcp, type AddressInfo, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { createTls } from "../../../sandbox/tls";

export const tls = createTls();
/** Another CA with a certificate for the same names. */
export const otherTls = createTls();

export interface Received {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** SHA-256 fingerprint of the client's certificate, where the server asks for one. */
  readonly client: string | undefined;
}

export interface FaultServer {
  readonly url: string;
  readonly port: number;
  /** In order of arrival. */
  readonly requests: Received[];
  /** TLS handshakes (connections, for plain HTTP). */
  readonly handshakes: () => number;
  /** Connections open now. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

export type Handler = (request: Received, response: ServerResponse) => void;

/** An HTTPS (or HTTP) server on a free loopback port that answers as a test tells it. */
export async function faultServer(
  handler: Handler,
  options: { plain?: boolean; tls?: typeof tls; port?: number; askClient?: boolean } = {},
): Promise<FaultServer> {
  const requests: Received[] = [];
  const sockets = new Set<Socket>();
  let handshakes = 0;
  const { certificatePem, privateKeyPem } = options.tls ?? tls;
  const server =
    options.plain === true
      ? createHttp()
      : createHttps({
          cert: certificatePem,
          key: privateKeyPem,
          requestCert: options.askClient === true,
          rejectUnauthorized: false,
        });
  server.keepAliveTimeout = 60_000;
  server.on("request", (request, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const received = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        client: request.socket instanceof TLSSocket ? request.socket.getPeerCertificate().fingerprint256 : undefined,
      };
      requests.push(received);
      handler(received, response);
    });
  });
  server.on(options.plain === true ? "connection" : "secureConnection", (socket: Socket) => {
    handshakes += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.plain === true ? "http" : "https"}://127.0.0.1:${port}`,
    port,
    requests,
    handshakes: () => handshakes,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
        server.closeAllConnections();
      }),
  };
}

/** A TCP server that does with each connection what it is told: half-open servers, garbage, resets. */
export async function tcpServer(
  onConnection: (socket: Socket) => void,
): Promise<{ port: number; readonly close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createTcp((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await tcpServer(() => undefined);
  await server.close();
  return server.port;
}

/** Runs the jobs with at most `width` at a time. */
export async function inFlight<T>(width: number, jobs: number, job: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < jobs) {
      const index = next++;
      results[index] = await job(index);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

/** The error of a promise that must fail. */
export async function failure<E = Error>(promise: Promise<unknown>): Promise<E> {
  try {
    await promise;
  } catch (error) {
    return error as E;
  }
  throw new Error("expected a failure");
}
