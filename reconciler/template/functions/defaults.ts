import { deepCopy } from "../go/copy";
import type { Value } from "../go/value";
import { isEmpty } from "../go/empty";
import type { GoFunction } from "./function";
import { withMust } from "./must";

export const defaultsFunctions: readonly GoFunction[] = [
  {
    name: "default",
    signature: "func(d interface{}, given ...interface{}) interface{}",
    doc: "The second value, or the first if the second is empty (see `empty`) or missing.",
    example: ['{{ "" | default "foo" }}', "foo"],
    call: ([fallback, given]) => (given === undefined || isEmpty(given) ? (fallback as Value) : given),
  },
  {
    name: "empty",
    signature: "func(given interface{}) bool",
    doc: 'Whether the value is nil, false, 0, "" or has no elements.',
    example: ['{{ empty "" }}', "true"],
    call: ([value]) => isEmpty(value as Value),
  },
  {
    name: "coalesce",
    signature: "func(v ...interface{}) interface{}",
    doc: "The first value that is not empty; nil if there is none.",
    example: ['{{ coalesce 0 "" "a" 1 }}', "a"],
    call: (values) => values.find((value) => !isEmpty(value)) ?? null,
  },
  {
    name: "all",
    signature: "func(v ...interface{}) bool",
    doc: "Whether no value is empty.",
    example: ['{{ all 1 "" true }}', "false"],
    call: (values) => !values.some(isEmpty),
  },
  {
    name: "any",
    signature: "func(v ...interface{}) bool",
    doc: "Whether a value is not empty.",
    example: ['{{ any 0 "" true }}', "true"],
    call: (values) => !values.every(isEmpty),
  },
  {
    name: "ternary",
    signature: "func(vt interface{}, vf interface{}, v bool) interface{}",
    doc: "The first value if the last is true, else the second.",
    example: ['{{ true | ternary "yes" "no" }}', "yes"],
    call: ([yes, no, condition]) => (condition === true ? yes : no) as Value,
  },
  ...withMust({
    name: "deepCopy",
    signature: "func(i interface{}) interface{}",
    doc: "A copy that shares no list and no dict with the original; nil is an error.",
    example: ['{{ $a := dict "k" (list 1) }}{{ deepCopy $a }}', "map[k:[1]]"],
    call: ([value], render) => deepCopy(value as Value, render),
  }),
];
