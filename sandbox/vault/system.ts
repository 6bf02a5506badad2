import { get, isFields, type Fields } from "../json";
import { bad, refusedToken, unsupported, VaultError, wrapped } from "./error";
import type { Backend, LogicalRequest, LogicalResponse, Token } from "./logical";
import { describeMount, type Mount, type Mounts } from "./mounts";
import type { Policies } from "./policies";
import type { Quotas } from "./quotas";
import { badToken, type Tokens } from "./tokens";
import { goTime, strings, text } from "./values";

export interface SystemParts {
  readonly mounts: Mounts;
  readonly policies: Policies;
  readonly tokens: Tokens;
  readonly quotas: Quotas;
  /** A new engine or method of a type, or undefined when there is no such type. */
  readonly create: (class_: "secret" | "auth", type: string, options: Fields) => Backend | undefined;
  readonly seal: () => void;
}

/** `sys/`: mounts, auth methods, policies, capabilities, sealing. Health and unsealing are answered before tokens are looked at. */
export class System implements Backend {
  readonly type = "system";
  readonly options = null;

  constructor(private readonly parts: SystemParts) {}

  isOpen(path: string): boolean {
    return path === "internal/ui/mounts";
  }

  /** Paths for which policies must grant `sudo` as well. */
  static needsSudo(path: string): boolean {
    return path.startsWith("sys/auth/") || path === "sys/seal" || path.startsWith("sys/raw");
  }

  handle(request: LogicalRequest): LogicalResponse | undefined {
    const { path } = request;
    const [area = "", ...rest] = path.split("/");
    switch (area) {
      case "mounts":
        return this.mountTable(request, "secret", rest.join("/"));
      case "auth":
        return this.mountTable(request, "auth", rest.join("/"));
      case "policies":
        return rest[0] === "acl" ? this.policy(request, rest.slice(1).join("/"), "policy") : undefined;
      case "policy":
        return this.policy(request, rest.join("/"), "rules");
      case "capabilities":
      case "capabilities-self":
        return this.capabilities(request, area);
      case "internal":
        if (path.startsWith("internal/ui/mounts")) return this.visibleMounts(request, rest.slice(2).join("/"));
        break;
      case "quotas":
        if (rest[0] === "rate-limit") return this.parts.quotas.handle(request, rest.slice(1).join("/"));
        break;
      case "seal":
        this.parts.seal();
        return undefined;
    }
    throw new VaultError(404, [wrapped("unsupported path")]);
  }

  private mountTable(request: LogicalRequest, class_: "secret" | "auth", rest: string): LogicalResponse | undefined {
    const { mounts, create } = this.parts;
    const name = rest.replace(/\/+$/, "").replace(/\/tune$/, "");
    const prefix = class_ === "auth" ? "auth/" : "";
    const mount = mounts.get(`${prefix}${name}/`);
    switch (request.operation) {
      case "read":
        if (name === "") return { data: this.table(class_) };
        if (mount === undefined) throw bad(`No ${class_} engine mount at ${name}/`);
        return { data: describeMount(mount) };
      case "delete":
        mounts.remove(prefix + name);
        return undefined;
      case "create":
      case "update": {
        if (rest.endsWith("/tune")) return undefined;
        const { data } = request;
        const type = text(data, "type");
        const options = get(data, "options");
        const backend = create(class_, type, isFields(options) ? options : {});
        if (backend === undefined) throw bad(`plugin not found in the catalog: ${type}`);
        mounts.add(prefix + name, backend, text(data, "description"));
        return undefined;
      }
      default:
        throw unsupported();
    }
  }

