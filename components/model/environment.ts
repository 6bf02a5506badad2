import type { AuditData, JsonRecord } from "../../api";
import { readAudit, type Audit } from "./audit";
import { readRate, type RequestRate } from "./budget";
import { checkLoginMounts, readClusters, type Cluster, type ClusterSpec } from "./clusters";
import { boolean, duration, isOutput, label, record, text, vaultPath } from "./fields";
import { readKeyOf, readLogin, type Login, type LoginSpec } from "./login";
import { refuseOutputs } from "./outputs";
import { collecting, Place } from "./problems";
import { didYouMean } from "./nearest";
import { pathProblem } from "./path";
import { quote, secretShape } from "./secret-like";

/** What {@link environment} is given: one Vault, or several by name. */
export type EnvironmentSpec = EnvironmentSettings & (OneVault | SeveralVaults);

/** An environment with one Vault. */
export interface OneVault {
  /** The Vault of the environment: short for `vaults: { main: {...} }`. */
  readonly vault: VaultSpec;
  readonly vaults?: undefined;
}

/** An environment with several Vaults. */
export interface SeveralVaults {
  /**
   * `main` is the one that stores and secrets use which name none; others are chosen by name:
   * `store("old", { team, vault: "legacy" })`.
   */
  readonly vaults: { readonly main: VaultSpec; readonly [name: string]: VaultSpec };
  readonly vault?: undefined;
}

/** What an environment says besides its Vaults. */
export interface EnvironmentSettings {
  /** Staleness of secrets that say nothing themselves, as a Go duration. Default `1h` (ESO's refresh interval). */
  readonly staleFor?: string;
  /** What keeps the Secrets in step in this environment's clusters. */
  readonly reconciler?: ReconcilerIdentitySpec;
  /**
   * Where its audit data is: what its Vaults write it to, and who collects that. A Platform that says nothing itself makes the device, so
   * for OpenBao, which takes devices from its configuration file only, let the Platform say `audit: false`. Default: nothing is said, and
   * the plan notes it.
   */
  readonly audit?: AuditData;
  /**
   * The clusters that belong to it, by name: in each the teams log in at a mount of its own, by a role of the same name. A Store says
   * which it is for where there are several. Default: one cluster, which has no name and is said by the Platform.
   */
  readonly clusters?: { readonly [name: string]: ClusterSpec };
}

/** Who keeps the Secrets of an environment in step, and as which ServiceAccount. */
export interface ReconcilerIdentitySpec {
  /**
   * `false` where External Secrets Operator runs instead of keyturn's reconciler: stores are then left to it, and every login it
   * knows may be used. Default true.
   */
  readonly install?: boolean;
  /** Default `keyturn-system`, or `external-secrets` for External Secrets Operator. */
  readonly namespace?: string;
  /** Default `keyturn`, or `external-secrets` for External Secrets Operator. */
  readonly serviceAccount?: string;
}

/** One Vault or OpenBao server. */
export interface VaultSpec {
  /** `https://host:port`. */
  readonly address: string;
  /** Vault namespace. Default: the root namespace. */
  readonly namespace?: string;
  /** The KV mount of this environment; version 2 unless said otherwise. */
  readonly kv: { readonly mount: string; readonly version?: 1 | 2 };
  /** How the teams log in. */
  readonly login: LoginSpec;
  /** Who signed the server's certificate. Default: the CAs the reconciler's image trusts. */
  readonly ca?: CaSpec;
  /**
   * What keyturn may ask of this Vault, in requests a second. AppSecrets that together ask for more are refused, and a Platform limits the
   * KV mount to it. Default: no budget.
   */
  readonly budget?: RequestRate;
  /**
   * Whether something tells the ExternalSecrets when a value changes in this Vault, so that polling is only the net under it: secrets
   * that say no `staleFor` themselves are then read seldom. External Secrets Operator needs a companion for it, such as its reloader;
   * keyturn's reconciler has no receiver yet, so `true` needs `reconciler: { install: false }`. Default false.
   */
  readonly push?: boolean;
}

/** A CA: certificates as PEM, or the key of a ConfigMap or Secret that has them, in every namespace of the environment. */
export type CaSpec =
  | {
      /** The certificates themselves. */
      readonly pem: string;
    }
  | {
      /** The key of a ConfigMap that has them. */
      readonly configMap: { readonly name: string; readonly key: string };
    }
  | {
      /** The key of a Secret that has them. */
      readonly secret: { readonly name: string; readonly key: string };
    };

/** A Vault of an environment, with defaults filled in. */
export interface EnvironmentVault {
  /** Unique in the environment; `main` where only one was declared. */
  readonly name: string;
  readonly address: string;
  readonly namespace: string | undefined;
  readonly kv: { readonly mount: string; readonly version: 1 | 2 };
  readonly login: Login;
  readonly ca: CaSpec | undefined;
  readonly budget: RequestRate | undefined;
  readonly push: boolean;
}

/** Name of the Vault that is used where none is named. */
export const MAIN = "main";

