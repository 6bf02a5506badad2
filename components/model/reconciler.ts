import type { Problem } from "../../api";
import { isEnvironment, type Environment } from "./environment";
import { isOutput, list, oneOf, record, text } from "./fields";
import {
  MONITORING_FIELDS,
  readMonitoring,
  type AlertsSpec,
  type DashboardsSpec,
  type ResolvedMonitoring,
  type ServiceMonitorSpec,
} from "./monitoring";
import { readNetworkPolicy, type NetworkPolicySpec, type ResolvedNetworkPolicy } from "./network-policy";
import { outputsIn } from "./outputs";
import { collecting, Place } from "./problems";
import { quote } from "./secret-like";
import { isTeam, type Team } from "./team";

/** What a Reconciler is made of: the program that keeps the Secrets of an environment in step, and exactly the rights it needs. */
export interface ReconcilerSpec<N extends string = string> {
  /** Whose Secrets it keeps in step. */
  readonly environment: Environment<N>;
  /** The teams it works for. Their namespaces are what it may touch. */
  readonly teams: readonly Team<NoInfer<N>>[];
  /** The text of `dist/reconciler.cjs`; it travels in a ConfigMap, so it has to stay below 1 MiB. */
  readonly bundle: string;
  /** `declared` (default): Roles in the teams' namespaces only. `cluster`: every namespace, by a ClusterRole. */
  readonly scope?: "declared" | "cluster";
  /** Whether it may read ClusterSecretStores. Default false. */
  readonly clusterStores?: boolean;
  /** A stock Node image. Default `docker.io/library/node:24-slim`. */
  readonly image?: ImageSpec;
  /** Default 2; one works, the others wait for its lease. */
  readonly replicas?: number;
  /** Default: requests of 50m CPU and 96Mi memory, a limit of 320Mi memory. */
  readonly resources?: ResourcesSpec;
  /** Default `info`. */
  readonly logLevel?: "debug" | "info" | "warn" | "error";
  /** Whether the Namespace is part of it. Default true. */
  readonly createNamespace?: boolean;
  /**
   * Which CRDs are part of it: `all` (default), `keyturn` (only SecretRollout, where ESO's are installed) or `none`. With `keyturn` stores that
   * name no controller are left to ESO (`--strict-class`): both would write their Secrets otherwise.
   */
  readonly crds?: "all" | "keyturn" | "none";
  /** Who may reach it and what it may reach. Default true; false where the cluster's own policies say it. */
  readonly networkPolicy?: boolean | NetworkPolicySpec;
  /** A ServiceMonitor, by which the Prometheus operator finds the metrics. Default false. */
  readonly serviceMonitor?: boolean | ServiceMonitorSpec;
  /** A Grafana dashboard over the metrics. Default false. */
  readonly dashboards?: boolean | DashboardsSpec;
  /** A PrometheusRule with alerts on the metrics. Default false. */
  readonly alerts?: boolean | AlertsSpec;
}

/** A container image; every part has a default. */
export interface ImageSpec {
  /** Registry and repository. Default `docker.io/library/node`. */
  readonly repository?: string;
  /** Default `24-slim`. */
  readonly tag?: string;
  /** `sha256:...`; wins over the tag. */
  readonly digest?: string;
}

/** Kubernetes quantities. */
export interface ResourcesSpec {
  /** What the scheduler sets aside. */
  readonly requests?: { readonly cpu?: string; readonly memory?: string };
  /** What it may use at most. */
  readonly limits?: { readonly cpu?: string; readonly memory?: string };
}

/** The declaration of a Reconciler; plain data. */
export interface ReconcilerDeclaration<N extends string = string> {
  readonly kind: "Reconciler";
  readonly id: string;
  readonly spec: ReconcilerSpec<N>;
}

/** Declares a Reconciler. */
export function reconciler<N extends string>(id: string, spec: ReconcilerSpec<N>): ReconcilerDeclaration<N> {
  return { kind: "Reconciler", id, spec };
}

/** A Reconciler with everything derived. */
export interface ResolvedReconciler extends ResolvedMonitoring {
  readonly kind: "Reconciler";
  readonly id: string;
  readonly environment: Environment;
  /** Sorted by name. */
  readonly teams: readonly Team[];
  /** Namespaces of the teams, sorted. */
  readonly namespaces: readonly string[];
  readonly bundle: string;
  readonly scope: "declared" | "cluster";
  readonly clusterStores: boolean;
  readonly image: string;
  readonly replicas: number;
  readonly resources: Required<ResourcesSpec>;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly createNamespace: boolean;
  readonly crds: "all" | "keyturn" | "none";
  readonly networkPolicy: ResolvedNetworkPolicy | undefined;
}

/** Measured (docs/benchmarks.md): 71 MiB with no object, at most 190 MiB after a cold start with 10,000. */
const RESOURCES = { requests: { cpu: "50m", memory: "96Mi" }, limits: { memory: "320Mi" } } as const;
const IMAGE = { repository: "docker.io/library/node", tag: "24-slim" };
/** Kubernetes' limit on the data of a ConfigMap. */
const CONFIG_MAP_LIMIT = 1_048_576;
const FIELDS = [
  "environment",
  "teams",
  "bundle",
  "scope",
  "clusterStores",
  "image",
  "replicas",
  "resources",
  "logLevel",
  "createNamespace",
  "crds",
  "networkPolicy",
  ...MONITORING_FIELDS,
];

