import { HISTORY_LIMIT } from "../secret-rollout";
import { crd, list, object, oneOf, string, type Schema } from "./schema";

const time = string({ format: "date-time" });

const status: Schema = object({
  phase: oneOf("Current", "Waiting", "Rolling", "Failed"),
  reason: string(),
  workload: object({ "kind!": string(), "name!": string() }),
  keyId: string(),
  generation: string(),
  running: string(),
  secrets: list(object({ "name!": string(), "dataHash!": string(), keys: list(string()) })),
  startedAt: time,
  history: list(
    object({
      "generation!": string(),
      "startedAt!": time,
      finishedAt: time,
      outcome: oneOf("Healthy", "Failed", "Superseded"),
      message: string(),
    }),
    { maxItems: HISTORY_LIMIT },
  ),
});

export const secretRolloutCrd = crd({
  group: "keyturn.dev",
  kind: "SecretRollout",
  plural: "secretrollouts",
  shortNames: ["srol"],
  categories: ["keyturn"],
  scope: "Namespaced",
  versions: [{ name: "v1alpha1", storage: true }],
  spec: object({ approval: object({ "generation!": string(), by: string() }) }),
  status,
  columns: [
    { name: "Workload", type: "string", jsonPath: ".status.workload.name" },
    { name: "Kind", type: "string", jsonPath: ".status.workload.kind" },
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
    { name: "Reason", type: "string", jsonPath: ".status.reason" },
    { name: "Started", type: "date", jsonPath: ".status.startedAt" },
  ],
});
