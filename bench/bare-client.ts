import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

/** The least a client can be: one keep-alive agent, JSON in and out. What it reaches is the floor for the reconciler. */
export class BareClient {
  private readonly agent: Agent;
  private readonly base: URL;

  constructor(
    server: string,
    caFile: string,
    private readonly headers: Readonly<Record<string, string>>,
    sockets = 32,
  ) {
    this.base = new URL(server);
    this.agent = new Agent({ keepAlive: true, maxSockets: sockets, ca: readFileSync(caFile) });
  }

  /** Resolves with the parsed answer; rejects on any status of 400 or more. */
  call<T>(method: string, path: string, body?: unknown, contentType = "application/json"): Promise<T> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request(
        {
          agent: this.agent,
          host: this.base.hostname,
          port: this.base.port,
          method,
          path,
          headers: {
            ...this.headers,
            accept: "application/json",
            ...(text === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(text) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const answer = Buffer.concat(chunks).toString();
            const status = response.statusCode ?? 0;
            if (status >= 400) reject(new Error(`${method} ${path}: ${status} ${answer.slice(0, 300)}`));
            else resolve((answer === "" ? undefined : JSON.parse(answer)) as T);
          });
        },
      );
      call.on("error", reject);
      call.end(text);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

/** Runs `work` for 0..count-1 with at most `inFlight` at a time. */
export async function inParallel(
  count: number,
  inFlight: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, worker));
}
