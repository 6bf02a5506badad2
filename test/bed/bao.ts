import { randomBytes } from "node:crypto";
import { bed, type Bed } from "./bed";
import { eventually } from "./eventually";
import { call, type Answer } from "./http";
import { BedError } from "./log-tail";

export interface BaoRequestOptions {
  /** Default the root token. An empty text sends none. */
  readonly token?: string;
}

/** A minimal client for tests. Paths are without `/v1/`, e.g. `secret/data/team/app`. */
export interface BaoClient {
  /** Any status is an answer. */
  request<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    options?: BaoRequestOptions,
  ): Promise<Answer<T>>;
  /** Like `request`, but gives the body, and throws for a status of 400 or more. */
  send<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    options?: BaoRequestOptions,
  ): Promise<T>;
}

/** A client of the OpenBao of a bed. */
export function baoClient({
  address,
  caFile,
  rootToken,
}: Pick<Bed["bao"], "address" | "caFile" | "rootToken">): BaoClient {
  const client: BaoClient = {
    request(method, path, body, options = {}) {
      const token = options.token ?? rootToken;
      return call(address, caFile, {
        method,
        path: `/v1/${path}`,
        body,
        headers: token === "" ? {} : { "x-vault-token": token },
      });
    },
    async send<T>(method: string, path: string, body?: unknown, options?: BaoRequestOptions) {
      const answer = await client.request<T>(method, path, body, options);
      if (answer.status < 400) return answer.body;
      const { errors } = answer.body as { errors?: unknown };
      throw new BedError({
        code: "BedRequest",
        object: `${method} ${path}`,
        cause: `answered ${answer.status}${Array.isArray(errors) ? `: ${errors.join("; ")}` : ""}`,
      });
    },
  };
  return client;
}

/** A request to this run's OpenBao; any status is an answer. */
export const request: BaoClient["request"] = (...args) => baoClient(bed().bao).request(...args);

/** A request to this run's OpenBao that must succeed; gives the body. */
export const send: BaoClient["send"] = (...args) => baoClient(bed().bao).send(...args);

/** Mounts a KV engine of the given version under a random name, ready for use; returns the name, without a slash. */
export async function uniqueMount(version: 1 | 2): Promise<string> {
  const name = `kv${version}-${randomBytes(4).toString("hex")}`;
  await mountKv(baoClient(bed().bao), name, version);
  return name;
}

/** Mounts a KV engine and waits until it takes requests: a new version 2 engine first says that it is being upgraded. */
export async function mountKv(bao: BaoClient, name: string, version: 1 | 2): Promise<void> {
  await bao.send("POST", `sys/mounts/${name}`, { type: "kv", options: { version: String(version) } });
  if (version === 2)
    await eventually(
      `mount ${name}`,
      () => bao.request("GET", `${name}/config`),
      ({ status }) => status === 200,
    );
}
