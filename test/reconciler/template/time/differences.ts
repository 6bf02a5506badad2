import { sameAnswer, type Answer, type TemplateCase } from "../../../oracle/case";
import { goRender } from "../../../oracle/oracle";
import { ourRender } from "../../../oracle/ours";

export interface Difference extends TemplateCase {
  readonly go: Answer;
  readonly ours: Answer;
}

/** Renders with Go and with ours. `worked` counts what Go gave no error for: cases that all fail would prove nothing. */
export async function differences(
  cases: readonly TemplateCase[],
): Promise<{ readonly differing: readonly Difference[]; readonly worked: number }> {
  const answers = await goRender(cases);
  const both = cases.map((entry, index) => ({ ...entry, go: answers[index] ?? {}, ours: ourRender(entry) }));
  return {
    differing: both.filter(({ go, ours }) => !sameAnswer(ours, go)).slice(0, 5),
    worked: both.filter(({ go }) => go.error === undefined).length,
  };
}
