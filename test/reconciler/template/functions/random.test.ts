import { compileTemplate } from "../../../../reconciler/template";
import { fixedWorld, render } from "./render";

const counts = (text: string): Map<string, number> => {
  const found = new Map<string, number>();
  for (const char of text) found.set(char, (found.get(char) ?? 0) + 1);
  return found;
};

describe("random functions", () => {
  test.each([
    ["randAlphaNum", 62],
    ["randAlpha", 52],
    ["randNumeric", 10],
    ["randAscii", 95],
  ])("%s draws each of its %i characters about as often", (name, size) => {
    const expected = 1000;
    const drawn = counts(render(`{{ ${name} ${size * expected} }}`));
    expect(drawn.size).toBe(size);
    // Five standard deviations.
    for (const count of drawn.values()) expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
  });

  test("randInt draws each number of its range about as often, also beyond a byte", () => {
    const drawn = counts(
      render("{{ range until 3000 }}{{ randInt -1 2 }},{{ end }}").replaceAll("-1", "m").replaceAll(",", ""),
    );
    expect([...drawn.keys()].sort()).toEqual(["0", "1", "m"]);
    for (const count of drawn.values()) expect(Math.abs(count - 1000)).toBeLessThan(160);
    const wide = render("{{ range until 500 }}{{ randInt 0 1000 }} {{ end }}").trim().split(" ").map(Number);
    expect(Math.max(...wide)).toBeGreaterThan(980);
    expect(Math.min(...wide)).toBeLessThan(20);
    expect(wide.every((value) => value >= 0 && value < 1000)).toBe(true);
  });

  test("shuffle gives each order about as often", () => {
    const drawn = counts(
      render('{{ range until 6000 }}{{ shuffle "abc" }} {{ end }}')
        .trim()
        .split(" ")
        .map((order) => String(["abc", "acb", "bac", "bca", "cab", "cba"].indexOf(order)))
        .join(""),
    );
    expect([...drawn.keys()].sort()).toEqual(["0", "1", "2", "3", "4", "5"]);
    for (const count of drawn.values()) expect(Math.abs(count - 1000)).toBeLessThan(160);
  });

  test("all bytes come from the world that is given", () => {
    const template = '{{ randAlphaNum 20 }} {{ randInt 0 1000000 }} {{ shuffle "abcdefghij" }}';
    expect(render(template)).toBe(render(template));
    expect(render(template, {}, fixedWorld("other"))).not.toBe(render(template));
  });

  test.each(["randAlphaNum 1", "randAlpha 1", "randNumeric 1", "randAscii 1", "randInt 0 1", 'shuffle "a"'])(
    "a template with %s is marked random",
    (call) => {
      expect(compileTemplate(`{{ ${call} }}`).random).toBe(true);
      expect(compileTemplate("{{ upper .x }}").random).toBe(false);
    },
  );
});
