import { IGNORE_PREFIX, isCalendarDay, isRecord, type JsonRecord } from "../../api";
import { rulePage, type Path, type Rule } from "../rules/rule";
import { read } from "../rules/unknown";

/** What the catalogue says about a rule; a rule without its check. */
export type RuleInfo = Omit<Rule, "check">;

/** SUP001 is the engine's own: suppressions must be readable, in time and needed. It cannot be suppressed. */
export const suppressionRule: RuleInfo = {
  id: "SUP001",
  title: "A suppression that is malformed, over or not needed",
  description:
    "A suppression says why and until when. One without a reason or end date suppresses nothing; one that is over or no longer " +
    "needed would hide the next finding.",
  severity: "warning",
  kind: "resource",
  needsEnvironments: false,
  fix: `write ${IGNORE_PREFIX}<RULE>: "reason; until=YYYY-MM-DD", or remove it`,
  url: rulePage("SUP001"),
  appliesTo: [],
};

/** One annotation `keyturn.dev/ignore-<RULE>`. */
export type Suppression =
  | {
      readonly state: "active";
      readonly ruleId: string;
      readonly path: Path;
      readonly reason: string;
      readonly until: string;
    }
  | { readonly state: "over"; readonly ruleId: string; readonly path: Path; readonly until: string }
  | { readonly state: "malformed"; readonly ruleId: string; readonly path: Path; readonly problem: string };

/**
 * The suppressions of an object. The last day counts whole, in UTC.
 * @param today `YYYY-MM-DD`
 */
export function suppressionsOf(
  object: JsonRecord,
  ruleIds: ReadonlySet<string>,
  today: string,
): readonly Suppression[] {
  const annotations = read(object, "metadata", "annotations");
  if (!isRecord(annotations)) return [];
  return Object.keys(annotations)
    .filter((key) => key.startsWith(IGNORE_PREFIX))
    .sort()
    .map((key) => parse(key, annotations[key], ruleIds, today));
}

function parse(key: string, value: unknown, ruleIds: ReadonlySet<string>, today: string): Suppression {
  const ruleId = key.slice(IGNORE_PREFIX.length);
  const path: Path = ["metadata", "annotations", key];
  const malformed = (problem: string): Suppression => ({ state: "malformed", ruleId, path, problem });
  if (ruleId === suppressionRule.id) return malformed(`${suppressionRule.id} cannot be suppressed`);
  if (!ruleIds.has(ruleId)) {
    const upper = ruleId.toUpperCase();
    return malformed(ruleIds.has(upper) ? `rule ids are upper case: ${upper}` : "there is no such rule");
  }
  if (typeof value !== "string") return malformed("is not a text");
  const match = /^([\s\S]*);\s*until=(\S*)\s*$/.exec(value);
  if (match === null) return malformed('has no end date ("; until=YYYY-MM-DD" at the end)');
  const reason = (match[1] ?? "").trim();
  const until = match[2] ?? "";
  if (!isCalendarDay(until)) return malformed("its end date is not a day of the calendar in the form YYYY-MM-DD");
  if (reason === "") return malformed("has no reason");
  return until < today ? { state: "over", ruleId, path, until } : { state: "active", ruleId, path, reason, until };
}
