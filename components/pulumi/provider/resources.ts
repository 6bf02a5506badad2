import type { BundleSource } from "../../bundle";
import type { AlertsSpec, DashboardsSpec, ServiceMonitorSpec } from "../../model/monitoring";
import type { NetworkPolicySpec } from "../../model/network-policy";
import type { ImageSpec, ResourcesSpec } from "../../model/reconciler";
import type { AppSecretSpec } from "../../model/app-secret";
import type { AppSecretArgs } from "../app-secret";
import type { KubernetesApiArgs, PlatformArgs } from "../platform";
import type { ReconcilerArgs } from "../reconciler";
import type { StoreArgs } from "../store";
import type { TeamAccessArgs } from "../team-access";
import type { WaitForReady } from "../wait";
import {
  choice,
  COUNT,
  eventual,
  field,
  FLAG,
  listOf,
  mapOf,
  needed,
  object,
  oneOf,
  TEXT,
  type Field,
  type FieldsOf,
} from "./field";
import { ACCESS, AUDIT_DEVICE, ENVIRONMENT, JWT_KEYS, PREFIX_GRANT, RATE, SECRET_FIELDS, TEAM } from "./types";

/** A component as other languages see it. */
export interface ComponentType {
  readonly token: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, Field>>;
  readonly outputs: Readonly<Record<string, Field>>;
}

// Environment and team are data here, where TypeScript has what environment(...) and team(...) return.
const environment = needed(ENVIRONMENT, "The environment.");
const team = needed(TEAM, "The team that owns it.");
const vault = field(TEXT, "Which Vault of the environment. Default `main`.");
const address = eventual(field(TEXT, "Address of the Vault, when only its deployment tells it."));
const ca = eventual(field(TEXT, "PEM certificates of the Vault's CA, instead of the environment's."));

const PLATFORM: FieldsOf<PlatformArgs> = {
  environment,
  vault,
  kubernetes: field(
    object<KubernetesApiArgs>("KubernetesApi", "How Vault reaches the API server that vouches for the login tokens.", {
      host: eventual(needed(TEXT, "`https://kubernetes.default.svc` when Vault runs in the cluster.")),
      ca: eventual(field(TEXT, "CA of the API server as PEM. Default: that of Vault's own pod.")),
    }),
    "Needed for login by Kubernetes.",
  ),
  jwt: field(JWT_KEYS, "Needed for login by JWT."),
  audit: field(
    oneOf(AUDIT_DEVICE, FLAG),
    "An audit device. Default: that of the environment, if it names one; false: none.",
  ),
  quota: field(
    oneOf(RATE, FLAG),
    "A rate limit on the KV mount. Default: the budget of the Vault, if it has one; false: none.",
  ),
  keepSecrets: field(FLAG, "Whether the KV mount survives its removal from the program. Default true."),
};

const WAIT = oneOf(
  FLAG,
  object<Exclude<WaitForReady, boolean>>("WaitForReady", "How long `pulumi up` waits.", {
    timeout: field(TEXT, "Go duration. Default `5m`."),
  }),
);

const STORE: FieldsOf<StoreArgs> & Environmental = {
  environment,
  team,
  waitForReady: field(WAIT, "Whether `pulumi up` waits until the stores are valid. Default false."),
  vault,
  name: field(TEXT, "Name of the SecretStores. Default `keyturn-<environment>`."),
  namespaces: field(listOf(TEXT), "Default: all namespaces of the team."),
  cluster: field(TEXT, "Which cluster of the environment it is for; needed where that has several."),
  address,
  ca,
};

/** Components of a team: TypeScript's teams know their environment, data does not. */
type Environmental = { readonly environment: Field };

const APP_SECRET: FieldsOf<AppSecretArgs> & Environmental = {
  environment,
  team,
  waitForReady: field(WAIT, "Whether `pulumi up` waits until the Secret is filled. Default false."),
  ...SECRET_FIELDS,
};

/** Kubernetes providers by cluster are for TypeScript: a schema has no type for a provider. */
const TEAM_ACCESS: FieldsOf<TeamAccessArgs, "clusters"> & Environmental = {
  environment,
  team,
  vault,
  secrets: field(
    listOf(object<AppSecretSpec, "team">("SecretPaths", "An AppSecret's inputs, for its paths.", SECRET_FIELDS)),
    "AppSecrets whose paths the team may read: the same data as theirs.",
  ),
  access: field(oneOf(ACCESS, listOf(ACCESS)), "What a synth wrote as `access.json`."),
  prefixes: field(listOf(PREFIX_GRANT), "Whole prefixes, the explicit choice of wildcards."),
};

const QUANTITIES = object<NonNullable<ResourcesSpec["requests"]>>("Quantities", "Kubernetes quantities.", {
  cpu: field(TEXT, "`100m`."),
  memory: field(TEXT, "`128Mi`."),
});

