import { sprint, sprintf, sprintln } from "../go/fmt";
import type { Value } from "../go/value";
import { FunctionError, type GoFunction, type Render } from "./function";
import { equal, less } from "./builtin/compare";
import { htmlEscape, jsEscape, queryEscape } from "./builtin/escape";
import { indexOf, lengthOf, sliceOf } from "./builtin/element";
import { isTrue } from "../engine/truth";

/** `evalArgs`: one string as it is, else everything as `print` does, where nil reads as in an action. */
const argumentText = (args: readonly Value[], render: Render): string => {
  const [only] = args;
  if (args.length === 1 && typeof only === "string") return only;
  return sprint(
    args.map((arg) => arg ?? "<no value>"),
    (size) => render.room(size),
  );
};

const lessOrEqual = (a: Value, b: Value): boolean => less(a, b) || equal(a, [b]);

/** The functions of package `text/template` itself. */
export const builtinFunctions: readonly GoFunction[] = [
  {
    name: "and",
    signature: "func(arg0 reflect.Value, args ...reflect.Value) reflect.Value",
    doc: "The first empty argument, or the last one; arguments after it are not evaluated.",
    example: ['{{ and "a" "" "c" | printf "%q" }}', '""'],
    // The engine evaluates the arguments of `and` and `or` one by one; this is for a call with all of them.
    call: (args) => args.find((arg) => !isTrue(arg)) ?? args.at(-1) ?? null,
  },
  {
    name: "or",
    signature: "func(arg0 reflect.Value, args ...reflect.Value) reflect.Value",
    doc: "The first argument that is not empty, or the last one; arguments after it are not evaluated.",
    example: ['{{ or "" "b" }}', "b"],
    call: (args) => args.find((arg) => isTrue(arg)) ?? args.at(-1) ?? null,
  },
  {
    name: "not",
    signature: "func(arg reflect.Value) bool",
    doc: "True for an empty argument: false, 0, nil, and strings, lists and maps of length 0.",
    example: ['{{ not "" }}', "true"],
    call: ([arg]) => !isTrue(arg),
  },
  {
    name: "eq",
    signature: "func(arg1 reflect.Value, arg2 ...reflect.Value) (bool, error)",
    doc: "True if the first argument equals any of the others; both must be of one kind (`1` and `1.0` are not).",
    example: ['{{ eq "b" "a" "b" }}', "true"],
    call: ([first, ...others]) => equal(first!, others),
  },
  {
    name: "ne",
    signature: "func(arg1, arg2 reflect.Value) (bool, error)",
    doc: "True if the arguments differ; both must be of one kind.",
    example: ["{{ ne 1 2 }}", "true"],
    call: ([a, b]) => !equal(a!, [b!]),
  },
  {
    name: "lt",
    signature: "func(arg1, arg2 reflect.Value) (bool, error)",
    doc: "True if the first argument is less; numbers of one kind, or strings by their bytes.",
    example: ['{{ lt "a" "b" }}', "true"],
    call: ([a, b]) => less(a!, b!),
  },
  {
    name: "le",
    signature: "func(arg1, arg2 reflect.Value) (bool, error)",
    doc: "True if the first argument is less or equal.",
    example: ["{{ le 2 2 }}", "true"],
    call: ([a, b]) => lessOrEqual(a!, b!),
  },
  {
    name: "gt",
    signature: "func(arg1, arg2 reflect.Value) (bool, error)",
    doc: "True if the first argument is greater.",
    example: ["{{ gt 2 1 }}", "true"],
    call: ([a, b]) => !lessOrEqual(a!, b!),
  },
  {
    name: "ge",
    signature: "func(arg1, arg2 reflect.Value) (bool, error)",
    doc: "True if the first argument is greater or equal.",
    example: ["{{ ge 2 2 }}", "true"],
    call: ([a, b]) => !less(a!, b!),
  },
  {
    name: "len",
    signature: "func(item reflect.Value) (int, error)",
    doc: "The number of bytes of a string, or of elements of a list or map.",
    example: ['{{ len "abc" }}', "3"],
    call: ([item]) => lengthOf(item!),
  },
  {
    name: "index",
    signature: "func(item reflect.Value, indexes ...reflect.Value) (reflect.Value, error)",
    doc: "The element at an index or key, and on in it for each further one; a missing key gives the empty value.",
    example: ['{{ index (dict "a-b" "c") "a-b" }}', "c"],
    call: ([item, ...indexes]) => indexOf(item!, indexes),
  },
  {
    name: "slice",
    signature: "func(item reflect.Value, indexes ...reflect.Value) (reflect.Value, error)",
    doc: "Hidden by the function of the same name for lists.",
    call: ([item, ...indexes]) => sliceOf(item!, indexes),
  },
  {
    name: "call",
    signature: "func(fn reflect.Value, args ...reflect.Value) (reflect.Value, error)",
    doc: "Calls a value that is a function; no data of a Secret holds one, so it always fails.",
    call: () => {
      throw new FunctionError("is not a function");
    },
  },
  {
    name: "print",
    signature: "func(a ...interface{}) string",
    doc: "The arguments in their default format, with spaces between two that are not strings.",
    example: ['{{ print "a" 1 2 }}', "a1 2"],
    call: (args, render) => sprint(args, (size) => render.room(size)),
  },
  {
    name: "printf",
    signature: "func(format string, a ...interface{}) string",
    doc: "The arguments by the verbs of Go's package fmt.",
    example: ['{{ printf "%s:%05d" "a" 42 }}', "a:00042"],
    call: ([format, ...args], render) => sprintf(format as string, args, (size) => render.room(size)),
  },
  {
    name: "println",
    signature: "func(a ...interface{}) string",
    doc: "The arguments in their default format, with spaces between them and a line feed at the end.",
    example: ['{{ println "a" 1 }}', "a 1\n"],
    call: (args, render) => sprintln(args, (size) => render.room(size)),
  },
  {
    name: "html",
    signature: "func(args ...interface{}) string",
    doc: "The text of the arguments, escaped for HTML.",
    example: ['{{ html "<a>" }}', "&lt;a&gt;"],
    call: (args, render) => htmlEscape(argumentText(args, render), render),
  },
  {
    name: "js",
    signature: "func(args ...interface{}) string",
    doc: "The text of the arguments, escaped for a JavaScript string.",
    example: ['{{ js "a\'b" }}', "a\\'b"],
    call: (args, render) => jsEscape(argumentText(args, render), render),
  },
  {
    name: "urlquery",
    signature: "func(args ...interface{}) string",
    doc: "The text of the arguments, escaped for the query of a URL.",
    example: ['{{ urlquery "a b&c" }}', "a+b%26c"],
    call: (args, render) => queryEscape(argumentText(args, render), render),
  },
];
