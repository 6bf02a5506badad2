import fc from "fast-check";
import { nearest } from "../../components/model/nearest";

it.each([
  ["prdo", ["dev", "prod"], "prod"],
  ["Deploymnet", ["DaemonSet", "Deployment"], "Deployment"],
  ["paymets", ["payments", "shop"], "payments"],
  ["pasword", ["password", "passwords"], "password"],
  ["shop", ["payments"], undefined],
  ["x", ["y", "a"], "a"],
])("nearest to %s in %j is %s", (text, candidates, expected) => {
  expect(nearest(text, candidates)).toBe(expected);
});

it("is the text itself where it is a candidate, and does not depend on the order of the candidates", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 8 }), { minLength: 1 }), fc.string({ maxLength: 8 }), (names, text) => {
      expect(nearest(names[0] ?? "", names)?.toLowerCase()).toBe(names[0]?.toLowerCase());
      expect(nearest(text, [...names].reverse())).toBe(nearest(text, names));
    }),
  );
});
