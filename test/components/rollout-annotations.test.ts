import fc from "fast-check";
import { formatRolloutOn, parseRolloutOn, rolloutOnOf } from "../../api";
import { rolloutAnnotations, rolloutOn, type UsedSecret } from "../../components/manifests";
import { consumerOf } from "../../reconciler/rollout/consumer";

const key = fc.constantFrom("USER", "PASSWORD", "tls.key", "a-b_c");
const used: fc.Arbitrary<UsedSecret> = fc.record({
  secret: fc.constantFrom("db", "api", "x.y", "a-b"),
  keys: fc.option(fc.uniqueArray(key, { minLength: 1, maxLength: 3 }), { nil: undefined }),
});
const uses = fc.array(used, { minLength: 1, maxLength: 5 });

/** What it means: every key (`*`) of a Secret, or each of some. */
const meaning = (text: string): readonly string[] => {
  const on = parseRolloutOn(text);
  if (on.mode !== "listed") return [on.mode];
  return [...on.secrets]
    .flatMap(([secret, keys]) => (keys === undefined ? [`${secret}/*`] : [...keys].map((each) => `${secret}/${each}`)))
    .sort();
};
const expected = (all: readonly UsedSecret[]): readonly string[] => {
  const whole = new Set(all.filter(({ keys }) => keys === undefined).map(({ secret }) => secret));
  const some = all.flatMap(({ secret, keys }) =>
    whole.has(secret) ? [`${secret}/*`] : (keys ?? []).map((each) => `${secret}/${each}`),
  );
  return [...new Set(some)].sort();
};

describe("the used keys of a workload, merged", () => {
  it("are all of them, and nothing else", () => {
    fc.assert(fc.property(uses, (all) => expect(meaning(rolloutOn(all))).toEqual(expected(all))));
  });

  it("are the same one by one or at once, in whatever order, and however often", () => {
    fc.assert(
      fc.property(uses, uses, (one, two) => {
        const merged = rolloutOn([...one, ...two]);
        expect(rolloutOn([...two, ...one])).toBe(merged);
        expect(rolloutOn(two, rolloutOn(one))).toBe(merged);
        expect(rolloutOn(one, merged)).toBe(merged);
      }),
    );
  });

  it("lose nothing that a workload listed before, and leave auto as it is", () => {
    fc.assert(
      fc.property(uses, uses, (one, two) => {
        const before = rolloutOn(one);
        const whole = meaning(rolloutOn(two, before));
        for (const entry of meaning(before))
          expect(whole.includes(entry) || whole.includes(`${entry.split("/")[0]}/*`)).toBe(true);
        expect(rolloutOn(two, "auto")).toBe("auto");
      }),
    );
  });

  it("are written so that the reconciler reads them as they were declared", () => {
    fc.assert(
      fc.property(uses, (all) => {
        const annotations = rolloutAnnotations(all);
        const on = rolloutOnOf(annotations);
        expect(on.mode === "listed" && formatRolloutOn(on.secrets)).toBe(annotations["keyturn.dev/rollout-on"]);
        const consumer = consumerOf("Deployment", {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: "checkout", annotations },
        });
        const read = [...(consumer?.uses ?? [])].flatMap(([secret, keys]) =>
          keys === undefined ? [`${secret}/*`] : keys.map((each) => `${secret}/${each}`),
        );
        expect(read.sort()).toEqual(expected(all));
        expect(consumer?.held).toBeUndefined();
      }),
    );
  });
});
