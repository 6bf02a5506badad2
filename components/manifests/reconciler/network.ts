import type { KubernetesObject } from "../../../api";
import type { ResolvedNetworkPolicy } from "../../model/network-policy";
import type { ResolvedReconciler } from "../../model/reconciler";
import type { Manifest } from "../manifest";
import { HEALTH_PORT, metaOf, METRICS_PORT, SELECTOR } from "./names";

/** The Service that scrapers find the metrics by, and who may talk to whom: metrics and health in; DNS, API server and Vault out. */
export function networkManifests(reconciler: ResolvedReconciler): readonly Manifest[] {
  const { networkPolicy } = reconciler;
  return [
    {
      id: "service",
      object: {
        apiVersion: "v1",
        kind: "Service",
        metadata: metaOf(reconciler),
        spec: {
          selector: SELECTOR,
          ports: [{ name: "metrics", port: METRICS_PORT, targetPort: "metrics", protocol: "TCP" }],
        },
      },
    },
    ...(networkPolicy === undefined ? [] : [{ id: "network-policy", object: policy(reconciler, networkPolicy) }]),
  ];
}

/** DNS Services listen at 53; the pods behind them at 53 as well, at 5353 in OpenShift. */
const DNS = [53, 5353];
/** The API server is seen behind its Service (443) or, after the node's address translation, at its own port (6443). */
const API_SERVER = [443, 6443];

function policy(reconciler: ResolvedReconciler, { egressPorts, metricsFrom }: ResolvedNetworkPolicy): KubernetesObject {
  const tcp = (port: number): { readonly protocol: string; readonly port: number } => ({ protocol: "TCP", port });
  const udp = (port: number): { readonly protocol: string; readonly port: number } => ({ protocol: "UDP", port });
  const vaults = reconciler.environment.vaults.map(({ address }) => portOf(address));
  const out = [...new Set([...API_SERVER, ...vaults, ...egressPorts])].sort((a, b) => a - b);
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metaOf(reconciler),
    spec: {
      podSelector: { matchLabels: SELECTOR },
      policyTypes: ["Ingress", "Egress"],
      ingress:
        metricsFrom === undefined
          ? [{ ports: [tcp(METRICS_PORT), tcp(HEALTH_PORT)] }]
          : [
              { from: [{ namespaceSelector: { matchLabels: metricsFrom } }], ports: [tcp(METRICS_PORT)] },
              // The kubelet, which has no namespace.
              { ports: [tcp(HEALTH_PORT)] },
            ],
      egress: [{ ports: [...DNS.map(udp), ...DNS.map(tcp)] }, { ports: out.map(tcp) }],
    },
  };
}

function portOf(address: string): number {
  const url = new URL(address);
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}
