import { FunctionError, type GoFunction, type Render } from "../../functions/function";
import { GoInteger, type Value } from "../value";

/** One method of a type: its row, without the receiver in the signature. */
export function method(
  name: string,
  signature: string,
  doc: string,
  call: (args: readonly Value[], render: Render) => Value,
): readonly [string, GoFunction] {
  return [name, { name, signature, doc, call }];
}

/** The number in an argument that its signature says is an integer. */
export function integerOf(value: Value | undefined): bigint {
  if (typeof value === "bigint") return value;
  if (value instanceof GoInteger) return value.value;
  throw new FunctionError("is not an integer");
}
