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

export const caseFunctions: readonly GoFunction[] = [
  convert(
    "upper",
    "All letters in upper case, each replaced by one letter (`ß` stays).",
    ['{{ upper "hello" }}', "HELLO"],
    upper,
  ),
  convert("lower", "All letters in lower case.", ['{{ lower "Hello" }}', "hello"], lower),
  convert(
    "title",
    "The first letter of each word in title case; the rest stays.",
    ['{{ title "hello big world" }}', "Hello Big World"],
    title,
  ),
  convert(
    "untitle",
    "The first letter of each word in lower case.",
    ['{{ untitle "Hello World" }}', "hello world"],
    uncapitalize,
  ),
  convert(
    "swapcase",
    "Upper case becomes lower and the other way round; lower case at the start of a word becomes title case.",
    ['{{ swapcase "This Is A.Test" }}', "tHIS iS a.tEST"],
    swapCase,
  ),
  convert(
    "snakecase",
    "Words in lower case with underscores between them.",
    ['{{ snakecase "FirstName" }}', "first_name"],
    toSnakeCase,
  ),
  convert(
    "camelcase",
    "Words with a capital at their start and nothing between them.",
    ['{{ camelcase "http_server" }}', "HttpServer"],
    toPascalCase,
  ),
  convert(
    "kebabcase",
    "Words in lower case with hyphens between them.",
    ['{{ kebabcase "FirstName" }}', "first-name"],
    toKebabCase,
  ),
];