/** @throws DeclarationError with every problem of the declaration */
export function resolveReconciler(declaration: ReconcilerDeclaration): ResolvedReconciler {
  const resolved = collecting((problems) => readReconciler(problems, declaration));
  if (resolved === undefined) throw new Error(`Reconciler ${quote(declaration.id)} was neither resolved nor refused`);
  return resolved;
}

/** As {@link resolveReconciler}, reporting instead of throwing; undefined when the environment is unusable. */
export function readReconciler(
  problems: Problem[],
  declaration: ReconcilerDeclaration,
): ResolvedReconciler | undefined {
  const place = Place.of(problems, "Reconciler", declaration.id);
  if (outputsIn(place, declaration)) return undefined;
  const fields = record(place, declaration.spec);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, FIELDS);
  const environment = fields.environment;
  if (isOutput(environment) || !isEnvironment(environment)) {
    place.at("environment").report(environment === undefined ? "is missing" : "is not made by environment(...)");
    return undefined;
  }
  const choice = <T extends string>(field: string, choices: readonly [T, ...T[]]): T =>
    fields[field] === undefined ? choices[0] : (oneOf(place.at(field), fields[field], choices) ?? choices[0]);
  const flag = (field: string, byDefault: boolean): boolean => {
    const value = fields[field] ?? byDefault;
    if (typeof value !== "boolean") place.at(field).report("must be true or false");
    return value === true;
  };
  const teams = list(place.at("teams"), fields.teams, (at, value) => readTeam(at, value, environment));
  return {
    kind: "Reconciler",
    id: declaration.id,
    environment,
    teams: teams.sort((a, b) => (a.name < b.name ? -1 : 1)),
    namespaces: [...new Set(teams.flatMap((team) => team.namespaces))].sort(),
    bundle: readBundle(place.at("bundle"), fields.bundle),
    scope: choice("scope", ["declared", "cluster"]),
    clusterStores: flag("clusterStores", false),
    image: readImage(place.at("image"), fields.image),
    replicas: readReplicas(place.at("replicas"), fields.replicas),
    resources: readResources(place.at("resources"), fields.resources),
    logLevel: choice("logLevel", ["info", "debug", "warn", "error"]),
    createNamespace: flag("createNamespace", true),
    crds: choice("crds", ["all", "keyturn", "none"]),
    networkPolicy: readNetworkPolicy(place.at("networkPolicy"), fields.networkPolicy),
    ...readMonitoring(place, fields),
  };
}

function readTeam(place: Place, value: unknown, environment: Environment): Team | undefined {
  if (isOutput(value) || !isTeam(value)) return void place.report("is not made by team(...)");
  if (value.environment.name === environment.name) return value;
  return void place.report(
    `team "${value.name}" belongs to environment "${value.environment.name}", the Reconciler to "${environment.name}"`,
  );
}

function readBundle(place: Place, value: unknown): string {
  const bundle = text(place, value) ?? "";
  const size = Buffer.byteLength(bundle);
  if (size >= CONFIG_MAP_LIMIT) place.report(`has ${size} bytes; a ConfigMap holds less than ${CONFIG_MAP_LIMIT}`);
  return bundle;
}

function readImage(place: Place, value: unknown): string {
  const fields = value === undefined ? {} : (record(place, value) ?? {});
  place.onlyFields(fields, ["repository", "tag", "digest"]);
  const part = (field: string, pattern: RegExp, byDefault: string | undefined): string | undefined => {
    if (fields[field] === undefined) return byDefault;
    const written = text(place.at(field), fields[field]);
    if (written === undefined || pattern.test(written)) return written;
    place.at(field).report(`${quote(written)} is not the ${field} of an image`);
    return undefined;
  };
  const repository = part("repository", /^[a-z0-9]+(?:[._:/-]+[a-z0-9]+)*$/, IMAGE.repository) ?? "";
  const tag = part("tag", /^\w[\w.-]{0,127}$/, IMAGE.tag) ?? "";
  const digest = part("digest", /^sha256:[0-9a-f]{64}$/, undefined);
  return digest === undefined ? `${repository}:${tag}` : `${repository}@${digest}`;
}

function readReplicas(place: Place, value: unknown): number {
  if (value === undefined) return 2;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 10) return value;
  place.report("must be a whole number from 1 to 10");
  return 2;
}

function readResources(place: Place, value: unknown): Required<ResourcesSpec> {
  if (value === undefined) return RESOURCES;
  const fields = record(place, value) ?? {};
  place.onlyFields(fields, ["requests", "limits"]);
  const quantities = (field: "requests" | "limits"): { readonly cpu?: string; readonly memory?: string } => {
    if (fields[field] === undefined) return RESOURCES[field];
    const at = place.at(field);
    const given = record(at, fields[field]) ?? {};
    at.onlyFields(given, ["cpu", "memory"]);
    const entries = Object.entries(given).flatMap(([name, amount]) => {
      const quantity = text(at.at(name), amount);
      if (quantity !== undefined && !/^\d+(?:\.\d+)?(?:m|[KMGT]i?|k)?$/.test(quantity))
        at.at(name).report(`${quote(quantity)} is not a quantity like "100m" or "128Mi"`);
      return quantity === undefined ? [] : [[name, quantity] as const];
    });
    return Object.fromEntries(entries);
  };
  return { requests: quantities("requests"), limits: quantities("limits") };
}
