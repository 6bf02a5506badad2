import { isRecord, vaultViews, type EnvironmentData, type JsonRecord } from "../../api";
import type { Path, RuleContext, UnknownPart } from "./rule";
import { read, readText, UNKNOWN } from "./unknown";

type Text = string | undefined | typeof UNKNOWN;

/** What a store says about the Vault it reaches. `at` is where in the store. */
export interface StoreVault {
  readonly at: Path;
  readonly server: Text;
  readonly namespace: Text;
  /** A namespace set by a header, which wins over `namespace` in Vault. */
  readonly headerNamespace: Text;
  readonly headerAt: Path;
  readonly mount: Text;
  readonly version: "v1" | "v2" | typeof UNKNOWN;
  readonly loginMount: Text;
}

/** The Vault part of a store; undefined when the store is of another provider or malformed, UNKNOWN when that is not known yet. */
export function vaultOf(store: JsonRecord): StoreVault | undefined | typeof UNKNOWN {
  const provider = read(store, "spec", "provider");
  if (provider === UNKNOWN) return UNKNOWN;
  const name = ["vault", "openBao"].find((key) => read(provider, key) !== undefined);
  if (name === undefined) return undefined;
  const vault = read(provider, name);
  if (vault === UNKNOWN) return UNKNOWN;
  if (!isRecord(vault)) return undefined;
  const at: Path = ["spec", "provider", name];
  const headers = read(vault, "headers");
  const header = isRecord(headers)
    ? Object.keys(headers).find((key) => key.toLowerCase() === "x-vault-namespace")
    : undefined;
  const version = readText(vault, "version");
  return {
    at,
    server: readText(vault, "server"),
    namespace: readText(vault, "namespace"),
    headerNamespace: headers === UNKNOWN ? UNKNOWN : header === undefined ? undefined : readText(headers, header),
    headerAt: header === undefined ? [...at, "headers"] : [...at, "headers", header],
    mount: readText(vault, "path"),
    version: version === UNKNOWN ? UNKNOWN : version === "v1" ? "v1" : "v2",
    loginMount: readText(vault, "auth", "kubernetes", "mountPath"),
  };
}

/**
 * An address in a form that can be compared: lower case, with its port, without a slash or dot at the end and without what is
 * before `@`. A text that is no address stays what it is.
 */
function normalAddress(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  const port = url.port !== "" ? url.port : url.protocol === "https:" ? "443" : url.protocol === "http:" ? "80" : "";
  const path = url.pathname.replace(/\/+$/, "");
  return `${url.protocol}//${url.hostname.replace(/\.$/, "")}${port === "" ? "" : `:${port}`}${path}${url.search}`;
}

/** A Vault namespace in a form that can be compared; `root` is the same as none. */
function normalNamespace(namespace: string | undefined): string {
  const clean = trimSlashes(namespace ?? "");
  return clean === "root" ? "" : clean;
}

export function trimSlashes(text: string): string {
  return text.replace(/^\/+|\/+$/g, "");
}

/** One thing that speaks against a store being one of an environment. */
export interface Mismatch {
  readonly path: Path;
  /** What is there, as a clause: `is the Vault of environment "dev"`. */
  readonly found: string;
  /** What the environment has, as a clause that follows its name: `whose Vault is https://vault.example.com:8200`. */
  readonly expected: string;
  readonly fix: string;
}

export interface Comparison {
  readonly mismatches: readonly Mismatch[];
  readonly unknown: readonly UnknownPart[];
}

/**
 * What speaks against a store being one of the environment: nothing when it is one, of any of the environment's Vaults. With a wrong
 * server nothing else is said.
 */
export function compareVault(vault: StoreVault, environment: EnvironmentData, context: RuleContext): Comparison {
  const servers = vaultViews(environment).map((view) => ({ view, ...compareServer(vault, view, context) }));
  const right = servers.filter(({ mismatches }) => mismatches.length === 0);
  const [first, ...others] = right.map((server) => compareRest(vault, server.view, context, server));
  if (first === undefined) return compareServer(vault, environment, context);
  return others.reduce((best, one) => (one.mismatches.length < best.mismatches.length ? one : best), first);
}

function compareRest(
  vault: StoreVault,
  environment: EnvironmentData,
  context: RuleContext,
  server: Comparison,
): Comparison {
  const rest = [
    server,
    compareNamespace(vault.namespace, vault, [...vault.at, "namespace"], environment, context),
    ...(vault.headerNamespace === undefined
      ? []
      : [compareNamespace(vault.headerNamespace, vault, vault.headerAt, environment, context)]),
    ...compareMounts(vault, environment, context),
  ];
  return { mismatches: rest.flatMap((one) => one.mismatches), unknown: rest.flatMap((one) => one.unknown) };
}

