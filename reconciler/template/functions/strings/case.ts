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

/** Counts the work: rune by rune costs some ten times what the engine counts for text, word by word some forty times. */
const counted = (bytesPerStep: number, entry: GoFunction): GoFunction => ({
  ...entry,
  call: (args, render) => {
    render.step(Math.ceil((args[0] as string).length / bytesPerStep));
    return entry.call(args, render);
  },
});

const convertRunes = (...row: Parameters<typeof convert>): GoFunction => counted(32, convert(...row));
const convertWords = (...row: Parameters<typeof convert>): GoFunction => counted(8, convert(...row));

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
  convertWords(
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
  convertWords(
    "kebabcase",
    "Words in lower case with hyphens between them.",
    ['{{ kebabcase "FirstName" }}', "first-name"],
    toKebabCase,
  ),
];
