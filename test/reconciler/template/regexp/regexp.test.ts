import { FunctionError, LimitError } from "../../../../reconciler/template/functions/function";
import { boundedMeter, compileRegexp, quoteMeta } from "../../../../reconciler/template/go/regexp";

const find = (pattern: string, text: string): string => compileRegexp(pattern).find(text, boundedMeter());

test("positions are bytes and an invalid byte is one character", () => {
  expect(find("a.b", "a\xffb")).toBe("a\xffb");
  expect(find("a..b", "a\xe6\x97b")).toBe("a\xe6\x97b");
  expect(find("^.$", "\xc3\xa9")).toBe("\xc3\xa9");
  expect(find("\\x{FFFD}", "\xff")).toBe("\xff");
});

test("a replacement names groups as Go's Expand does", () => {
  const replace = (replacement: string) =>
    compileRegexp("(a)(?P<x>b)?").replaceAll("ab a", replacement, boundedMeter());
  expect(replace("<$1x>")).toBe("<> <>");
  expect(replace("<${1}${x}>")).toBe("<ab> <a>");
  expect(replace("<$2|$3|$$|$>")).toBe("<b||$|$> <||$|$>");
});

test.each([
  "(",
  "a{1001}",
  "(?:a{100}){11}",
  "a**",
  "a{2}{3}",
  "(?=a)",
  "\\p{Nope}",
  "[[:nope:]]",
  "\xff",
  "\\8",
  "(?P<\xc3\xa9>a)",
])("%j is no regular expression", (pattern) => {
  expect(() => compileRegexp(pattern)).toThrow(FunctionError);
});

test("a program that is too large is refused before it is made", () => {
  expect(() => compileRegexp(`(?:${"a?".repeat(90)}){1000}`)).toThrow(LimitError);
  expect(() => compileRegexp(`(?:${"\\pL{500}".repeat(300)})`)).toThrow(LimitError);
});

test("searches that each read to the end of the text end at the bound", () => {
  const regexp = compileRegexp("a.*b|a");
  const meter = boundedMeter(20_000);
  expect(() => regexp.findAll("a".repeat(100_000), -1n, meter)).toThrow(LimitError);
  // The engine is as good as new after that.
  expect(regexp.find("xab", boundedMeter())).toBe("ab");
  expect(regexp.findAll("a".repeat(30), -1n, boundedMeter())).toHaveLength(30);
});

test("nested repetitions take linear time", () => {
  expect(compileRegexp("(a*)*b").matches("a".repeat(100_000), boundedMeter())).toBe(false);
  expect(compileRegexp("^(a|aa)+$").matches("a".repeat(100_000), boundedMeter())).toBe(true);
});

test("what is made of a replacement is bounded", () => {
  const meter = boundedMeter(1_000_000, 1000);
  expect(() => compileRegexp("a").replaceAll("a".repeat(100), "$0".repeat(20), meter)).toThrow(LimitError);
});

test("a compiled one is kept", () => {
  expect(compileRegexp("kept[0-9]+")).toBe(compileRegexp("kept[0-9]+"));
});

test("a quoted text matches itself", () => {
  const text = "\\.+*?()|[]{}^$-/\xc3\xa9";
  expect(quoteMeta(text)).toBe("\\\\\\.\\+\\*\\?\\(\\)\\|\\[\\]\\{\\}\\^\\$-/\xc3\xa9");
  expect(find(quoteMeta(text), `x${text}y`)).toBe(text);
});