const LABELS = field(mapOf(TEXT), "Its labels.");

const RECONCILER: FieldsOf<ReconcilerArgs> = {
  environment,
  teams: needed(listOf(TEAM), "The teams it works for. Their namespaces are what it may touch."),
  bundle: field(
    object<BundleSource>("Bundle", "The program; exactly one of these.", {
      text: field(TEXT, "Its text."),
      path: field(TEXT, "Where it is read."),
    }),
    "Default: the bundle of this package.",
  ),
  scope: field(
    choice("Scope", "Roles in the teams' namespaces only, or every namespace by a ClusterRole.", "declared", "cluster"),
    "Default `declared`.",
  ),
  clusterStores: field(FLAG, "Whether it may read ClusterSecretStores. Default false."),
  image: field(
    object<ImageSpec>("Image", "A stock Node image.", {
      repository: field(TEXT, "Default `docker.io/library/node`."),
      tag: field(TEXT, "Default `24-slim`."),
      digest: field(TEXT, "`sha256:...`; wins over the tag."),
    }),
    "Default `docker.io/library/node:24-slim`.",
  ),
  replicas: field(COUNT, "Default 2; one works, the others wait for its lease."),
  resources: field(
    object<ResourcesSpec>("Resources", "What its containers ask for and may have.", {
      requests: field(QUANTITIES, "What is reserved."),
      limits: field(QUANTITIES, "What it may have at most."),
    }),
    "Default: what was measured.",
  ),
  logLevel: field(choice("LogLevel", "What is logged.", "debug", "info", "warn", "error"), "Default `info`."),
  createNamespace: field(FLAG, "Whether the Namespace is part of it. Default true."),
  crds: field(choice("Crds", "Which CRDs are part of it.", "all", "keyturn", "none"), "Default `all`."),
  networkPolicy: field(
    oneOf(
      FLAG,
      object<NetworkPolicySpec>("NetworkPolicy", "What is allowed besides what is always right.", {
        egressPorts: field(listOf(COUNT), "Further TCP ports it may connect to."),
        metricsFrom: field(mapOf(TEXT), "Labels of the namespaces that may read the metrics. Default: every one."),
      }),
    ),
    "Who may reach it and what it may reach. Default true.",
  ),
  serviceMonitor: field(
    oneOf(
      FLAG,
      object<ServiceMonitorSpec>("ServiceMonitor", "How Prometheus finds the metrics.", {
        interval: field(TEXT, "Time between two scrapes as a Go duration. Default `30s`."),
        labels: LABELS,
      }),
    ),
    "A ServiceMonitor of the Prometheus operator. Default false.",
  ),
  dashboards: field(
    oneOf(
      FLAG,
      object<DashboardsSpec>("Dashboards", "Where Grafana finds the dashboard.", {
        namespace: field(TEXT, "Namespace of the ConfigMap. Default: that of the reconciler."),
        labels: LABELS,
        annotations: field(mapOf(TEXT), "Its annotations."),
      }),
    ),
    "A Grafana dashboard over the metrics. Default false.",
  ),
  alerts: field(
    oneOf(FLAG, object<AlertsSpec>("Alerts", "How Prometheus finds the alerts.", { labels: LABELS })),
    "A PrometheusRule with alerts on the metrics. Default false.",
  ),
  address,
  ca,
};

const ENVIRONMENT_NAME = needed(TEXT, "Name of the environment.");

export const COMPONENTS: readonly ComponentType[] = [
  {
    token: "keyturn:index:Platform",
    description: "The Vault side of an environment: KV mount, login method and its settings.",
    inputs: PLATFORM,
    outputs: { environment: ENVIRONMENT_NAME, mount: needed(TEXT, "Path of the KV mount.") },
  },
  {
    token: "keyturn:index:TeamAccess",
    description: "A team's way into Vault: policy and role, ServiceAccounts and the right to tokens of exactly these.",
    inputs: TEAM_ACCESS,
    outputs: { accessName: needed(TEXT, "Name of the policy and of the role.") },
  },
  {
    token: "keyturn:index:Store",
    description: "A SecretStore in each namespace of a team.",
    inputs: STORE,
    outputs: { name: needed(TEXT, "Name of the SecretStores.") },
  },
  {
    token: "keyturn:index:AppSecret",
    description: "One Secret an application needs: the ExternalSecret that fills it. No value passes through Pulumi.",
    inputs: APP_SECRET,
    outputs: {
      name: needed(TEXT, "Name of the Secret and of the ExternalSecret."),
      namespace: needed(TEXT, "Namespace of both."),
    },
  },
  {
    token: "keyturn:index:Reconciler",
    description:
      "The program that keeps the Secrets of an environment in step: Deployment, exact RBAC, NetworkPolicy, CRDs.",
    inputs: RECONCILER,
    outputs: { namespace: needed(TEXT, "Namespace it runs in.") },
  },
];