  private table(class_: "secret" | "auth"): Fields {
    return Object.fromEntries(
      this.parts.mounts
        .all()
        .filter(({ path }) => path.startsWith("auth/") === (class_ === "auth"))
        .map((mount) => [mount.path.replace(/^auth\//, ""), describeMount(mount)] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }

  private policy(request: LogicalRequest, name: string, field: "policy" | "rules"): LogicalResponse | undefined {
    const { policies } = this.parts;
    switch (request.operation) {
      case "list":
        return { data: { keys: policies.names() } };
      case "read": {
        if (name === "") return { data: { keys: policies.names(), policies: policies.names() } };
        const policy = policies.get(name);
        return {
          data: {
            cas_required: false,
            ...(policy.modified === 0 ? {} : { modified: goTime(policy.modified) }),
            name: policy.name,
            [field]: policy.text,
            version: policy.version,
          },
        };
      }
      case "delete":
        policies.delete(name);
        return undefined;
      case "create":
      case "update":
        policies.write(name, text(request.data, "policy") || text(request.data, "rules"));
        return undefined;
      default:
        throw unsupported();
    }
  }

  private capabilities(request: LogicalRequest, area: string): LogicalResponse {
    const { tokens, policies } = this.parts;
    const paths = [...strings(request.data, "paths"), ...strings(request.data, "path")];
    if (paths.length === 0) throw bad("paths must be supplied");
    const token: Token | undefined =
      area === "capabilities-self" ? request.token : tokens.find(text(request.data, "token"));
    if (token === undefined) throw badToken();
    const data: Fields = {};
    for (const path of paths) data[path] = policies.capabilitiesOf(token, path.replace(/^\//, ""));
    if (paths.length === 1) data.capabilities = data[paths[0] ?? ""];
    return { data };
  }

  /** Any token with some access below a mount may learn its type and options. */
  private visibleMounts({ token }: LogicalRequest, path: string): LogicalResponse {
    const { mounts } = this.parts;
    const visible = mounts.all().filter((mount) => token !== undefined && this.reaches(token, mount));
    if (path === "") {
      const part = (auth: boolean): Fields =>
        Object.fromEntries(
          visible
            .filter((mount) => mount.path.startsWith("auth/") === auth)
            .map((mount) => [mount.path.replace(/^auth\//, ""), describeMount(mount)]),
        );
      return { data: { auth: part(true), secret: part(false) } };
    }
    if (token === undefined) throw refusedToken();
    const mount = mounts.find(path);
    if (mount === undefined || !visible.includes(mount))
      throw new VaultError(403, [
        `preflight capability check returned 403, please ensure client's policies grant access to path ${JSON.stringify(`${path}/`)}`,
      ]);
    return { data: { ...describeMount(mount), path: mount.path } };
  }

  private reaches(token: Token, mount: Mount): boolean {
    if (token.policies.includes("root")) return true;
    return this.parts.policies.mentions(token, mount.path);
  }
}

/** The parts of `sys/` that need no token and no unsealed Vault. */
export function answerAlways(
  path: string,
  sealed: boolean,
  now: number,
): { readonly code: number; readonly body: Fields } | undefined {
  switch (path) {
    case "sys/health":
      return {
        code: sealed ? 503 : 200,
        body: {
          initialized: true,
          sealed,
          standby: sealed,
          replication_performance_mode: sealed ? "unknown" : "primary",
          replication_dr_mode: sealed ? "unknown" : "disabled",
          server_time_utc: Math.floor(now / 1000),
          version: VERSION,
          ...(sealed ? {} : CLUSTER),
        },
      };
    case "sys/seal-status":
      return {
        code: 200,
        body: {
          type: "shamir",
          initialized: true,
          sealed,
          t: 1,
          n: 1,
          progress: 0,
          nonce: "",
          recovery_seal: false,
          version: VERSION,
          migration: false,
          ...(sealed ? {} : CLUSTER),
          storage_type: "inmem",
        },
      };
    case "sys/init":
      return { code: 200, body: { initialized: true } };
    case "sys/leader":
      return { code: 200, body: { ha_enabled: false, is_self: true } };
    default:
      return undefined;
  }
}

const VERSION = "2.7.2+keyturn-sandbox";
const CLUSTER = { cluster_name: "keyturn-sandbox", cluster_id: "00000000-0000-4000-8000-000000000000" } as const;

export const noSuchMount = (path: string): VaultError =>
  new VaultError(404, [`no handler for route ${JSON.stringify(path)}. route entry not found.`]);
