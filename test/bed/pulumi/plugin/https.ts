import { Agent, request as httpsRequest, type AgentOptions } from "node:https";
import { ProviderError } from "./errors";
import type { Json } from "./values";

export interface Answer {
  readonly status: number;
  /** The parsed body; null when there is none or it is not JSON. */
  readonly body: Json;
}

export interface Call {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
}

const TIMEOUT_MS = 30_000;
const MAX_BODY = 32 * 1024 * 1024;

/**
 * Test fixture. JSON over HTTPS on kept connections. Any status is an answer; only a failed connection throws, and its message never holds
 * headers or bodies.
 */
export class JsonClient {
  readonly #agent: Agent;

  constructor(
    /** Named in messages, e.g. `the Kubernetes API`. */
    readonly name: string,
    readonly address: string,
    tls: AgentOptions,
    private readonly signal: AbortSignal,
  ) {
    if (!address.startsWith("https://"))
      throw new ProviderError(`${name}: the address ${address} must start with https://`);
    this.#agent = new Agent({ ...tls, keepAlive: true, maxSockets: 16 });
  }

  call({ method, path, headers, body }: Call): Promise<Answer> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        const aborted = this.signal.aborted;
        const cause = aborted ? "the operation was cancelled" : (describe(error) ?? error.message);
        reject(new ProviderError(`${this.name} at ${this.address} cannot be reached: ${cause}`, aborted));
      };
      const request = httpsRequest(
        new URL(path, this.address),
        {
          method,
          agent: this.#agent,
          signal: this.signal,
          timeout: TIMEOUT_MS,
          headers: {
            accept: "application/json",
            ...(payload === undefined ? {} : { "content-type": "application/json" }),
            ...headers,
            ...(payload === undefined ? {} : { "content-length": Buffer.byteLength(payload) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on("data", (chunk: Buffer) => {
            size += chunk.length;
            if (size > MAX_BODY) request.destroy(new Error(`the answer is larger than ${MAX_BODY} bytes`));
            else chunks.push(chunk);
          });
          response.on("error", fail);
          response.on("end", () => resolve({ status: response.statusCode ?? 0, body: parse(chunks) }));
        },
      );
      request.on("timeout", () => request.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)));
      request.on("error", fail);
      request.end(payload);
    });
  }
}

function parse(chunks: readonly Buffer[]): Json {
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as Json;
  } catch {
    return null;
  }
}

/** Several addresses were tried when the name has several: the first cause is enough. */
function describe(error: Error): string | undefined {
  return error instanceof AggregateError ? (error.errors[0] as Error | undefined)?.message : error.message;
}
