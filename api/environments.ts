import { labelNameProblem } from "./names";
import { isRecord } from "./kubernetes";
import { InvalidError, type Problem } from "./errors";
import { checkAudit, type AuditData } from "./audit-data";
import { checkExtraGrants, type ExtraGrant } from "./extra-grant";

/** Environments as plain data: what rules, the CLI and the reconciler are given (`--environments FILE`). */
export interface EnvironmentsFile {
  readonly apiVersion: "keyturn.dev/v1alpha1";
  readonly kind: "Environments";
  readonly environments: readonly EnvironmentData[];
}

/** An environment as plain JSON: its Vaults and teams. */
export interface EnvironmentData {
  readonly name: string;
  /** The Vault of stores that name none. */
  readonly vault: VaultData;
  /** Further Vaults of the environment by name. The teams' prefixes are meant in each of them. */
  readonly otherVaults?: Readonly<Record<string, VaultData>>;
  /** Where audit data is; absent when the environment says nothing about it. */
  readonly audit?: AuditData;
  readonly teams: readonly TeamData[];
}

/** One Vault or OpenBao. */
export interface VaultData {
  /** `https://host:port` */
  readonly address: string;
  /** Vault namespace. */
  readonly namespace?: string;
  readonly kv: { readonly mount: string; readonly version: 1 | 2 };
  readonly login: LoginData;
}

/** How an environment logs in; where the method is mounted, and for ServiceAccount tokens their audience. */
export type LoginData =
  | { readonly kubernetes: TokenLoginData }
  | { readonly jwt: TokenLoginData }
  | { readonly appRole: { readonly mount: string } }
  | { readonly userPass: { readonly mount: string } }
  | { readonly ldap: { readonly mount: string } }
  | { readonly cert: { readonly mount: string } }
  | { readonly token: { readonly secret: string; readonly key: string } };

/** Login by ServiceAccount tokens. */
export interface TokenLoginData {
  readonly mount: string;
  readonly audience?: string;
  /** Mounts by cluster, where the environment has several; `mount` is then none of them. */
  readonly clusters?: Readonly<Record<string, string>>;
}

const LOGIN_METHODS = ["kubernetes", "jwt", "appRole", "userPass", "ldap", "cert", "token"];

/** A team as plain JSON. */
export interface TeamData {
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly serviceAccount: string;
  /** KV prefixes below the mount that the team may read, without slashes at the ends: `payments` covers `payments/db`, not `payments2`. */
  readonly prefixes: readonly string[];
  /** What it may read besides, each until a day; absent when that is nothing. */
  readonly alsoReads?: readonly ExtraGrant[];
}

/** The environment and team a namespace belongs to. */
export interface Tenant {
  readonly environment: EnvironmentData;
  readonly team: TeamData;
}

/** Which tenants a namespace has; normally none or one. */
export function tenantsOf(environments: readonly EnvironmentData[], namespace: string): readonly Tenant[] {
  return environments.flatMap((environment) =>
    environment.teams.filter((team) => team.namespaces.includes(namespace)).map((team) => ({ environment, team })),
  );
}

/**
 * One view of the environment for each of its Vaults, as if that were its only one: what belongs to an environment has to be right
 * in one of them.
 */
export function vaultViews(environment: EnvironmentData): readonly EnvironmentData[] {
  const { otherVaults, ...rest } = environment;
  if (otherVaults === undefined) return [environment];
  return [
    rest,
    ...Object.keys(otherVaults)
      .sort()
      .flatMap((name) => {
        const vault = otherVaults[name];
        return vault === undefined ? [] : [{ ...rest, vault }];
      }),
  ];
}

/**
 * Reads an environments file.
 * @throws InvalidError naming every place that is wrong
 */