/**
 * A Vault and the clusters and namespaces that belong to it; plain data. The name is part of the type: what belongs to
 * `Environment<"dev">` does not fit where something of `Environment<"prod">` is wanted.
 */
export interface Environment<N extends string = string> {
  readonly name: N;
  /** The Vault that is meant: `main`, in what a declaration resolves to the one it names. */
  readonly vault: EnvironmentVault;
  /** All of them, sorted by name. */
  readonly vaults: readonly EnvironmentVault[];
  readonly staleFor: string | undefined;
  readonly reconciler: { readonly install: boolean; readonly namespace: string; readonly serviceAccount: string };
  readonly audit: Audit | undefined;
  /** Sorted by name; none: one cluster without a name. */
  readonly clusters: readonly Cluster[];
}

/**
 * Declares an environment.
 * @example
 * const prod = environment("prod", {
 *   vault: { address: "https://vault.prod.example.com:8200", kv: { mount: "prod" }, login: { kubernetes: { mount: "k8s-prod" } } },
 * });
 * @throws DeclarationError naming every field that is wrong
 */
export function environment<const N extends string>(name: N, spec: EnvironmentSpec): Environment<N> {
  refuseOutputs("Environment", name, spec);
  return collecting((problems) => {
    const place = Place.of(problems, "Environment", name);
    label(place.at("name"), name);
    const fields = record(place, spec) ?? {};
    place.onlyFields(fields, ["vault", "vaults", "staleFor", "reconciler", "audit", "clusters"]);
    if (fields.staleFor !== undefined) duration(place.at("staleFor"), fields.staleFor);
    const staleFor = typeof fields.staleFor === "string" ? fields.staleFor : undefined;
    const reconciler = readReconciler(place.at("reconciler"), fields.reconciler);
    const read = (at: Place, value: unknown, vault: string): EnvironmentVault =>
      readVault(at, value, vault, name, reconciler.install);
    const vaults =
      fields.vaults === undefined
        ? [read(place.at("vault"), fields.vault, MAIN)]
        : readVaults(place, fields, read).sort((a, b) => (a.name < b.name ? -1 : 1));
    const vault = vaults.find((one) => one.name === MAIN) ?? read(Place.of([], "Environment", name), {}, MAIN);
    const audit = readAudit(place.at("audit"), fields.audit);
    const clusters = readClusters(place.at("clusters"), fields.clusters);
    checkLoginMounts(place.at("clusters"), vaults, clusters);
    return { name, vault, vaults, staleFor, reconciler, audit, clusters };
  });
}

function readVaults(
  place: Place,
  fields: JsonRecord,
  read: (at: Place, value: unknown, name: string) => EnvironmentVault,
): EnvironmentVault[] {
  const at = place.at("vaults");
  if (fields.vault !== undefined) place.at("vault").report("is there beside vaults; call it vaults.main");
  const given = record(at, fields.vaults) ?? {};
  if (given[MAIN] === undefined) at.at(MAIN).report("is missing; it is the Vault of stores that name none");
  const vaults = Object.keys(given)
    .sort()
    .map((name) => {
      label(at.at(name), name);
      return read(at.at(name), given[name], name);
    });
  vaults.forEach((vault, index) => {
    const other = vaults.slice(0, index).find((one) => placeOf(one) === placeOf(vault));
    if (other !== undefined && vault.address !== "")
      at.at(vault.name).report(`is "${other.name}" once more: the same address, namespace and KV mount`);
  });
  return vaults;
}

function placeOf({ address, namespace, kv }: EnvironmentVault): string {
  return JSON.stringify([address, namespace, kv.mount]);
}

function readVault(place: Place, value: unknown, vault: string, name: string, own: boolean): EnvironmentVault {
  const fields = record(place, value) ?? {};
  place.onlyFields(fields, ["address", "namespace", "kv", "login", "ca", "budget", "push"]);
  const kv = record(place.at("kv"), fields.kv) ?? {};
  place.at("kv").onlyFields(kv, ["mount", "version"]);
  if (kv.version !== undefined && kv.version !== 1 && kv.version !== 2)
    place.at("kv").at("version").report("must be 1 or 2");
  return {
    name: vault,
    address: readAddress(place.at("address"), fields.address),
    namespace:
      fields.namespace === undefined ? undefined : vaultPath(place.at("namespace"), fields.namespace, pathProblem),
    kv: {
      mount: vaultPath(place.at("kv").at("mount"), kv.mount, pathProblem) ?? "",
      version: kv.version === 1 ? 1 : 2,
    },
    login: readLogin(place.at("login"), fields.login, name, own),
    ca: fields.ca === undefined ? undefined : readCa(place.at("ca"), fields.ca),
    budget: readRate(place.at("budget"), fields.budget),
    push: fields.push === undefined ? false : readPush(place.at("push"), fields.push, own),
  };
}

function readPush(place: Place, value: unknown, own: boolean): boolean {
  const push = boolean(place, value);
  if (push && own)
    place.report(
      "keyturn's reconciler receives no events of Vault yet, so changes would wait for the long interval; leave it out, or where " +
        "External Secrets Operator runs with something that tells it, say reconciler: { install: false }",
    );
  return push;
}

