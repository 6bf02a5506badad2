import { conclude, notApplicable, type RuleContext, type RuleResult, type RuleSubject } from "../rule";
import { judgePaths, teamNames, type Borrowed } from "../team-paths";

/**
 * Judges the extra grants that an ExternalSecret uses. What else is wrong with its paths is STO006's to say.
 * @param problem what is wrong with a read that rests on a grant of the team, undefined for nothing
 */
export function judgeGrants(
  subject: RuleSubject,
  context: RuleContext,
  problem: (borrowed: Borrowed, team: string) => string | undefined,
): RuleResult {
  const judged = judgePaths(subject, context);
  if (judged === undefined) return notApplicable("the ExternalSecret belongs to no environment");
  const { borrowed, teams, unknown } = judged;
  // While the team is not known it may be any.
  const asked = teams.length > 0 ? teams : context.environments.flatMap((environment) => environment.teams);
  if (asked.every(({ alsoReads = [] }) => alsoReads.length === 0))
    return notApplicable("the team of the ExternalSecret has no extra grants");
  const violations = borrowed.flatMap((one) => {
    const message = problem(one, teamNames(teams));
    return message === undefined ? [] : [{ path: one.path, message }];
  });
  return conclude(violations, unknown);
}
