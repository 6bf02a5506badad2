import { Agent, request, type RequestOptions } from "node:https";
import type { Body } from "./bodies";

/** A server the contract runs against, as plain data. */
export interface Endpoint {
  /** `https://127.0.0.1:<port>` */
  readonly address: string;
  readonly ca: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Ask {
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  readonly json: Body;
}

/** Talks to one endpoint over kept-alive connections. */
export class Client {
  private readonly agent: Agent;

  constructor(private readonly endpoint: Endpoint) {
    this.agent = new Agent({ ca: endpoint.ca, keepAlive: true });
  }

  /** @param path with its query */
  ask(method: string, path: string, { body, text, headers }: Ask = {}): Promise<Answer> {
    const payload = text ?? (body === undefined ? undefined : JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const sent = request(this.options(method, path, headers, payload), (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const received = Buffer.concat(chunks).toString("utf8");
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: received,
            json: parsed(received),
          });
        });
      });
      sent.on("error", reject);
      sent.end(payload);
    });
  }

  /** Opens a stream of JSON lines. */
  stream(path: string, headers: Readonly<Record<string, string>> = {}): Stream {
    return new Stream(this.options("GET", path, headers, undefined));
  }

  close(): void {
    this.agent.destroy();
  }

  private options(method: string, path: string, headers: Ask["headers"], payload: string | undefined): RequestOptions {
    const all = { ...this.endpoint.headers, ...headers };
    const { hostname, port } = new URL(this.endpoint.address);
    return {
      hostname,
      port,
      method,
      path,
      agent: this.agent,
      headers: {
        ...(payload === undefined
          ? {}
          : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(payload) }),
        ...Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
      },
    };
  }
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return undefined as unknown as Body; // expectations about it fail
  }
}

/** One event of a watch. */
export interface WatchLine {
  readonly type: string;
  readonly object: Body;
}

/** A watch: its lines as they come. */
export class Stream {
  readonly lines: WatchLine[] = [];
  /** The answer's status; before it came, 0. */
  status = 0;
  ended = false;
  private readonly waiting = new Set<() => void>();
  private readonly sent;

  constructor(options: RequestOptions) {
    let rest = "";
    this.sent = request(options, (response) => {
      this.status = response.statusCode ?? 0;
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        const parts = (rest + chunk).split("\n");
        rest = parts.pop() ?? "";
        for (const part of parts) this.lines.push(JSON.parse(part) as WatchLine);
        this.wake();
      });
      response.on("close", () => this.end());
      this.wake();
    });
    this.sent.on("error", () => this.end());
    this.sent.end();
  }

  /** Resolves with the first line that fits, from `from` on; rejects when the stream ends or 60 s pass without one. */
  async find(what: string, fits: (line: WatchLine) => boolean, from = 0): Promise<WatchLine> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const found = this.lines.slice(from).find(fits);
      if (found !== undefined) return found;
      if (this.ended) throw new Error(`the watch ended without ${what}: ${JSON.stringify(this.lines).slice(0, 2_000)}`);
      await this.change(what, deadline);
    }
  }

  /** Resolves when the server has closed the stream. */
  async closed(): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!this.ended) await this.change("its end", deadline);
  }

  close(): void {
    this.sent.destroy();
  }

  private change(what: string, deadline: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`the watch brought no ${what}: ${JSON.stringify(this.lines).slice(0, 2_000)}`)),
        deadline - Date.now(),
      );
      const wake = (): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      this.waiting.add(wake);
    });
  }

  private end(): void {
    this.ended = true;
    this.wake();
  }

  private wake(): void {
    for (const wake of [...this.waiting]) wake();
  }
}
