import type { ResolvedReconciler } from "../../model/reconciler";
import type { Manifest } from "../manifest";
import { HEALTH_PORT, metaOf, METRICS_PORT, SELECTOR } from "./names";

/** The Service that scrapers find the metrics by, and who may talk to whom: metrics and health in; DNS, API server and Vault out. */
export function networkManifests(reconciler: ResolvedReconciler): readonly Manifest[] {
  const tcp = (port: number): { readonly protocol: string; readonly port: number } => ({ protocol: "TCP", port });
  // The API server is seen behind its Service (443) or, after the node's address translation, at its own port (6443).
  const out = [...new Set([443, 6443, ...reconciler.environment.vaults.map(({ address }) => portOf(address))])].sort(
    (a, b) => a - b,
  );
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
    {
      id: "network-policy",
      object: {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: metaOf(reconciler),
        spec: {
          podSelector: { matchLabels: SELECTOR },
          policyTypes: ["Ingress", "Egress"],
          ingress: [{ ports: [tcp(METRICS_PORT), tcp(HEALTH_PORT)] }],
          egress: [{ ports: [{ protocol: "UDP", port: 53 }, tcp(53)] }, { ports: out.map(tcp) }],
        },
      },
    },
  ];
}

function portOf(address: string): number {
  const url = new URL(address);
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}
