import { get, type Fields } from "../json";
import { absent, bad, unsupported, VaultError } from "./error";
import type { Backend, LogicalRequest, LogicalResponse } from "./logical";
import { describeTokenSettings, grantOf, readTokenSettings, type TokenSettings } from "./role";
import { newEntityId, type Tokens } from "./tokens";
import { strings, text } from "./values";

/** Who a ServiceAccount token speaks for; undefined when the cluster does not take it. */
export type ReviewToken = (
  jwt: string,
) =>
  | { readonly namespace: string; readonly name: string; readonly uid: string; readonly audiences: readonly string[] }
  | undefined;

interface Role {
  readonly names: readonly string[];
  readonly namespaces: readonly string[];
  readonly audience: string;
  readonly aliasSource: string;
  readonly settings: TokenSettings;
}

/** `auth/<mount>/` of type kubernetes. Tokens are checked by the sandbox's own cluster, whatever `kubernetes_host` says. */
export class KubernetesAuth implements Backend {
  readonly type = "kubernetes";
  readonly options = {};
  private readonly roles = new Map<string, Role>();
  private readonly entities = new Map<string, string>();
  private config: Fields | undefined;

  constructor(
    private readonly tokens: Tokens,
    private readonly review: ReviewToken,
    configured: Fields | undefined,
  ) {
    this.config = configured;
  }

  isOpen(path: string): boolean {
    return path === "login";
  }

  exists(path: string): boolean | undefined {
    return path.startsWith("role/") ? this.roles.has(path.slice("role/".length)) : undefined;
  }

  handle(request: LogicalRequest): LogicalResponse | undefined {
    const { path, operation } = request;
    const write = operation === "create" || operation === "update";
    if (path === "login") {
      if (!write) throw new VaultError(405, ["unsupported operation"]);
      return this.login(request);
    }
    if (path === "config") return this.configure(request, write);
    if (path === "role/" && operation === "list") {
      if (this.roles.size === 0) throw absent();
      return { data: { keys: [...this.roles.keys()].sort() } };
    }
    if (path.startsWith("role/")) return this.role(request, path.slice("role/".length), write);
    throw unsupported();
  }

  private configure({ operation, data }: LogicalRequest, write: boolean): LogicalResponse | undefined {
    if (operation === "read") {
      if (this.config === undefined) return undefined;
      return { data: this.config };
    }
    if (!write) throw unsupported();
    const host = text(data, "kubernetes_host");
    if (host === "") throw bad("no host provided");
    this.config = {
      disable_iss_validation: true,
      disable_local_ca_jwt: get(data, "disable_local_ca_jwt") === true,
      issuer: text(data, "issuer"),
      kubernetes_ca_cert: text(data, "kubernetes_ca_cert"),
      kubernetes_host: host,
      pem_keys: strings(data, "pem_keys"),
      token_reviewer_jwt_set: text(data, "token_reviewer_jwt") !== "",
    };
    return undefined;
  }

  private role({ operation, data }: LogicalRequest, name: string, write: boolean): LogicalResponse | undefined {
    if (operation === "delete") {
      this.roles.delete(name);
      return undefined;
    }
    const known = this.roles.get(name);
    if (operation === "read") {
      if (known === undefined) throw absent();
      return { data: describeRole(known) };
    }
    if (!write) throw unsupported();
    const list = (key: string, old: readonly string[] | undefined): readonly string[] =>
      get(data, key) === undefined ? (old ?? []) : strings(data, key);
    const role: Role = {
      names: list("bound_service_account_names", known?.names),
      namespaces: list("bound_service_account_namespaces", known?.namespaces),
      audience: get(data, "audience") === undefined ? (known?.audience ?? "") : text(data, "audience"),
      aliasSource: text(data, "alias_name_source") || (known?.aliasSource ?? "serviceaccount_uid"),
      settings: readTokenSettings(data, known?.settings),
    };
    if (role.names.length === 0) throw bad('"bound_service_account_names" can not be empty');
    if (role.namespaces.length === 0)
      throw bad(
        '"bound_service_account_namespaces" can not be empty if "bound_service_account_namespace_selector" is not set',
      );
    this.roles.set(name, role);
    return undefined;
  }

  private login({ data, mount }: LogicalRequest): LogicalResponse {
    const [name, jwt] = [text(data, "role"), text(data, "jwt")];
    if (name === "") throw bad("missing role");
    if (jwt === "") throw bad("missing jwt");
    const role = this.roles.get(name);
    if (role === undefined) throw bad(`invalid role name ${JSON.stringify(name)}`);
    if (this.config === undefined) throw new VaultError(500, ["could not load backend configuration"]);
    const account = this.review(jwt);
    const refuse = (why: string): VaultError => new VaultError(403, [why]);
    if (account === undefined) throw refuse("permission denied");
    if (role.audience !== "" && !account.audiences.includes(role.audience))
      throw refuse("invalid audience (aud) claim: audience claim does not match any expected audience");
    if (!fits(role.namespaces, account.namespace)) throw refuse("namespace not authorized");
    if (!fits(role.names, account.name)) throw refuse("service account name not authorized");
    const alias = role.aliasSource === "serviceaccount_name" ? `${account.namespace}/${account.name}` : account.uid;
    const entityId = this.entities.get(alias) ?? newEntityId();
    this.entities.set(alias, entityId);
    const { auth, warnings } = this.tokens.grant(
      grantOf(role.settings, {
        displayName: `${mount.split("/").at(-2) ?? "kubernetes"}-${account.namespace}-${account.name}`,
        meta: {
          role: name,
          service_account_name: account.name,
          service_account_namespace: account.namespace,
          service_account_secret_name: "",
          service_account_uid: account.uid,
        },
        path: `${mount}login`,
        entityId,
      }),
    );
    return { auth, warnings };
  }
}

/** Exact, or a prefix that ends in `*`. */
function fits(patterns: readonly string[], value: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith("*") ? value.startsWith(pattern.slice(0, -1)) : pattern === value,
  );
}

function describeRole(role: Role): Fields {
  return {
    alias_name_source: role.aliasSource,
    ...(role.audience === "" ? {} : { audience: role.audience }),
    bound_service_account_names: role.names,
    bound_service_account_namespace_selector: "",
    bound_service_account_namespaces: role.namespaces,
    ...describeTokenSettings(role.settings),
  };
}
