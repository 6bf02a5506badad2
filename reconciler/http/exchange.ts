import { request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { TransportError, transportError } from "./failure";
import { TCP_KEEP_ALIVE, type Origin } from "./origin";

export interface Outgoing {
  readonly method: string;
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for the whole call, waiting for a free connection included; for a stream: until the headers. */
  readonly timeout: number;
  /** Milliseconds for a new connection, TLS included. Default 5,000. */
  readonly connectTimeout?: number;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * One call with its whole answer. The body is always read to its end, so that the connection can be used again.
 * @throws TransportError
 */
export function exchange(origin: Origin, out: Outgoing, maxBody: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    new Call(origin, out, reject, (response, call) => {
      collect(response, call, maxBody, (body) => {
        if (call.settle()) resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
  });
}

export interface Streaming {
  /** Each piece of the body of a 200 answer. What it throws ends the call and is thrown on. */
  readonly onData: (chunk: Buffer) => void;
}

/**
 * One call whose 200 answer goes to `onData` as it comes; resolves when the server ends it. Any other status resolves with the
 * collected body, as {@link exchange}.
 * @throws TransportError; `aborted` when the signal fires
 */
export function stream(origin: Origin, out: Outgoing, maxBody: number, streaming: Streaming): Promise<Answer> {
  return new Promise((resolve, reject) => {
    new Call(origin, out, reject, (response, call) => {
      const status = response.statusCode ?? 0;
      const done = (body: Buffer): void => {
        if (call.settle()) resolve({ status, headers: response.headers, body });
      };
      if (status !== 200) return collect(response, call, maxBody, done);
      call.disarm();
      response.on("data", (chunk: Buffer) => {
        try {
          streaming.onData(chunk);
        } catch (error) {
          call.fail(error);
        }
      });
      response.on("end", () => done(Buffer.alloc(0)));
    });
  });
}

const established = new WeakSet<Socket>();

/** One request. States: waiting for a connection, connecting, awaiting the headers, reading, settled. */
class Call {
  private settled = false;
  private request: ClientRequest | undefined;
  private readonly timer: NodeJS.Timeout;
  private connectTimer: NodeJS.Timeout | undefined;
  private readonly onAbort = (): void => this.fail(new TransportError("aborted", "the call was given up"));

  constructor(
    origin: Origin,
    private readonly out: Outgoing,
    private readonly onFailure: (error: unknown) => void,
    onResponse: (response: IncomingMessage, call: Call) => void,
  ) {
    this.timer = setTimeout(
      () => this.fail(new TransportError("timeout", `no answer within ${out.timeout / 1000} s`)),
      out.timeout,
    );
    if (out.signal?.aborted === true) this.onAbort();
    else {
      out.signal?.addEventListener("abort", this.onAbort);
      try {
        this.request = this.start(origin, onResponse);
      } catch (error) {
        this.fail(transportError(error));
      }
    }
  }

  /** True for the first outcome, which is the only one that counts. */
  settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.timer);
    clearTimeout(this.connectTimer);
    this.out.signal?.removeEventListener("abort", this.onAbort);
    return true;
  }

  fail(error: unknown): void {
    if (!this.settle()) return;
    this.request?.destroy();
    this.onFailure(error);
  }

  /** The headers are there: from now on the stream may take as long as it likes. */
  disarm(): void {
    clearTimeout(this.timer);
  }

  private start(origin: Origin, onResponse: (response: IncomingMessage, call: Call) => void): ClientRequest {
    const { out } = this;
    const headers: Record<string, string | number> = { ...out.headers };
    if (out.body !== undefined) headers["Content-Length"] = Buffer.byteLength(out.body);
    const request = (origin.protocol === "https:" ? httpsRequest : httpRequest)({
      agent: origin.agent,
      host: origin.host,
      port: origin.port,
      method: out.method,
      path: out.path,
      headers,
    });
    request.on("socket", (socket) => this.connecting(socket, origin.protocol === "https:"));
    request.on("error", (error) => this.fail(transportError(error)));
    request.on("response", (response) => {
      response.on("error", (error) => this.fail(transportError(error)));
      response.on("close", () => {
        // After every answer; an error costs a stack trace.
        if (!this.settled) this.fail(transportError(undefined));
      });
      onResponse(response, this);
    });
    request.end(out.body);
    return request;
  }

  private connecting(socket: Socket, secure: boolean): void {
    if (this.settled || established.has(socket)) return;
    socket.setKeepAlive(true, TCP_KEEP_ALIVE);
    const limit = this.out.connectTimeout ?? 5_000;
    this.connectTimer = setTimeout(
      () => this.fail(new TransportError("connect", `no connection within ${limit / 1000} s`)),
      limit,
    );
    socket.once(secure ? "secureConnect" : "connect", () => {
      established.add(socket);
      clearTimeout(this.connectTimer);
    });
  }
}

function collect(response: IncomingMessage, call: Call, maxBody: number, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxBody)
      return call.fail(new TransportError("too-large", `its answer is longer than ${maxBody / 1_048_576} MiB`));
    chunks.push(chunk);
  });
  response.on("end", () => {
    done(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length));
  });
}
