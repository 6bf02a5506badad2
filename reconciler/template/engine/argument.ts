import { REFLECT_VALUE } from "../functions/signature";
import type { GoType } from "../go/type";
import { GoInteger, GoMap, GoSlice, typeOf, type Value } from "../go/value";
import { fail } from "./errors";
import type { NumberConstant } from "./literal";
import type { Constant } from "./node";
import { failing, known, type Cell, type Eval } from "./state";

/** An operand in the place of an argument: a constant takes the type of the parameter, anything else must have it. */
export type Argument =
  | { readonly at: number; readonly constant: Constant }
  | { readonly at: number; readonly constant?: undefined; readonly eval: Eval };

/** `evalArg` for a parameter type known in advance. */
export function bind(argument: Argument, type: GoType): Eval {
  const { at } = argument;
  if (argument.constant !== undefined) {
    const { value, problem } = convertConstant(argument.constant, type);
    return problem === undefined ? known(value) : failing(at, problem);
  }
  const evaluate = argument.eval;
  switch (type.name) {
    case "interface {}":
    case REFLECT_VALUE.name:
      return (state, dot) => evaluate(state, dot, undefined) ?? null;
    case "string":
      return (state, dot) => {
        const value = evaluate(state, dot, undefined);
        return typeof value === "string" ? value : assign(value, type, at);
      };
    default:
      return (state, dot) => assign(evaluate(state, dot, undefined), type, at);
  }
}

/** `validateType`: the value as one of the type. No value at all becomes the nil of a type that has one. */
export function assign(value: Cell, type: GoType, at: number): Value {
  const isAny = type.name === "interface {}" || type.name === REFLECT_VALUE.name;
  if (value === undefined) {
    if (isAny) return null;
    return nilOf(type) ?? fail(at, `invalid value; expected ${type.name}`);
  }
  if (isAny) return value;
  const given = typeOf(value);
  if (given !== undefined && (given.name === type.name || (given.kind === "ptr" && given.elem?.name === type.name))) {
    return value;
  }
  return fail(at, `wrong type for value; expected ${type.name}; got ${given?.name ?? "interface {}"}`);
}

/** The nil of a map, slice or pointer type; undefined if the type has none. */
function nilOf(type: GoType): Value | undefined {
  switch (type.kind) {
    case "map":
      return new GoMap(type, new Map(), true);
    case "slice":
      return new GoSlice(type, [], true);
    case "ptr":
    case "func":
    case "interface":
      return null;
    default:
      return undefined;
  }
}

type Converted =
  { readonly value: Value; readonly problem?: undefined } | { readonly value?: undefined; readonly problem: string };

/** A constant where no type is asked for: `idealConstant` and its siblings. */
export function idealConstant(constant: Constant): Converted {
  switch (constant.kind) {
    case "nil":
      return { value: null };
    case "number":
      return idealNumber(constant.value);
    default:
      return { value: constant.value };
  }
}

function idealNumber({ int, float, isFloat }: NumberConstant): Converted {
  if (isFloat && float !== undefined) return { value: float };
  return int === undefined ? { problem: "integer constant overflows int" } : { value: int };
}

function convertConstant(constant: Constant, type: GoType): Converted {
  if (type.name === "interface {}" || type.name === REFLECT_VALUE.name) return idealConstant(constant);
  if (constant.kind === "nil") {
    const value = nilOf(type);
    return value === undefined ? { problem: `cannot assign nil to ${type.name}` } : { value };
  }
  switch (type.kind) {
    case "bool":
      return constant.kind === "bool"
        ? { value: constant.value }
        : { problem: "expected bool; found another constant" };
    case "string":
      return constant.kind === "string"
        ? { value: constant.value }
        : { problem: "expected string; found another constant" };
    case "float32":
    case "float64": {
      const float = constant.kind === "number" ? constant.value.float : undefined;
      if (float === undefined) return { problem: "expected float; found another constant" };
      return { value: type.kind === "float32" ? Math.fround(float) : float };
    }
    case "int":
    case "int8":
    case "int16":
    case "int32":
    case "int64": {
      const int = constant.kind === "number" ? constant.value.int : undefined;
      if (int === undefined) return { problem: "expected integer; found another constant" };
      return { value: integer(type, BigInt.asIntN(bitsOf(type), int)) };
    }
    case "uint":
    case "uint8":
    case "uint16":
    case "uint32":
    case "uint64":
    case "uintptr": {
      const uint = constant.kind === "number" ? constant.value.uint : undefined;
      if (uint === undefined) return { problem: "expected unsigned integer; found another constant" };
      return { value: integer(type, BigInt.asUintN(bitsOf(type), uint)) };
    }
    default:
      return { problem: `can't handle a constant for an argument of type ${type.name}` };
  }
}

const bitsOf = (type: GoType): number => Number(/\d+$/.exec(type.kind)?.[0] ?? 64);
const integer = (type: GoType, value: bigint): Value => (type.name === "int" ? value : new GoInteger(type, value));
