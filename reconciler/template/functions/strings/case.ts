import { swapCase, uncapitalize } from "../../go/goutils";
import { lower, title, upper } from "../../go/strings";
import { toKebabCase, toPascalCase, toSnakeCase } from "../../go/xstrings";
import type { GoFunction } from "../function";

const convert = (
  name: string,
  doc: string,
  example: readonly [string, string],
  conversion: (text: string) => string,
): GoFunction => ({
  name,
  signature: "func(s string) string",
  doc,
  example,
  call: ([text]) => conversion(text as string),
});

/** Rune by rune costs some ten times what the engine counts for text. */
const convertRunes = (...row: Parameters<typeof convert>): GoFunction => {
  const entry = convert(...row);
  return {
    ...entry,
    call: (args, render) => {
      render.step((args[0] as string).length >> 5);
      return entry.call(args, render);
    },
  };
};

export const caseFunctions: readonly GoFunction[] = [
  convert(
    "upper",
    "All letters in upper case, each replaced by one letter (`ß` stays).",
    ['{{ upper "hello" }}', "HELLO"],
    upper,
  ),
  convert("lower", "All letters in lower case.", ['{{ lower "Hello" }}', "hello"], lower),
  convertRunes(
    "title",
    "The first letter of each word in title case; the rest stays.",
    ['{{ title "hello big world" }}', "Hello Big World"],
    title,
  ),
  convertRunes(
    "untitle",
    "The first letter of each word in lower case.",
    ['{{ untitle "Hello World" }}', "hello world"],
    uncapitalize,
  ),
  convertRunes(
    "swapcase",
    "Upper case becomes lower and the other way round; lower case at the start of a word becomes title case.",
    ['{{ swapcase "This Is A.Test" }}', "tHIS iS a.tEST"],
    swapCase,
  ),
  convertRunes(
    "snakecase",
    "Words in lower case with underscores between them.",
    ['{{ snakecase "FirstName" }}', "first_name"],
    toSnakeCase,
  ),
  convertRunes(
    "camelcase",
    "Words with a capital at their start and nothing between them.",
    ['{{ camelcase "http_server" }}', "HttpServer"],
    toPascalCase,
  ),
  convertRunes(
    "kebabcase",
    "Words in lower case with hyphens between them.",
    ['{{ kebabcase "FirstName" }}', "first-name"],
    toKebabCase,
  ),
];