function compareServer(vault: StoreVault, environment: EnvironmentData, context: RuleContext): Comparison {
  const { server } = vault;
  const path = [...vault.at, "server"];
  if (server === UNKNOWN) return notKnown(path, "the server");
  const [address = "", ...more] = vaultViews(environment).map((view) => normalAddress(view.vault.address));
  const every = [address, ...more];
  const rest = {
    expected: every.length === 1 ? `whose Vault is ${address}` : `whose Vaults are ${every.join(" and ")}`,
    fix: `set server to ${every.join(" or ")}`,
  };
  if (server === undefined) return wrong({ path: vault.at, found: "has no server", ...rest });
  const actual = normalAddress(server);
  if (every.includes(actual)) return FINE;
  const others = context.environments.filter((other) =>
    vaultViews(other).some((view) => normalAddress(view.vault.address) === actual),
  );
  const found =
    others.length > 0 ? `is the Vault of ${names(others)}` : `${context.show(actual)} is the Vault of no environment`;
  return wrong({ path, found, ...rest });
}

function compareNamespace(
  value: Text,
  vault: StoreVault,
  path: Path,
  environment: EnvironmentData,
  context: RuleContext,
): Comparison {
  if (value === UNKNOWN) return notKnown(path, "the Vault namespace");
  const expected = normalNamespace(environment.vault.namespace);
  if (normalNamespace(value) === expected) return FINE;
  return wrong({
    path: value === undefined ? vault.at : path,
    found: value === undefined ? "has no Vault namespace" : `is Vault namespace ${context.show(value)}`,
    expected: expected === "" ? "which has none" : `whose Vault namespace is "${expected}"`,
    fix: expected === "" ? "remove the Vault namespace" : `set the Vault namespace to "${expected}"`,
  });
}

/** Only where environments share a Vault do their mounts tell them apart. */
function compareMounts(vault: StoreVault, environment: EnvironmentData, context: RuleContext): readonly Comparison[] {
  const neighbours = context.environments
    .flatMap(vaultViews)
    .filter(
      (other) =>
        other.name !== environment.name &&
        normalAddress(other.vault.address) === normalAddress(environment.vault.address) &&
        normalNamespace(other.vault.namespace) === normalNamespace(environment.vault.namespace),
    );
  if (neighbours.length === 0) return [];
  const compare = (
    value: Text,
    path: Path,
    what: string,
    mountsOf: (of: EnvironmentData) => readonly string[],
  ): Comparison => {
    if (value === UNKNOWN) return notKnown(path, `the ${what}`);
    const own = mountsOf(environment);
    if (value === undefined || own.includes(trimSlashes(value))) return FINE;
    const others = neighbours.filter((other) => mountsOf(other).includes(trimSlashes(value)));
    if (others.length === 0) return FINE;
    const mounts = own.map((mount) => `"${mount}"`).join(" or ");
    return wrong({
      path,
      found: `is the ${what} of ${names(others)}`,
      expected: mounts === "" ? "which has none" : `whose ${what} is ${mounts}`,
      fix: mounts === "" ? "use the login of the environment" : `set it to ${mounts}`,
    });
  };
  return [
    compare(vault.mount, [...vault.at, "path"], "KV mount", (of) => [trimSlashes(of.vault.kv.mount)]),
    compare(vault.loginMount, [...vault.at, "auth", "kubernetes", "mountPath"], "login mount", loginMounts),
  ];
}

const FINE: Comparison = { mismatches: [], unknown: [] };

function wrong(mismatch: Mismatch): Comparison {
  return { mismatches: [mismatch], unknown: [] };
}

function notKnown(path: Path, what: string): Comparison {
  return { mismatches: [], unknown: [{ path, message: `${what} is not known yet` }] };
}

/** One, or one for each cluster. */
function loginMounts({ vault: { login } }: EnvironmentData): readonly string[] {
  if (!("kubernetes" in login)) return [];
  const { mount, clusters } = login.kubernetes;
  return (clusters === undefined ? [mount] : Object.values(clusters)).map(trimSlashes);
}

/** `environment "dev"`, or `environments "dev" and "test"`. */
export function names(environments: readonly EnvironmentData[]): string {
  const list = [...new Set(environments.map(({ name }) => `"${name}"`))].sort();
  return `${list.length === 1 ? "environment" : "environments"} ${list.join(" and ")}`;
}
