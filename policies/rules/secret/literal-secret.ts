import { ESO_GROUP, isRecord, MANAGED_LABEL } from "../../../api";
import {
  conclude,
  notApplicable,
  rulePage,
  type Rule,
  type RuleResult,
  type RuleSubject,
  type Violation,
} from "../rule";
import { read, readList, readText, UNKNOWN } from "../unknown";
import { showValue } from "../show";

/** SEC001: no manifest carries the values of a Secret. Names keys, never values. */
export const literalSecret: Rule = {
  id: "SEC001",
  title: "A Secret with its values in a manifest",
  description:
    "Whoever may read the repository, the build or the stack's state can read the values; base64 hides nothing, and a value in a " +
    "history cannot be taken back.",
  severity: "error",
  kind: "resource",
  needsEnvironments: false,
  fix: "put the values into Vault, rotate them if they were real, and declare an AppSecret (ExternalSecret) that refers to them",
  url: rulePage("SEC001"),
  appliesTo: [{ group: "", kind: "Secret" }],
  check,
};

function check({ object }: RuleSubject): RuleResult {
  if (isGenerated(object)) return notApplicable("the Secret was written by an operator from an ExternalSecret");
  const violations: Violation[] = [];
  const unknown = [];
  for (const field of ["data", "stringData"]) {
    const map = read(object, field);
    if (map === UNKNOWN) unknown.push({ path: [field], message: "whether it has values is not known yet" });
    if (!isRecord(map)) continue;
    const keys = Object.keys(map).filter((key) => map[key] !== "" && map[key] !== null);
    if (keys.length === 0) continue;
    violations.push({
      path: [field],
      message: `has the ${keys.length === 1 ? "value" : "values"} of ${keys.sort().map(showValue).join(", ")}`,
    });
  }
  return conclude(violations, unknown);
}

/** A Secret as a cluster gives it back, owned by an ExternalSecret; a manifest has neither uid. */
function isGenerated(object: RuleSubject["object"]): boolean {
  const owners = readList(object, "metadata", "ownerReferences");
  return (
    readText(object, "metadata", "labels", MANAGED_LABEL) === "true" &&
    typeof readText(object, "metadata", "uid") === "string" &&
    Array.isArray(owners) &&
    owners.some((owner) => {
      const apiVersion = readText(owner, "apiVersion");
      return (
        typeof apiVersion === "string" &&
        apiVersion.startsWith(`${ESO_GROUP}/`) &&
        readText(owner, "kind") === "ExternalSecret" &&
        typeof readText(owner, "uid") === "string"
      );
    })
  );
}
