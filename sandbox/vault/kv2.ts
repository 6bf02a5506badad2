import { clone, get, isFields, set, type Fields } from "../json";
import { absent, bad, unsupported, VaultError, wrapped } from "./error";
import { Kv2Secret, type Version } from "./kv2-secret";
import { allBelow, childrenOf, pageOf } from "./listing";
import type { Backend, LogicalRequest, LogicalResponse } from "./logical";
import { seconds, sorted, text } from "./values";

const DEFAULT_MAX_VERSIONS = 10;
const WRONG_PATH =
  "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the OpenBao CLI, use 'bao kv";

/** KV version 2: versions, soft deletion, check-and-set. Numbers become floating point, as in OpenBao. */
export class Kv2 implements Backend {
  readonly type = "kv";
  readonly options = { version: "2" };
  private readonly secrets = new Map<string, Kv2Secret>();
  private config = { maxVersions: 0, casRequired: false, deleteVersionAfter: 0 };

  constructor(private readonly now: () => number) {}

  exists(path: string): boolean | undefined {
    const [area, name] = split(path);
    return area === "data" || area === "metadata" ? this.secrets.has(name) : undefined;
  }

  handle(request: LogicalRequest): LogicalResponse | undefined {
    const [area, name] = split(request.path);
    switch (area) {
      case "data":
        return this.data(request, name);
      case "metadata":
        return this.metadata(request, name);
      case "detailed-metadata":
        return this.detailed(request, name);
      case "subkeys":
        return this.subkeys(request, name);
      case "delete":
      case "undelete":
      case "destroy":
        return this.versions(request, area, name);
      case "config":
        return this.configure(request);
      default:
        return {
          data: null,
          warnings: [`${WRONG_PATH} ${request.operation === "read" ? "get" : "put"}' for this operation.`],
          status: 404,
        };
    }
  }

  private data(request: LogicalRequest, name: string): LogicalResponse | undefined {
    switch (request.operation) {
      case "read": {
        const { secret, number, version } = this.find(request, name);
        const gone = this.isGone(version);
        return {
          data: { data: gone ? null : version.data, metadata: secret.describe(number, version) },
          ...(gone ? { status: 404 } : {}),
        };
      }
      case "create":
      case "update":
        return this.write(name, request.data, readData(request.data));
      case "patch": {
        const secret = this.secrets.get(name);
        if (secret !== undefined) this.checkAndSet(secret, request.data);
        const version = secret?.versions.get(secret.current);
        if (secret === undefined || version === undefined) return { status: 404 };
        if (this.isGone(version)) return { data: secret.describe(secret.current, version), status: 404 };
        return this.write(name, request.data, merge(version.data ?? {}, readData(request.data)));
      }
      case "delete": {
        const secret = this.secrets.get(name);
        secret?.change(secret.current, { deletionAt: this.now() });
        return undefined;
      }
      default:
        throw unsupported();
    }
  }

  private write(name: string, body: Fields, data: Fields): LogicalResponse {
    if (name.endsWith("/") || name === "") throw bad("cannot write to a path ending in '/'");
    const known = this.secrets.get(name);
    this.checkAndSet(known, body);
    const now = this.now();
    const secret = known ?? new Kv2Secret(now);
    if (known === undefined) secret.deleteVersionAfter = this.config.deleteVersionAfter;
    this.secrets.set(name, secret);
    const limit = secret.maxVersions || this.config.maxVersions || DEFAULT_MAX_VERSIONS;
    const number = secret.add(sorted(data) as Fields, now, limit);
    return { data: secret.describe(number, secret.versions.get(number) as Version) };
  }

  private checkAndSet(known: Kv2Secret | undefined, body: Fields): void {
    const options = get(body, "options");
    const cas = isFields(options) ? get(options, "cas") : undefined;
    if (cas === undefined && (this.config.casRequired || known?.casRequired === true))
      throw bad("check-and-set parameter required for this call");
    if (cas !== undefined && Number(cas) !== (known?.current ?? 0))
      throw bad("check-and-set parameter did not match the current version");
  }

  private metadata(request: LogicalRequest, name: string): LogicalResponse | undefined {
    switch (request.operation) {
      case "read": {
        const secret = this.secrets.get(name);
        if (secret === undefined) throw absent();
        return { data: secret.metadata() };
      }
      case "list":
      case "scan": {
        const keys = this.keys(request, name);
        if (keys.length === 0 && request.operation === "list") throw absent();
        return { data: keys.length === 0 ? {} : { keys } };
      }
      case "delete":
        this.secrets.delete(name);
        return undefined;
      case "create":
      case "update": {
        const secret = this.secrets.get(name) ?? new Kv2Secret(this.now());
        this.secrets.set(name, secret);
        applySettings(secret, request.data);
        secret.metadataVersion += 1;
        return undefined;
      }
      default:
        throw unsupported();
    }
  }

