import { describeExtraGrant, ESO_GROUP, isOver } from "../../../api";
import { rulePage, type Rule } from "../rule";
import { judgeGrants } from "./used-grants";

/** ACC001: no path is read by an extra grant (`alsoReads` of the team) whose last day has passed. */
export const expiredGrant: Rule = {
  id: "ACC001",
  title: "An ExternalSecret uses an extra grant that is over",
  description:
    "An extra grant has a last day so that what was lent is given back. After it keyturn's reconciler refuses the ExternalSecret; " +
    "the Secret stays as it is and gets no new values.",
  severity: "error",
  kind: "resource",
  needsEnvironments: true,
  fix: "stop reading the path, or give the grant a later day in alsoReads of the team",
  url: rulePage("ACC001"),
  appliesTo: [{ group: ESO_GROUP, kind: "ExternalSecret" }],
  check: (subject, context) =>
    judgeGrants(subject, context, ({ grant, read }, team) =>
      isOver(grant, context.today)
        ? `${context.show(read)} is read by the extra grant ${describeExtraGrant(grant)} of ${team}, which ended on ${grant.until}`
        : undefined,
    ),
};
