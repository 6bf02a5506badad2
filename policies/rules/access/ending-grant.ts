import { describeExtraGrant, ESO_GROUP, isOver } from "../../../api";
import { rulePage, type Rule } from "../rule";
import { judgeGrants } from "./used-grants";

const DAY = 24 * 60 * 60 * 1000;
const SOON = 14;

/** ACC002: every extra grant that is used lasts for more than 14 days. One that is over is ACC001's finding. */
export const endingGrant: Rule = {
  id: "ACC002",
  title: "An ExternalSecret uses an extra grant that ends within 14 days",
  description:
    "There is still time to ask for a later day, or to stop reading the path, before the Secret gets no new values.",
  severity: "warning",
  kind: "resource",
  needsEnvironments: true,
  fix: "stop reading the path before, or give the grant a later day in alsoReads of the team",
  url: rulePage("ACC002"),
  appliesTo: [{ group: ESO_GROUP, kind: "ExternalSecret" }],
  check: (subject, context) =>
    judgeGrants(subject, context, ({ grant, read }, team) => {
      const days = (Date.parse(grant.until) - Date.parse(context.today)) / DAY;
      if (isOver(grant, context.today) || days > SOON) return undefined;
      const when = days === 0 ? "today" : days === 1 ? "tomorrow" : `in ${days} days`;
      return `${context.show(read)} is read by the extra grant ${describeExtraGrant(grant)} of ${team}, which ends on ${grant.until}, ${when}`;
    }),
};