function readAddress(place: Place, value: unknown): string {
  const address = text(place, value);
  if (address === undefined) return "";
  if (secretShape(address) !== undefined)
    place.report("has a password in it; keyturn logs in by the login method only");
  else if (!/^https?:\/\/[^/\s?#@]+\/?$/.test(address))
    place.report(`${quote(address)} is not an address like "https://vault.example.com:8200"`);
  return address.replace(/\/$/, "");
}

function readCa(place: Place, value: unknown): CaSpec | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  const kinds = ["pem", "configMap", "secret"];
  place.onlyFields(fields, kinds);
  if (kinds.filter((kind) => fields[kind] !== undefined).length !== 1) {
    place.report("must have exactly one of pem, configMap and secret");
    return undefined;
  }
  if (fields.configMap !== undefined) {
    const { name, key } = readKeyOf(place.at("configMap"), fields.configMap, "name");
    return { configMap: { name, key } };
  }
  if (fields.secret !== undefined) {
    const { name, key } = readKeyOf(place.at("secret"), fields.secret, "name");
    return { secret: { name, key } };
  }
  const pem = text(place.at("pem"), fields.pem);
  if (pem !== undefined) checkPem(place.at("pem"), pem);
  return { pem: pem ?? "" };
}

function checkPem(place: Place, pem: string): void {
  if (/PRIVATE KEY/.test(pem)) place.report("has a private key in it; only certificates belong here. It is not shown");
  else if (!/-----BEGIN CERTIFICATE-----/.test(pem))
    place.report("has no PEM certificate (-----BEGIN CERTIFICATE-----)");
}

function readReconciler(place: Place, value: unknown): Environment["reconciler"] {
  const fields = value === undefined ? {} : (record(place, value) ?? {});
  place.onlyFields(fields, ["install", "namespace", "serviceAccount"]);
  const install = fields.install ?? true;
  if (typeof install !== "boolean") place.at("install").report("must be true or false");
  const optional = (field: string, own: string): string => {
    const byDefault = install === false ? "external-secrets" : own;
    return fields[field] === undefined ? byDefault : (label(place.at(field), fields[field]) ?? byDefault);
  };
  return {
    install: install !== false,
    namespace: optional("namespace", "keyturn-system"),
    serviceAccount: optional("serviceAccount", "keyturn"),
  };
}

/** Whether a value is what {@link environment} returns; used where callers may be plain JavaScript. */
export function isEnvironment(value: unknown): value is Environment {
  if (value === null || typeof value !== "object" || isOutput(value)) return false;
  const candidate = value as Partial<Environment>;
  return (
    typeof candidate.name === "string" &&
    candidate.vault?.kv !== undefined &&
    Array.isArray(candidate.vaults) &&
    Array.isArray(candidate.clusters) &&
    candidate.reconciler !== undefined
  );
}

/**
 * The environment with the Vault of that name as the one that is meant, reporting a name it does not have; undefined changes
 * nothing.
 */
export function environmentAt<N extends string>(
  place: Place,
  environment: Environment<N>,
  value: unknown,
): Environment<N> {
  const name = value === undefined ? environment.vault.name : text(place, value);
  if (name === undefined || environment.vault.name === name) return environment;
  const vault = environment.vaults.find((one) => one.name === name);
  if (vault !== undefined) return { ...environment, vault };
  const known = environment.vaults.map((one) => one.name);
  place.report(
    `${quote(name)} is not a Vault of environment "${environment.name}" (${known.join(", ")})${didYouMean(name, known)}`,
  );
  return environment;
}

/** The Vault's name as the objects of an environment carry it: nothing for `main`. */
export function vaultSuffix({ vault }: Environment): string {
  return vault.name === MAIN ? "" : `-${vault.name}`;
}

/** The same as a field of data: absent for `main`. */
export function vaultField({ vault }: Environment): { readonly vault?: string } {
  return vault.name === MAIN ? {} : { vault: vault.name };
}

/**
 * Whether the TeamAccess in the Vault that is meant brings the team's ServiceAccounts: that of the first Vault (`main`, then by name)
 * which teams log in to by them. The others share them.
 */
export function bringsServiceAccounts({ vault, vaults }: Environment): boolean {
  const main = vaults.filter(({ name }) => name === MAIN);
  const first = [...main, ...vaults].find(({ login }) => "kubernetes" in login || "jwt" in login);
  return first?.name === vault.name;
}

/** Whether the token that logs in to the Vault that is meant also asks the API server about itself. */
export function reviewsWithLogin({ vault }: Environment): boolean {
  return "kubernetes" in vault.login && vault.login.kubernetes.reviewer === "client";
}

/** Whether tokens that log in to any Vault of the environment also ask the API server about themselves. */
export function anyReviewsWithLogin(environment: Environment): boolean {
  return environment.vaults.some((vault) => reviewsWithLogin({ ...environment, vault }));
}
