import { absent, bad, unsupported, VaultError } from "./error";
import type { Backend, LogicalRequest, LogicalResponse } from "./logical";
import { describeTokenSettings, grantOf, readTokenSettings, type TokenSettings } from "./role";
import { newEntityId, type Tokens } from "./tokens";
import { text } from "./values";

interface User {
  readonly password: string;
  readonly settings: TokenSettings;
  readonly entityId: string;
}

/** `auth/<mount>/` of type userpass. */
export class UserPassAuth implements Backend {
  readonly type = "userpass";
  readonly options = {};
  private readonly users = new Map<string, User>();

  constructor(private readonly tokens: Tokens) {}

  isOpen(path: string): boolean {
    return path.startsWith("login/");
  }

  exists(path: string): boolean | undefined {
    return path.startsWith("users/") ? this.users.has(path.slice("users/".length)) : undefined;
  }

  handle({ path, operation, data, mount }: LogicalRequest): LogicalResponse | undefined {
    const write = operation === "create" || operation === "update";
    const [area, name = ""] = path.split("/");
    const user = this.users.get(name);
    if (area === "login" && write) {
      const password = text(data, "password");
      if (password === "") throw new VaultError(500, ["missing password"]);
      if (user?.password !== password) throw bad("invalid username or password");
      const { auth, warnings } = this.tokens.grant(
        grantOf(user.settings, {
          displayName: `${mount.split("/").at(-2) ?? "userpass"}-${name}`,
          meta: { username: name },
          path: `${mount}login/${name}`,
          entityId: user.entityId,
        }),
      );
      return { auth, warnings };
    }
    if (area !== "users") throw unsupported();
    if (write) {
      const password = text(data, "password") || user?.password;
      if (password === undefined) throw new VaultError(500, ["missing password"]);
      this.users.set(name, {
        password,
        settings: readTokenSettings(data, user?.settings),
        entityId: user?.entityId ?? newEntityId(),
      });
      return undefined;
    }
    if (operation === "delete") {
      this.users.delete(name);
      return undefined;
    }
    if (user === undefined) throw absent();
    return { data: describeTokenSettings(user.settings) };
  }
}
