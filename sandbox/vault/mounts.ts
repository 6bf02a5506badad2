import { randomBytes, randomUUID } from "node:crypto";
import type { Fields } from "../json";
import { bad } from "./error";
import type { Backend } from "./logical";

export interface Mount {
  /** With a trailing slash: `secret/`, `auth/kubernetes/`. */
  readonly path: string;
  readonly backend: Backend;
  readonly accessor: string;
  readonly uuid: string;
  readonly description: string;
}

/** What is mounted where. The longest matching path answers. */
export class Mounts {
  private readonly byPath = new Map<string, Mount>();

  /** @throws VaultError 400 when the path is taken */
  add(path: string, backend: Backend, description = ""): Mount {
    const clean = `${path.replace(/^\/+|\/+$/g, "")}/`;
    const taken = [...this.byPath.keys()].some((known) => known.startsWith(clean) || clean.startsWith(known));
    if (taken) throw bad(`path is already in use at ${clean.replace(/^auth\//, "")}`);
    const auth = clean.startsWith("auth/") ? "auth_" : "";
    const mount: Mount = {
      path: clean,
      backend,
      accessor: `${auth}${backend.type}_${randomBytes(4).toString("hex")}`,
      uuid: randomUUID(),
      description,
    };
    this.byPath.set(clean, mount);
    return mount;
  }

  remove(path: string): void {
    this.byPath.delete(`${path.replace(/^\/+|\/+$/g, "")}/`);
  }

  /** The mount of a request path, which may be the mount itself without its slash. */
  find(path: string): Mount | undefined {
    const whole = `${path}/`;
    for (let end = whole.lastIndexOf("/"); end > 0; end = whole.lastIndexOf("/", end - 1)) {
      const mount = this.byPath.get(whole.slice(0, end + 1));
      if (mount !== undefined) return mount;
    }
    return undefined;
  }

  get(path: string): Mount | undefined {
    return this.byPath.get(path);
  }

  all(): readonly Mount[] {
    return [...this.byPath.values()];
  }
}

/** A mount as `sys/mounts` and `sys/auth` show it. */
export function describeMount({ backend, accessor, uuid, description }: Mount): Fields {
  return {
    accessor,
    config: { default_lease_ttl: 0, force_no_cache: false, max_lease_ttl: 0 },
    description,
    external_entropy_access: false,
    local: false,
    options: backend.options,
    plugin_version: "",
    running_plugin_version: "",
    running_sha256: "",
    seal_wrap: false,
    type: backend.type,
    uuid,
  };
}
