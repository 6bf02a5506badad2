import { toFloat64 } from "../../go/cast";
import { add, decimalOf, divide, floatOf, multiply, subtract, type Decimal } from "../../go/decimal";
import { max, min, powerOfTen } from "../../go/math";
import type { Value } from "../../go/value";
import type { GoFunction, Render } from "../function";

const ONE: Decimal = { value: 1n, exponent: 0 };

/** sprig's `execDecimalOp`: decimal arithmetic on the shortest digits of each float. */
function fold(values: readonly Value[], first: Decimal, combine: (a: Decimal, b: Decimal) => Decimal, render: Render) {
  let result = first;
  for (const value of values) {
    render.step();
    result = combine(result, decimalOf(toFloat64(value)));
  }
  return floatOf(result);
}

const leftFold = (
  name: string,
  doc: string,
  example: readonly [string, string],
  combine: (a: Decimal, b: Decimal) => Decimal,
): GoFunction => ({
  name,
  signature: "func(a interface{}, v ...interface{}) float64",
  doc,
  example,
  call: ([value, ...rest], render) => fold(rest, decimalOf(toFloat64(value as Value)), combine, render),
});

const whole = (
  name: string,
  doc: string,
  example: readonly [string, string],
  round: (value: number) => number,
): GoFunction => ({
  name,
  signature: "func(a interface{}) float64",
  doc,
  example,
  call: ([value]) => round(toFloat64(value as Value)),
});

const extreme = (
  name: string,
  doc: string,
  example: readonly [string, string],
  choose: (a: number, b: number) => number,
): GoFunction => ({
  name,
  signature: "func(a interface{}, i ...interface{}) float64",
  doc,
  example,
  call: (values) => values.map(toFloat64).reduce((chosen, value) => choose(chosen, value)),
});

export const floatFunctions: readonly GoFunction[] = [
  {
    name: "float64",
    signature: "func(v interface{}) float64",
    doc: "The value as a float64; what is no number is 0.",
    example: ['{{ float64 "1.50" }}', "1.5"],
    call: ([value]) => toFloat64(value as Value),
  },
  {
    name: "add1f",
    signature: "func(i interface{}) float64",
    doc: "One more, in decimal arithmetic.",
    example: ["{{ add1f 1.5 }}", "2.5"],
    call: ([value]) => floatOf(add(decimalOf(toFloat64(value as Value)), ONE)),
  },
  {
    name: "addf",
    signature: "func(i ...interface{}) float64",
    doc: "The sum, in decimal arithmetic; NaN and infinities are errors in all functions that end in f but maxf and minf.",
    example: ["{{ addf 0.1 0.2 }}", "0.3"],
    call: (values, render) => fold(values, decimalOf(0), add, render),
  },
  leftFold("subf", "The first number less the others, in decimal arithmetic.", ["{{ subf 7.5 2 3 }}", "2.5"], subtract),
  leftFold(
    "divf",
    "The first number divided by the others, rounded to 16 places each time; division by 0 is an error.",
    ["{{ divf 10 4 }}", "2.5"],
    divide,
  ),
  leftFold("mulf", "The product, in decimal arithmetic.", ["{{ mulf 1.5 2 2 }}", "6"], multiply),
  extreme("maxf", "The largest of the numbers.", ["{{ maxf 1 2.5 2 }}", "2.5"], max),
  extreme("minf", "The smallest of the numbers.", ["{{ minf 1.5 2 }}", "1.5"], min),
  whole("floor", "The largest whole number that is not larger.", ["{{ floor 123.9 }}", "123"], Math.floor),
  whole("ceil", "The smallest whole number that is not smaller.", ["{{ ceil 123.1 }}", "124"], Math.ceil),
  {
    name: "round",
    signature: "func(a interface{}, p int, rOpt ...float64) float64",
    doc: "Rounded to `p` places: up from the fraction `rOpt` on (0.5 if it is not given), else down; negative numbers always go down.",
    example: ["{{ round 123.555555 3 }}", "123.556"],
    call: ([value, places, from]) => {
      const power = powerOfTen(Number(places));
      const digits = power * toFloat64(value as Value);
      const up = digits - Math.trunc(digits) >= ((from as number | undefined) ?? 0.5);
      return (up ? Math.ceil(digits) : Math.floor(digits)) / power;
    },
  },
];
