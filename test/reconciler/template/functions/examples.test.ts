import { FAMILIES } from "../../../../reconciler/template/functions/table";
import { render } from "./render";

const families = ["strings", "encoding", "numeric", "lists", "dicts", "defaults", "reflection", "paths"];
const rows = families.flatMap((family) => FAMILIES.get(family) ?? []);

describe("the table of functions", () => {
  test("names each function once and describes it in a sentence", () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    for (const { name, doc } of rows)
      expect({ name, doc }).toEqual({ name, doc: expect.stringMatching(/\S.*\.$/) as string });
  });

  test.each(rows.filter(({ example }) => example !== undefined).map(({ name, example }) => [name, example] as const))(
    "the example of %s gives what it says",
    (_, example) => {
      expect(render(example?.[0] ?? "")).toBe(example?.[1]);
    },
  );

  test("only random functions and fail have no example", () => {
    const bare = rows.filter(({ example, random }) => example === undefined && random !== true);
    expect(bare.map(({ name }) => name)).toEqual(["fail"]);
  });
});