export function parseEnvironments(value: unknown, source: string): readonly EnvironmentData[] {
  const problems: Problem[] = [];
  const problem = (path: string, message: string): void => void problems.push({ path, message });
  if (
    !isRecord(value) ||
    value.kind !== "Environments" ||
    value.apiVersion !== "keyturn.dev/v1alpha1" ||
    !Array.isArray(value.environments)
  ) {
    throw new InvalidError(
      source,
      [{ path: "", message: "is not a keyturn.dev/v1alpha1 Environments document" }],
      "write it with `cdk8s synth` or by hand, see docs/environments.md",
    );
  }
  value.environments.forEach((environment: unknown, index) =>
    checkEnvironment(environment, `environments[${index}]`, problem),
  );
  const names = value.environments.map((environment: unknown) =>
    isRecord(environment) ? environment.name : undefined,
  );
  names.forEach((name, index) => {
    if (typeof name === "string" && names.indexOf(name) !== index)
      problem(`environments[${index}].name`, `"${name}" is used twice`);
  });
  if (problems.length > 0) throw new InvalidError(source, problems);
  return value.environments as EnvironmentData[];
}

type Report = (path: string, message: string) => void;

function checkEnvironment(value: unknown, path: string, problem: Report): void {
  if (!isRecord(value)) return problem(path, "is not an object");
  checkName(value.name, `${path}.name`, problem);
  checkVault(value.vault, `${path}.vault`, problem);
  if (isRecord(value.otherVaults))
    for (const [name, vault] of Object.entries(value.otherVaults)) {
      checkName(name, `${path}.otherVaults.${name}`, problem);
      checkVault(vault, `${path}.otherVaults.${name}`, problem);
    }
  else if (value.otherVaults !== undefined) problem(`${path}.otherVaults`, "is not an object");
  if (value.audit !== undefined) checkAudit(value.audit, `${path}.audit`, problem);
  if (!Array.isArray(value.teams)) return problem(`${path}.teams`, "is not a list");
  value.teams.forEach((team: unknown, index) => {
    const at = `${path}.teams[${index}]`;
    if (!isRecord(team)) return problem(at, "is not an object");
    checkName(team.name, `${at}.name`, problem);
    if (typeof team.serviceAccount !== "string") problem(`${at}.serviceAccount`, "is missing");
    for (const list of ["namespaces", "prefixes"] as const) {
      const entries = team[list];
      if (!Array.isArray(entries) || entries.some((entry) => typeof entry !== "string" || entry === ""))
        problem(`${at}.${list}`, "is not a list of names");
    }
    if (team.alsoReads !== undefined) checkExtraGrants(team.alsoReads, `${at}.alsoReads`, problem);
  });
}

function checkVault(vault: unknown, path: string, problem: Report): void {
  if (!isRecord(vault)) return problem(path, "is missing or not an object");
  if (typeof vault.address !== "string" || !/^https?:\/\/[^/\s]+\/?$/.test(vault.address))
    problem(`${path}.address`, "is not an address like https://vault.example.com:8200");
  if (!isRecord(vault.kv) || typeof vault.kv.mount !== "string" || vault.kv.mount === "")
    problem(`${path}.kv.mount`, "is missing");
  else if (vault.kv.version !== 1 && vault.kv.version !== 2) problem(`${path}.kv.version`, "is not 1 or 2");
  const login = vault.login;
  if (!isRecord(login) || !LOGIN_METHODS.some((method) => isRecord(login[method])))
    problem(`${path}.login`, `must have one of ${LOGIN_METHODS.join(", ")}`);
  else for (const method of ["kubernetes", "jwt"]) checkLoginMounts(login[method], `${path}.login.${method}`, problem);
}

function checkLoginMounts(login: unknown, path: string, problem: Report): void {
  if (!isRecord(login) || login.clusters === undefined) return;
  if (!isRecord(login.clusters)) return problem(`${path}.clusters`, "is not an object");
  for (const [name, mount] of Object.entries(login.clusters)) {
    checkName(name, `${path}.clusters.${name}`, problem);
    if (typeof mount !== "string" || mount === "") problem(`${path}.clusters.${name}`, "is not the path of a mount");
  }
}

function checkName(value: unknown, path: string, problem: Report): void {
  const reason = typeof value === "string" ? labelNameProblem(value) : "is missing";
  if (reason !== undefined) problem(path, reason);
}