  private detailed(request: LogicalRequest, folder: string): LogicalResponse {
    if (request.operation !== "list" && request.operation !== "scan") throw unsupported();
    const keys = this.keys(request, folder);
    if (keys.length === 0) {
      if (request.operation === "list") throw absent();
      return { data: {} };
    }
    const info = keys.map((key) => [key, this.secrets.get(folder + key)?.metadata() ?? {}] as const);
    return { data: { key_info: Object.fromEntries(info), keys } };
  }

  private keys({ operation, data }: LogicalRequest, folder: string): readonly string[] {
    if (operation === "scan") return allBelow(this.secrets.keys(), folder);
    return pageOf(childrenOf(this.secrets.keys(), folder), text(data, "after"), Number(text(data, "limit")));
  }

  private subkeys(request: LogicalRequest, name: string): LogicalResponse {
    if (request.operation !== "read") throw unsupported();
    const { secret, number, version } = this.find(request, name);
    const gone = this.isGone(version);
    return {
      data: {
        metadata: secret.describe(number, version),
        subkeys: gone ? null : nulls(version.data, Number(text(request.data, "depth"))),
      },
      ...(gone ? { status: 404 } : {}),
    };
  }

  private versions(request: LogicalRequest, area: "delete" | "undelete" | "destroy", name: string): undefined {
    if (request.operation !== "create" && request.operation !== "update") throw unsupported();
    const numbers = get(request.data, "versions");
    if (!Array.isArray(numbers) || numbers.length === 0)
      throw bad(`${area === "destroy" ? "no" : "No"} version number provided`);
    const change: Readonly<Record<typeof area, Partial<Version>>> = {
      delete: { deletionAt: this.now() },
      undelete: { deletionAt: undefined },
      destroy: { data: null, destroyed: true },
    };
    for (const number of numbers) this.secrets.get(name)?.change(Number(number), change[area]);
    return undefined;
  }

  private configure(request: LogicalRequest): LogicalResponse | undefined {
    if (request.operation === "read")
      return {
        data: {
          cas_required: this.config.casRequired,
          delete_version_after: `${this.config.deleteVersionAfter}s`,
          max_versions: this.config.maxVersions,
          metadata_cas_required: false,
        },
      };
    if (request.operation !== "create" && request.operation !== "update") throw unsupported();
    const { data } = request;
    this.config = {
      maxVersions: Number(get(data, "max_versions") ?? this.config.maxVersions),
      casRequired: Boolean(get(data, "cas_required") ?? this.config.casRequired),
      deleteVersionAfter: seconds(get(data, "delete_version_after") ?? this.config.deleteVersionAfter),
    };
    return undefined;
  }

  private find(
    request: LogicalRequest,
    name: string,
  ): { readonly secret: Kv2Secret; readonly number: number; readonly version: Version } {
    if (name.endsWith("/")) throw new VaultError(500, [wrapped("could not find version data")]);
    const asked = text(request.data, "version");
    if (!/^\d*$/.test(asked))
      throw bad(
        `Field validation failed: error converting input for field "version": '' cannot parse value as 'int': strconv.ParseInt: invalid syntax`,
      );
    const secret = this.secrets.get(name);
    const number = Number(asked) || (secret?.current ?? 0);
    const version = secret?.versions.get(number);
    if (secret === undefined || version === undefined) throw absent();
    return { secret, number, version };
  }

  private isGone(version: Version): boolean {
    return version.destroyed || (version.deletionAt !== undefined && version.deletionAt <= this.now());
  }
}

function split(path: string): readonly [string, string] {
  const slash = path.indexOf("/");
  return slash < 0 ? [path, ""] : [path.slice(0, slash), path.slice(slash + 1)];
}

function readData(body: Fields): Fields {
  if (!Object.hasOwn(body, "data")) throw bad("no data provided");
  const data = get(body, "data");
  if (data === null) return {};
  if (!isFields(data))
    throw bad(
      `error converting input for field "data": '' expected type 'map[string]interface {}', got unconvertible type '${typeof data}'`,
    );
  return data;
}

/** JSON merge patch of the data: null removes. */
function merge(target: Fields, patch: Fields): Fields {
  const out = clone(target);
  for (const key of Object.keys(patch)) {
    const [value, present] = [patch[key], get(out, key)];
    if (value === null) delete out[key];
    else set(out, key, isFields(value) ? merge(isFields(present) ? present : {}, value) : value);
  }
  return out;
}

function nulls(value: unknown, depth: number, level = 1): unknown {
  if (!isFields(value) || (depth > 0 && level > depth)) return null;
  return Object.fromEntries(Object.keys(value).map((key) => [key, nulls(value[key], depth, level + 1)]));
}

function applySettings(secret: Kv2Secret, data: Fields): void {
  const custom = get(data, "custom_metadata");
  if (isFields(custom)) secret.customMetadata = custom;
  const most = get(data, "max_versions");
  if (most !== undefined) secret.maxVersions = Number(most);
  const cas = get(data, "cas_required");
  if (cas !== undefined) secret.casRequired = cas === true;
  const after = get(data, "delete_version_after");
  if (after !== undefined) secret.deleteVersionAfter = seconds(after);
}
