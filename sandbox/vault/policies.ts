import { Acl } from "./acl";
import { absent, bad } from "./error";
import { CAPABILITIES, parsePolicy, type PathRule, type Policy } from "./policy";
import type { Token } from "./logical";

const DEFAULT_POLICY = `# What every token may do about itself.
path "auth/token/lookup-self" { capabilities = ["read"] }
path "auth/token/renew-self" { capabilities = ["update"] }
path "auth/token/revoke-self" { capabilities = ["update"] }
path "sys/capabilities-self" { capabilities = ["update"] }
path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }
`;

/** The named policies, and what they allow a token. */
export class Policies {
  private readonly byName = new Map<string, Policy>();
  /** Compiled rules by the policies' names; forgotten when a policy changes. */
  private readonly compiled = new Map<string, Acl>();

  constructor(private readonly now: () => number) {
    this.write("default", DEFAULT_POLICY);
  }

  names(): readonly string[] {
    return [...this.byName.keys(), "root"].sort();
  }

  /** @throws VaultError 404 */
  get(name: string): Policy {
    const lower = name.toLowerCase();
    if (lower === "root") return { name: "root", text: "", rules: [], modified: 0, version: 0 };
    const policy = this.byName.get(lower);
    if (policy === undefined) throw absent();
    return policy;
  }

  /** @throws VaultError 400 */
  write(name: string, text: string): void {
    const lower = name.toLowerCase();
    if (lower === "root") throw bad('cannot update "root" policy');
    if (text === "") throw bad("'policy' parameter not supplied or empty");
    const rules = parsePolicy(text);
    const version = (this.byName.get(lower)?.version ?? 0) + 1;
    this.byName.set(lower, { name: lower, text, rules, modified: this.now(), version });
    this.compiled.clear();
  }

  /** @throws VaultError 400 */
  delete(name: string): void {
    const lower = name.toLowerCase();
    if (lower === "root" || lower === "default") throw bad(`cannot delete ${JSON.stringify(lower)} policy`);
    this.byName.delete(lower);
    this.compiled.clear();
  }

  aclOf(token: Token): Acl {
    const key = token.policies.join(",");
    let acl = this.compiled.get(key);
    if (acl === undefined) {
      const rules: PathRule[] = token.policies.flatMap((name) => [...(this.byName.get(name)?.rules ?? [])]);
      this.compiled.set(key, (acl = new Acl(rules)));
    }
    return acl;
  }

  /** Whether some rule of the token gives any access at or below a mount. */
  mentions(token: Token, mount: string): boolean {
    const head = (path: string): string => path.replace(/[+*].*$/, "");
    return token.policies.some((name) =>
      this.byName
        .get(name)
        ?.rules.some(
          ({ path, capabilities }) =>
            !capabilities.has("deny") &&
            (path.startsWith(mount) || (head(path) !== path && mount.startsWith(head(path)))),
        ),
    );
  }

  /** As `sys/capabilities` answers: `["root"]`, `["deny"]`, or what is granted, in order of name. */
  capabilitiesOf(token: Token, path: string): readonly string[] {
    if (token.policies.includes("root")) return ["root"];
    const granted = this.aclOf(token).capabilities("list", path);
    const names = CAPABILITIES.filter((name) => granted.has(name));
    return granted.has("deny") || names.length === 0 ? ["deny"] : [...names].sort();
  }
}
