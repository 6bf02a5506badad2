import { ESO_GROUP } from "../../../api";
import {
  conclude,
  notApplicable,
  rulePage,
  type Rule,
  type RuleContext,
  type RuleResult,
  type RuleSubject,
} from "../rule";
import { judgePaths } from "../team-paths";

/**
 * STO006: every path an ExternalSecret reads lies below the prefixes of its namespace's team, or within an extra grant. Paths are the ones ESO would read
 * (mount of the store, key that carries the mount, KV v2's `data/`). A store that is not among everything judged is taken to be
 * on its environment's KV mount.
 */
export const pathOutsideTeam: Rule = {
  id: "STO006",
  title: "An ExternalSecret reads a path outside its team",
  description:
    "A team may read its own prefixes of the environment's KV mount, and its extra grants. A key elsewhere is refused by Vault if the policies are " +
    "exact, and is a leak if they are not.",
  severity: "error",
  kind: "resource",
  needsEnvironments: true,
  fix: "read a path below the team's prefixes, or give the team the prefix or an extra grant (alsoReads) in the environments",
  url: rulePage("STO006"),
  appliesTo: [{ group: ESO_GROUP, kind: "ExternalSecret" }],
  check,
};

function check(subject: RuleSubject, context: RuleContext): RuleResult {
  const judged = judgePaths(subject, context);
  if (judged === undefined) return notApplicable("the ExternalSecret belongs to no environment");
  return conclude(judged.violations, judged.unknown);
}
