import * as unicode from "../../../../reconciler/template/go/unicode";

const code = (text: string): number => text.codePointAt(0) as number;

describe("unicode", () => {
  test("cases are mapped one code point to one", () => {
    const upper = (text: string): string =>
      [...text].map((char) => String.fromCodePoint(unicode.toUpper(code(char)))).join("");
    const lower = (text: string): string =>
      [...text].map((char) => String.fromCodePoint(unicode.toLower(code(char)))).join("");
    expect(upper("aé1ßﬁŉǆÿİıſ𐐨ა")).toBe("AÉ1ßﬁŉǄŸİIS𐐀Ა");
    expect(lower("AÉ1ẞǄΣİK𐐀Ა")).toBe("aé1ßǆσik𐐨ა");
    expect(String.fromCodePoint(unicode.toTitle(code("ǆ")), unicode.toTitle(code("a")))).toBe("ǅA");
  });

  test.each([
    [unicode.isPrint, "aé日😀 ~", "\u00a0\u00ad\u2028\ufeff\u0378\ue000\x7f"],
    [unicode.isLetter, "aßǅ日ªა", "1_ -²\u0301"],
    [unicode.isUpper, "AÉΣ𐐀", "aǅ1日"],
    [unicode.isLower, "aßσ𐐨", "Aǅ1日"],
    [unicode.isTitle, "ǅᾈ", "Aa"],
    [unicode.isDigit, "0९𝟗", "²½Ⅷa"],
    [unicode.isNumber, "0९²½Ⅷ", "a一"],
    [unicode.isPunct, "!-_«。", "$+a "],
    [unicode.isSpace, " \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2028\u2029\u202f\u205f\u3000", "a\u200b\ufeff\u180e\x00"],
  ])("%p", (property, members, others) => {
    expect([...members].filter((char) => !property(code(char)))).toEqual([]);
    expect([...others].filter((char) => property(code(char)))).toEqual([]);
  });

  test("code points that came after the Unicode version of Go are not assigned", () => {
    // U+1C89 and U+A7CB are letters since Unicode 16.
    for (const rune of [0x1c89, 0xa7cb, 0x2ebf0])
      expect([unicode.isLetter(rune), unicode.isPrint(rune), unicode.toLower(rune)]).toEqual([false, false, rune]);
  });

  test("what is no code point has no properties", () => {
    for (const rune of [-1, 0x110000, 0xd800])
      expect([unicode.isPrint(rune), unicode.isSpace(rune), unicode.toUpper(rune)]).toEqual([false, false, rune]);
  });
});
