import fc from "fast-check";
import { sortByName } from "../../components/model/sorted";

describe("entries sorted by name", () => {
  it("are those of the engine's own sort, whatever their number", () => {
    const entries = fc.uniqueArray(fc.tuple(fc.string(), fc.integer()), { selector: ([name]) => name, maxLength: 40 });
    fc.assert(
      fc.property(entries, (given) => {
        const expected = [...given].sort(([a], [b]) => (a < b ? -1 : 1));
        expect(sortByName([...given])).toEqual(expected);
      }),
    );
  });

  it("keep entries of one name in their order", () => {
    expect(
      sortByName([
        ["b", 1],
        ["a", 2],
        ["b", 3],
        ["a", 4],
      ]),
    ).toEqual([
      ["a", 2],
      ["a", 4],
      ["b", 1],
      ["b", 3],
    ]);
  });
});
