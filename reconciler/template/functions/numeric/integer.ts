import { toInt64 } from "../../go/cast";
import { randomBelow } from "../../go/random";
import { sprint } from "../../go/fmt";
import { atoi, parseInt } from "../../go/strconv";
import { INT64 } from "../../go/type";
import { GoInteger, wrapInt, type Value } from "../../go/value";
import { FunctionError, type GoFunction } from "../function";

const int64 = (value: bigint): GoInteger => new GoInteger(INT64, wrapInt(value));

function divisor(value: Value): bigint {
  const by = toInt64(value);
  if (by === 0n) throw new FunctionError("division by zero");
  return by;
}

const largest = {
  signature: "func(a interface{}, i ...interface{}) int64",
  doc: "The largest of the integers.",
  call: (values: readonly Value[]) => int64(values.map(toInt64).reduce((most, value) => (value > most ? value : most))),
};

export const integerFunctions: readonly GoFunction[] = [
  {
    name: "atoi",
    signature: "func(a string) int",
    doc: "The decimal integer in the text; 0 if it is none, the nearest bound if it is too large.",
    example: ['{{ atoi "042" }}', "42"],
    call: ([text]) => atoi(text as string).value,
  },
  {
    name: "int64",
    signature: "func(v interface{}) int64",
    doc: "The value as an int64: floats lose their fraction, text is read as a Go literal, what is no number is 0.",
    example: ['{{ int64 "0x1f" }}', "31"],
    call: ([value]) => int64(toInt64(value as Value)),
  },
  {
    name: "int",
    signature: "func(v interface{}) int",
    doc: "The value as an int, converted as by `int64`.",
    example: ['{{ int "12.9" }}', "12"],
    call: ([value]) => toInt64(value as Value),
  },
  {
    name: "toDecimal",
    signature: "func(v interface{}) int64",
    doc: "The octal number in the value's text; 0 if it is none.",
    example: ['{{ toDecimal "0777" }}', "511"],
    call: ([value]) => {
      const { value: parsed, error } = parseInt(sprint([value as Value]), 8, 64);
      return int64(error === undefined ? parsed : 0n);
    },
  },
  {
    name: "add1",
    signature: "func(i interface{}) int64",
    doc: "One more.",
    example: ["{{ add1 4 }}", "5"],
    call: ([value]) => int64(toInt64(value as Value) + 1n),
  },
  {
    name: "add",
    signature: "func(i ...interface{}) int64",
    doc: "The sum of the integers; too large a one wraps around, as in all integer functions.",
    example: ['{{ add 1 "2" 3.9 }}', "6"],
    call: (values) => int64(values.reduce<bigint>((sum, value) => sum + toInt64(value), 0n)),
  },
  {
    name: "sub",
    signature: "func(a, b interface{}) int64",
    doc: "The first integer less the second.",
    example: ["{{ sub 5 2 }}", "3"],
    call: ([a, b]) => int64(toInt64(a as Value) - toInt64(b as Value)),
  },
  {
    name: "div",
    signature: "func(a, b interface{}) int64",
    doc: "The first integer divided by the second, without the rest; division by 0 is an error.",
    example: ["{{ div 7 2 }}", "3"],
    call: ([a, b]) => int64(toInt64(a as Value) / divisor(b as Value)),
  },
  {
    name: "mod",
    signature: "func(a, b interface{}) int64",
    doc: "The rest of the division, with the sign of the first integer; division by 0 is an error.",
    example: ["{{ mod -7 3 }}", "-1"],
    call: ([a, b]) => int64(toInt64(a as Value) % divisor(b as Value)),
  },
  {
    name: "mul",
    signature: "func(a interface{}, v ...interface{}) int64",
    doc: "The product of the integers.",
    example: ["{{ mul 2 3 4 }}", "24"],
    call: (values) => int64(values.reduce<bigint>((product, value) => wrapInt(product * toInt64(value)), 1n)),
  },
  { name: "max", ...largest, example: ["{{ max 1 3 2 }}", "3"] },
  { name: "biggest", ...largest, example: ["{{ biggest 1 3 2 }}", "3"] },
  {
    name: "min",
    signature: "func(a interface{}, i ...interface{}) int64",
    doc: "The smallest of the integers.",
    example: ["{{ min 3 1 2 }}", "1"],
    call: (values) => int64(values.map(toInt64).reduce((least, value) => (value < least ? value : least))),
  },
  {
    name: "randInt",
    signature: "func(min, max int) int",
    doc: "A random integer from the first to below the second, which must be larger.",
    random: true,
    call: ([min, max], render) => {
      const [least, bound] = [min as bigint, wrapInt((max as bigint) - (min as bigint))];
      if (bound <= 0n) throw new FunctionError("empty range");
      return wrapInt(least + randomBelow(bound, render));
    },
  },
];
