import { get, isFields, type Fields } from "../json";
import { absent, bad } from "./error";
import { allBelow, childrenOf, pageOf } from "./listing";
import type { Backend, LogicalRequest, LogicalResponse } from "./logical";
import { parseLossless, seconds, sorted, text } from "./values";

const DEFAULT_LEASE = 2_764_800;

/** KV version 1: one value per path, numbers kept as written. */
export class Kv1 implements Backend {
  readonly type = "kv";
  readonly options = { version: "1" };
  private readonly secrets = new Map<string, Fields>();

  exists(path: string): boolean {
    return this.secrets.has(path);
  }

  handle(request: LogicalRequest): LogicalResponse | undefined {
    const { operation, path } = request;
    switch (operation) {
      case "read": {
        const data = this.secrets.get(path);
        if (data === undefined) throw absent();
        return { data, leaseDuration: leaseOf(data) };
      }
      case "list":
      case "scan": {
        const keys =
          operation === "scan"
            ? allBelow(this.secrets.keys(), path)
            : pageOf(
                childrenOf(this.secrets.keys(), path),
                text(request.data, "after"),
                Number(text(request.data, "limit")),
              );
        if (keys.length === 0 && operation === "list") throw absent();
        return { data: keys.length === 0 ? {} : { keys } };
      }
      case "delete":
        this.secrets.delete(path);
        return undefined;
      default:
        return this.write(request);
    }
  }

  private write({ path, data, text: source }: LogicalRequest): undefined {
    if (path === "") throw bad("missing path");
    if (path.endsWith("/")) throw bad("cannot write to a path ending in '/'");
    if (Object.keys(data).length === 0) throw bad("missing data fields");
    this.secrets.set(path, sorted(parseLossless(source)) as Fields);
    return undefined;
  }
}

/** `ttl` (or `lease`) in the data is a hint for readers. */
function leaseOf(data: Fields): number {
  const hint = get(data, "ttl") ?? get(data, "lease");
  if (typeof hint !== "string" || isFields(hint)) return DEFAULT_LEASE;
  try {
    return seconds(hint) || DEFAULT_LEASE;
  } catch {
    return DEFAULT_LEASE;
  }
}
