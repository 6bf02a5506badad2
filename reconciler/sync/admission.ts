import { RE2JS } from "re2js";
import {
  calendarDay,
  describeExtraGrant,
  extraGrantFor,
  isOver,
  kvReadPath,
  logicalPath,
  tenantsOf,
  vaultViews,
  withinPrefixes,
  type EnvironmentData,
  type ExtraGrant,
  type KvMount,
  type StoreCondition,
  type TeamData,
} from "../../api";
import type { StoreRecord } from "./store";

/** Why something is refused before any call to Vault. */
export interface Denial {
  readonly problem: string;
  readonly remedy: string;
}

/**
 * Whether a namespace meets one of the conditions of a ClusterSecretStore; none at all allows every namespace. Unlike ESO,
 * `namespaceRegexes` match whole names: `prod` does not let `nonprod` in.
 * @param labels of the namespace; only asked when a condition selects by label
 */
export async function conditionsAllow(
  conditions: readonly StoreCondition[],
  namespace: string,
  labels: () => Promise<Readonly<Record<string, string>>>,
): Promise<boolean> {
  if (conditions.length === 0) return true;
  for (const condition of conditions) {
    if (condition.namespaces?.includes(namespace)) return true;
    if (condition.namespaceRegexes?.some((pattern) => matchesWhole(pattern, namespace))) return true;
  }
  const selectors = conditions.flatMap((condition) => condition.namespaceSelector ?? []);
  if (selectors.length === 0) return false;
  const present = await labels();
  return selectors.some((selector) => selects(selector, present));
}

/** A pattern that does not compile matches nothing: what it meant to allow is not known. */
function matchesWhole(pattern: string, text: string): boolean {
  try {
    return RE2JS.compile(pattern).testExact(text);
  } catch {
    return false;
  }
}

type Selector = NonNullable<StoreCondition["namespaceSelector"]>;

/** Kubernetes' label selector; an expression that is not understood selects nothing. */
function selects(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  const value = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  const exact = Object.entries(selector.matchLabels ?? {}).every(([key, wanted]) => value(key) === wanted);
  return (
    exact &&
    (selector.matchExpressions ?? []).every((expression) => {
      const { key, operator, values = [] } = expression as { key: string; operator: string; values?: string[] };
      const present = value(key);
      switch (operator) {
        case "In":
          return present !== undefined && values.includes(present);
        case "NotIn":
          return present === undefined || !values.includes(present);
        case "Exists":
          return present !== undefined;
        case "DoesNotExist":
          return present === undefined;
        default:
          return false;
      }
    })
  );
}

/**
 * With `--environments`: the store has to reach the Vault of the namespace's environment, and the key has to lie below a
 * prefix of its team, or within an extra grant that is not over. A namespace of no environment gets nothing.
 * @param now milliseconds since 1970
 */
export function environmentDenial(
  environments: readonly EnvironmentData[],
  namespace: string,
  store: Pick<StoreRecord, "provider" | "mount" | "kind" | "namespace" | "name">,
  key: string,
  now: number,
): Denial | undefined {
  const tenants = tenantsOf(environments, namespace).flatMap(({ environment, team }) =>
    vaultViews(environment).map((view) => ({ environment: view, team })),
  );
  if (tenants.length === 0)
    return {
      problem: `namespace ${namespace} belongs to no environment that this reconciler was given`,
      remedy: "add it to a team in the environments file",
    };
  const names = [...new Set(tenants.map(({ environment }) => `"${environment.name}"`))].join(" and ");
  const here = tenants.filter(({ environment }) => sameVault(environment, store));
  if (here.length === 0)
    return {
      problem: `the store's Vault ${store.provider.server} is not the one of environment ${names}, to which namespace ${namespace} belongs`,
      remedy: `point the store to ${tenants.map(({ environment }) => environment.vault.address).join(" or ")}`,
    };
  const over: { readonly grant: ExtraGrant; readonly team: TeamData }[] = [];
  for (const { environment, team } of here) {
    const below = belowMount(environment, store.mount, key);
    if (below === undefined) continue;
    const grant = extraGrantFor(team, below);
    if (grant !== undefined && isOver(grant, calendarDay(now))) over.push({ grant, team });
    else if (grant !== undefined || withinPrefixes(team.prefixes, below)) return undefined;
  }
  const path = logicalPath(store.mount, key);
  if (over[0] !== undefined) {
    const { grant, team } = over[0];
    return {
      problem: `${path} is read by an extra grant of team "${team.name}" (${describeExtraGrant(grant)}) that ended on ${grant.until}`,
      remedy: "give the grant in alsoReads a later day, or stop reading the path; until then the Secret stays as it is",
    };
  }
  const [tenant] = here;
  const prefixes = here.flatMap(({ environment, team }) =>
    team.prefixes.map((prefix) => `${environment.vault.kv.mount}/${prefix}`),
  );
  return {
    problem: `${path} is outside what team "${tenant?.team.name ?? ""}" may read in environment "${tenant?.environment.name ?? ""}"`,
    remedy: prefixes.length === 0 ? "the team has no prefixes" : `use a key below ${prefixes.join(", ")}`,
  };
}

function sameVault(environment: EnvironmentData, store: Pick<StoreRecord, "provider">): boolean {
  return (
    origin(environment.vault.address) === origin(store.provider.server) &&
    (environment.vault.namespace ?? "") === (store.provider.namespace ?? "")
  );
}

/** Scheme, host and port, so that `https://vault/` and `https://VAULT:443` are one; a text that is no URL is itself. */
function origin(address: string): string {
  try {
    const url = new URL(address);
    return url.pathname === "/" && url.search === "" ? url.origin : address;
  } catch {
    return address;
  }
}

/** The key below the environment's mount, without KV v2's `data/`; undefined when it lies in another mount. */
function belowMount(environment: EnvironmentData, mount: KvMount, key: string): string | undefined {
  const { kv } = environment.vault;
  const base = kv.mount.replace(/^\/+|\/+$/g, "");
  const start = kv.version === 2 ? `${base}/data/` : `${base}/`;
  const path = kvReadPath(mount, key);
  return path.startsWith(start) ? path.slice(start.length) : undefined;
}
