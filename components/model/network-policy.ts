import { list, record } from "./fields";
import { labels } from "./labels";
import type { Place } from "./problems";

/** What the NetworkPolicy of the reconciler allows besides what is always right. */
export interface NetworkPolicySpec {
  /**
   * TCP ports it may connect to, besides 443 and 6443 (the API server) and those in the addresses of the Vaults. Most networks judge
   * a connection to a Service by the port of its pods: name that here where it differs (an API server at 16443, a Vault behind 443).
   */
  readonly egressPorts?: readonly number[];
  /** Labels of the namespaces that may read the metrics: `{ "kubernetes.io/metadata.name": "monitoring" }`. Default: every one. */
  readonly metricsFrom?: Readonly<Record<string, string>>;
}

/** A NetworkPolicy with its defaults. */
export interface ResolvedNetworkPolicy {
  /** Sorted. */
  readonly egressPorts: readonly number[];
  /** Undefined: every namespace. */
  readonly metricsFrom: Readonly<Record<string, string>> | undefined;
}

const BY_DEFAULT: ResolvedNetworkPolicy = { egressPorts: [], metricsFrom: undefined };

/** True, false or what it allows; undefined where there is none. */
export function readNetworkPolicy(place: Place, value: unknown): ResolvedNetworkPolicy | undefined {
  if (value === undefined || value === true) return BY_DEFAULT;
  if (value === false) return undefined;
  const fields = record(place, value);
  if (fields === undefined) return BY_DEFAULT;
  place.onlyFields(fields, ["egressPorts", "metricsFrom"]);
  const from = place.at("metricsFrom");
  const metricsFrom = fields.metricsFrom === undefined ? undefined : labels(from, fields.metricsFrom);
  // An empty selector selects everything, which nobody means who writes one.
  if (metricsFrom !== undefined && Object.keys(metricsFrom).length === 0)
    from.report("names no label; leave it out where every namespace may read the metrics");
  const ports = fields.egressPorts === undefined ? [] : list(place.at("egressPorts"), fields.egressPorts, readPort);
  return { egressPorts: [...new Set(ports)].sort((a, b) => a - b), metricsFrom };
}

function readPort(place: Place, value: unknown): number | undefined {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  place.report("must be a whole number from 1 to 65535");
  return undefined;
}
