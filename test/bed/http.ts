import { readFileSync } from "node:fs";
import { Agent, request as httpsRequest } from "node:https";

/** What a server answered: the body parsed when it is JSON, else as text. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

export interface Call {
  readonly method: string;
  /** Path with query, e.g. `/api/v1/namespaces?limit=5`. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 60_000;
const agents = new Map<string, Agent>();

/** One HTTPS request with the given CA, on kept connections. Any status is an answer; only a failed connection throws. */
export function call<T>(address: string, caFile: string, { method, path, body, headers }: Call): Promise<Answer<T>> {
  const payload = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      new URL(path, address),
      {
        method,
        agent: agentFor(address, caFile),
        timeout: TIMEOUT_MS,
        headers: {
          accept: "application/json",
          ...headers,
          ...(payload === undefined ? {} : { "content-length": Buffer.byteLength(payload) }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString("utf8")) as T }),
        );
      },
    );
    request.on("timeout", () => request.destroy(new Error(`${method} ${path}: no answer in ${TIMEOUT_MS / 1000} s`)));
    request.on("error", reject);
    request.end(payload);
  });
}

function agentFor(address: string, caFile: string): Agent {
  const key = `${address} ${caFile}`;
  let agent = agents.get(key);
  if (agent === undefined) {
    agent = new Agent({ keepAlive: true, ca: readFileSync(caFile) });
    agents.set(key, agent);
  }
  return agent;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
