import type { Value } from "../value";
import { NO_CHARGE, type Charge } from "./formatter";
import { Printer } from "./printer";
import { printf } from "./printf";

export type { Charge } from "./formatter";

/**
 * Package `fmt` on byte strings and template values. What Go reports about a wrong format (`%!d(string=x)`, `%!(EXTRA int=1)`)
 * is part of the output, as in Go.
 *
 * Throws `FunctionError` where Go would print an address, `LimitError` for values nested deeper than 500 (also those that
 * contain themselves, where Go's process dies), and whatever `charge` throws; it is told how many bytes are about to be added.
 */
export function sprintf(format: string, args: readonly Value[], charge: Charge = NO_CHARGE): string {
  const printer = new Printer(charge);
  printf(printer, format, args);
  return printer.finish();
}

/** `fmt.Sprint`: a space between two operands when neither is a string. */
export function sprint(args: readonly Value[], charge: Charge = NO_CHARGE): string {
  if (args.length === 1) return formatValue(args[0] as Value, charge);
  const printer = new Printer(charge);
  let afterString = true;
  for (const arg of args) {
    const isString = typeof arg === "string";
    if (!isString && !afterString) printer.write(" ");
    printer.printArg(arg, "v");
    afterString = isString;
  }
  return printer.finish();
}

/** `fmt.Sprintln`: a space between all operands, a line feed at the end. */
export function sprintln(args: readonly Value[], charge: Charge = NO_CHARGE): string {
  const printer = new Printer(charge);
  args.forEach((arg, index) => {
    if (index > 0) printer.write(" ");
    printer.printArg(arg, "v");
  });
  printer.write("\n");
  return printer.finish();
}

/** `%v`: how an action prints its value, but for nil and missing ones, which are the engine's. */
export function formatValue(value: Value, charge: Charge = NO_CHARGE): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  const printer = new Printer(charge);
  printer.printArg(value, "v");
  return printer.finish();
}
