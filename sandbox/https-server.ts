import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { SandboxTls } from "./tls";

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface RunningServer {
  /** `https://127.0.0.1:<port>` */
  readonly address: string;
  /** Stops listening and drops every connection, streams too. */
  stop(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. `onError` gets what a handler throws; it must answer. */
export async function listen(
  tls: SandboxTls,
  options: {
    readonly bodyLimit: number;
    readonly handler: Handler;
    readonly onTooLarge: (response: ServerResponse) => void;
    readonly onError: (error: unknown, response: ServerResponse) => void;
  },
): Promise<RunningServer> {
  const server = createServer({ key: tls.privateKeyPem, cert: tls.certificatePem }, (request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= options.bodyLimit) chunks.push(chunk);
    });
    request.on("end", () => {
      if (size > options.bodyLimit) return options.onTooLarge(response);
      try {
        options.handler(request, response, chunks.length === 0 ? "" : Buffer.concat(chunks).toString("utf8"));
      } catch (error) {
        options.onError(error, response);
      }
    });
    request.on("error", () => response.destroy());
  });
  server.keepAliveTimeout = 0; // like Go's servers: idle connections stay, and no Keep-Alive hint is sent
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    address: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function answer(
  response: ServerResponse,
  code: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(code, {
    "Content-Type": "application/json",
    ...(code === 204 ? {} : { "Content-Length": Buffer.byteLength(body) }),
    ...headers,
  });
  response.end(body);
}
