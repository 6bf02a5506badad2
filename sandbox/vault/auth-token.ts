import { get, type Fields } from "../json";
import { bad, refusedPath, refusedToken, unsupported } from "./error";
import type { Backend, LogicalRequest, LogicalResponse, Token } from "./logical";
import { badToken, type Tokens } from "./tokens";
import { goTime, seconds, strings, text } from "./values";

/** `auth/token/`: create, look up, renew and revoke. */
export class TokenAuth implements Backend {
  readonly type = "token";
  readonly options = null;

  constructor(private readonly tokens: Tokens) {}

  handle(request: LogicalRequest): LogicalResponse | undefined {
    const self = request.token;
    if (self === undefined) throw refusedToken();
    const write = request.operation === "create" || request.operation === "update";
    switch (request.path) {
      case "create":
      case "create-orphan":
        return this.create(request, self);
      case "lookup-self":
        return { data: this.describe(self) };
      case "lookup":
        return { data: this.describe(this.named(request, self)) };
      case "renew-self":
        return this.renew(request, self);
      case "renew":
        return this.renew(request, this.named(request, self));
      case "revoke-self":
        this.tokens.revokeByRequest(self);
        return undefined;
      case "revoke":
        if (!write) throw unsupported();
        this.tokens.revokeByRequest(this.named(request, self));
        return undefined;
      case "lookup-accessor":
        return { data: { ...this.describe(this.byAccessor(request)), id: "" } };
      case "revoke-accessor":
        this.tokens.revokeByRequest(this.byAccessor(request));
        return undefined;
      default:
        throw unsupported();
    }
  }

  private create({ path, data }: LogicalRequest, parent: Token): LogicalResponse {
    const isRoot = parent.policies.includes("root");
    const asked = strings(data, "policies");
    const policies = new Set(asked.length === 0 ? parent.policies : asked);
    if (!isRoot && [...policies].some((name) => name !== "default" && !parent.policies.includes(name)))
      throw bad("child policies must be subset of parent");
    const root = policies.has("root");
    if (!root && get(data, "no_default_policy") !== true) policies.add("default");
    const id = text(data, "id");
    if (id !== "" && !isRoot) throw refusedPath();
    const type = text(data, "type") === "batch" ? "batch" : "service";
    const display = text(data, "display_name");
    const { auth, warnings } = this.tokens.grant({
      policies: [...policies].sort(),
      displayName: display === "" ? "token" : `token-${display}`,
      meta: (get(data, "meta") as Record<string, string> | undefined) ?? null,
      type,
      ttl: seconds(get(data, "ttl")),
      maxTtl: 0,
      explicitMaxTtl: seconds(get(data, "explicit_max_ttl")),
      period: seconds(get(data, "period")),
      renewable: get(data, "renewable") !== false,
      numUses: Number(get(data, "num_uses") ?? 0),
      path: `auth/token/${path}`,
      entityId: "",
      orphan: path === "create-orphan" || get(data, "no_parent") === true,
      parent: path === "create-orphan" || get(data, "no_parent") === true ? undefined : parent.id,
      ...(id === "" ? {} : { id }),
    });
    return { auth, warnings };
  }

  private renew({ data }: LogicalRequest, token: Token): LogicalResponse {
    return this.tokens.renew(token, seconds(get(data, "increment")));
  }

  private named({ data }: LogicalRequest, self: Token): Token {
    const id = text(data, "token");
    if (id === "") return self;
    const token = this.tokens.find(id);
    if (token === undefined) throw badToken();
    return token;
  }

  private byAccessor({ data }: LogicalRequest): Token {
    const token = this.tokens.findByAccessor(text(data, "accessor"));
    if (token === undefined) throw bad("invalid accessor");
    return token;
  }

  private describe(token: Token): Fields {
    return {
      accessor: token.accessor,
      creation_time: Math.floor(token.createdAt / 1000),
      creation_ttl: token.creationTtl,
      display_name: token.displayName,
      entity_id: token.entityId,
      expire_time: token.expiresAt === undefined ? null : goTime(token.expiresAt),
      explicit_max_ttl: token.explicitMaxTtl,
      id: token.id,
      ...(token === this.tokens.root ? {} : { issue_time: goTime(token.createdAt) }),
      meta: token.meta,
      num_uses: token.usesLeft ?? 0,
      orphan: token.orphan,
      path: token.path,
      ...(token.period > 0 ? { period: token.period } : {}),
      policies: token.policies,
      ...(token === this.tokens.root ? {} : { renewable: token.renewable }),
      ttl: this.tokens.ttlOf(token),
      type: token.type,
    };
  }
}
