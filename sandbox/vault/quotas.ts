import { get, type Fields } from "../json";
import { absent, bad, unsupported } from "./error";
import type { LogicalRequest, LogicalResponse } from "./logical";
import type { Mounts } from "./mounts";
import { seconds, text } from "./values";

interface Quota {
  readonly name: string;
  /** Path of the mount with a slash at the end; empty: every path. */
  readonly path: string;
  readonly rate: number;
  readonly interval: number;
  readonly blockInterval: number;
  /** Of the running interval, and when a client that asked for too much may ask again; in milliseconds. */
  started: number;
  used: number;
  blockedUntil: number;
}

/** Rate-limit quotas (`sys/quotas/rate-limit`), kept. All clients of the sandbox have one address, so they are one client. */
export class Quotas {
  private readonly quotas = new Map<string, Quota>();

  constructor(
    private readonly mounts: Mounts,
    private readonly now: () => number,
  ) {}

  /** Counts a request against the quota that covers its path best; false when it is one too many. */
  admits(path: string): boolean {
    const [quota] = [...this.quotas.values()]
      .filter((candidate) => path.startsWith(candidate.path))
      .sort((a, b) => b.path.length - a.path.length);
    if (quota === undefined) return true;
    const now = this.now();
    if (now < quota.blockedUntil) return false;
    if (now - quota.started >= quota.interval * 1000) {
      quota.started = now;
      quota.used = 0;
    }
    quota.used += 1;
    if (quota.used <= Math.ceil(quota.rate)) return true;
    if (quota.blockInterval > 0) quota.blockedUntil = now + quota.blockInterval * 1000;
    return false;
  }

  /** `sys/quotas/rate-limit/<name>` */
  handle(request: LogicalRequest, name: string): LogicalResponse | undefined {
    switch (request.operation) {
      case "list":
        if (this.quotas.size === 0) throw absent();
        return { data: { keys: [...this.quotas.keys()] } };
      case "read": {
        const quota = this.quotas.get(name);
        if (quota === undefined) throw absent();
        return { data: describe(quota) };
      }
      case "delete":
        this.quotas.delete(name);
        return undefined;
      case "create":
      case "update":
        this.quotas.set(name, this.read(request.data, name));
        return undefined;
      default:
        throw unsupported();
    }
  }

  private read(data: Fields, name: string): Quota {
    const rate = Number(get(data, "rate") ?? 0);
    if (!(rate > 0)) throw bad("'rate' is invalid");
    const given = text(data, "path");
    const path = given === "" ? "" : `${given.replace(/\/+$/, "")}/`;
    if (path !== "" && this.mounts.get(path) === undefined) throw bad(`invalid mount path ${JSON.stringify(given)}`);
    const twin = [...this.quotas.values()].find((other) => other.path === path && other.name !== name);
    if (twin !== undefined)
      throw bad(`quota rule with similar properties exists under the name ${JSON.stringify(twin.name)}`);
    return {
      name,
      path,
      rate,
      interval: seconds(get(data, "interval")) || 1,
      blockInterval: seconds(get(data, "block_interval")),
      started: 0,
      used: 0,
      blockedUntil: 0,
    };
  }
}

function describe({ name, path, rate, interval, blockInterval }: Quota): Fields {
  return {
    block_interval: blockInterval,
    inheritable: path === "",
    interval,
    name,
    path,
    rate,
    role: "",
    type: "rate-limit",
  };
}
