import { randomUUID } from "node:crypto";
import { get } from "../json";
import { absent, bad, unsupported, VaultError, wrapped } from "./error";
import type { Backend, LogicalRequest, LogicalResponse } from "./logical";
import { describeTokenSettings, grantOf, readTokenSettings, type TokenSettings } from "./role";
import { newEntityId, type Tokens } from "./tokens";
import { seconds, text } from "./values";

interface AppRole {
  readonly settings: TokenSettings;
  readonly secretIdUses: number;
  readonly secretIdTtl: number;
  readonly bindSecretId: boolean;
  readonly entityId: string;
  roleId: string;
}

interface SecretId {
  readonly role: string;
  readonly expiresAt: number | undefined;
  usesLeft: number | undefined;
}

/** `auth/<mount>/` of type approle. */
export class AppRoleAuth implements Backend {
  readonly type = "approle";
  readonly options = {};
  private readonly roles = new Map<string, AppRole>();
  private readonly secretIds = new Map<string, SecretId>();

  constructor(
    private readonly tokens: Tokens,
    private readonly now: () => number,
  ) {}

  isOpen(path: string): boolean {
    return path === "login";
  }

  exists(path: string): boolean | undefined {
    return path.startsWith("role/") ? this.roles.has(path.split("/")[1] ?? "") : undefined;
  }

  handle(request: LogicalRequest): LogicalResponse | undefined {
    const { path, operation } = request;
    const write = operation === "create" || operation === "update";
    if (path === "login") {
      if (!write) throw new VaultError(405, ["unsupported operation"]);
      return this.login(request);
    }
    const [area, name = "", part] = path.split("/");
    if (area !== "role") throw unsupported();
    if (name === "") {
      if (this.roles.size === 0) throw absent();
      return { data: { keys: [...this.roles.keys()].sort() } };
    }
    if (part === undefined) return this.role(request, name, write);
    const role = this.roles.get(name);
    if (role === undefined) throw absent();
    if (part === "role-id") {
      if (!write) return { data: { role_id: role.roleId } };
      role.roleId = text(request.data, "role_id") || role.roleId;
      return undefined;
    }
    if ((part === "secret-id" || part === "custom-secret-id") && write) return this.addSecretId(request, name, role);
    throw unsupported();
  }

  private role({ operation, data }: LogicalRequest, name: string, write: boolean): LogicalResponse | undefined {
    const known = this.roles.get(name);
    if (operation === "read") {
      if (known === undefined) throw absent();
      return {
        data: {
          bind_secret_id: known.bindSecretId,
          local_secret_ids: false,
          secret_id_bound_cidrs: null,
          secret_id_num_uses: known.secretIdUses,
          secret_id_ttl: known.secretIdTtl,
          ...describeTokenSettings(known.settings),
        },
      };
    }
    if (operation === "delete") {
      this.roles.delete(name);
      return undefined;
    }
    if (!write) throw unsupported();
    if (get(data, "bind_secret_id") === false)
      throw new VaultError(500, [wrapped("at least one constraint should be enabled on the role")]);
    this.roles.set(name, {
      settings: readTokenSettings(data, known?.settings),
      secretIdUses: Number(get(data, "secret_id_num_uses") ?? known?.secretIdUses ?? 0),
      secretIdTtl: seconds(get(data, "secret_id_ttl") ?? known?.secretIdTtl),
      bindSecretId: true,
      entityId: known?.entityId ?? newEntityId(),
      roleId: text(data, "role_id") || (known?.roleId ?? randomUUID()),
    });
    return undefined;
  }

  private addSecretId({ data }: LogicalRequest, name: string, role: AppRole): LogicalResponse {
    const id = text(data, "secret_id") || randomUUID();
    const ttl = role.secretIdTtl;
    this.secretIds.set(id, {
      role: name,
      expiresAt: ttl === 0 ? undefined : this.now() + ttl * 1000,
      usesLeft: role.secretIdUses === 0 ? undefined : role.secretIdUses,
    });
    return {
      data: {
        secret_id: id,
        secret_id_accessor: randomUUID(),
        secret_id_num_uses: role.secretIdUses,
        secret_id_ttl: ttl,
      },
    };
  }

  private login({ data, mount }: LogicalRequest): LogicalResponse {
    const [roleId, secretId] = [text(data, "role_id"), text(data, "secret_id")];
    if (roleId === "") throw new VaultError(500, ["missing role_id"]);
    if (secretId === "") throw bad("missing secret_id");
    const refused = bad("invalid role or secret ID");
    const [name, role] = [...this.roles].find(([, candidate]) => candidate.roleId === roleId) ?? [];
    const secret = this.secretIds.get(secretId);
    if (name === undefined || role === undefined || secret?.role !== name) throw refused;
    if (secret.expiresAt !== undefined && secret.expiresAt <= this.now()) throw refused;
    if (secret.usesLeft !== undefined) {
      secret.usesLeft -= 1;
      if (secret.usesLeft === 0) this.secretIds.delete(secretId);
    }
    const { auth, warnings } = this.tokens.grant(
      grantOf(role.settings, {
        displayName: mount.split("/").at(-2) ?? "approle",
        meta: { role_name: name },
        path: `${mount}login`,
        entityId: role.entityId,
      }),
    );
    return { auth, warnings };
  }
}
