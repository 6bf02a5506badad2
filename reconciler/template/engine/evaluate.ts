import type { GoFunction } from "../functions/function";
import type { GoType } from "../go/type";
import type { Value } from "../go/value";
import { assign } from "./argument";
import { fieldOf, type FieldCall } from "./field";
import { UNSET, failing, type Cell, type Eval, type State } from "./state";
import { isTrue } from "./truth";

// What expressions do at run time. These functions stand apart from the compiler so that what they return holds nothing of it:
// a closure keeps alive whatever any closure of the same function mentions.

export type Setter = (state: State, value: Cell) => void;

export const notAFunction = (at: number): Eval => failing(at, "can't give argument to non-function");

export const currentDot: Eval = (_state, dot) => dot;

/** The commands of a pipeline, each given the value of the one before. A nil interface is no value from there on. */
export function sequence(stages: readonly Eval[]): Eval {
  const [first, second] = stages as [Eval, Eval?];
  if (second === undefined) return (state, dot) => first(state, dot, undefined) ?? undefined;
  if (stages.length === 2) {
    return (state, dot) => second(state, dot, first(state, dot, undefined) ?? undefined) ?? undefined;
  }
  return (state, dot) => {
    let value: Cell = undefined;
    for (const stage of stages) value = stage(state, dot, value) ?? undefined;
    return value;
  };
}

/** A pipeline that declares or assigns. */
export function setting(value: Eval, setters: readonly Setter[]): Eval {
  const [only] = setters;
  if (setters.length === 1) {
    return (state, dot) => {
      const cell = value(state, dot, undefined);
      only!(state, cell);
      return cell;
    };
  }
  return (state, dot) => {
    const cell = value(state, dot, undefined);
    for (const set of setters) set(state, cell);
    return cell;
  };
}

/** `.a.b.c` of something. */
export function fields(of: Eval, names: readonly string[], at: number): Eval {
  const [first] = names;
  if (first === undefined) return of;
  if (names.length === 1 && of === currentDot) return (state, dot) => fieldOf(state, dot, first, at);
  if (names.length === 1) return (state, dot) => fieldOf(state, of(state, dot, undefined), first, at);
  return (state, dot) => {
    let value = of(state, dot, undefined);
    for (const name of names) value = fieldOf(state, value, name, at);
    return value;
  };
}

/** The last name of a chain, with arguments. */
export const fieldCall =
  (receiver: Eval, call: FieldCall): Eval =>
  (state, dot, final) =>
    call(state, dot, receiver(state, dot, undefined), final);

/** The arities of nearly all calls without a loop. */
export function callWith(callee: GoFunction, bound: readonly Eval[], at: number): Eval {
  const [a, b, c] = bound as [Eval, Eval, Eval];
  switch (bound.length) {
    case 0:
      return (state) => state.call(callee, [], at);
    case 1:
      return (state, dot) => state.call(callee, [a(state, dot, undefined) as Value], at);
    case 2:
      return (state, dot) =>
        state.call(callee, [a(state, dot, undefined) as Value, b(state, dot, undefined) as Value], at);
    case 3:
      return (state, dot) =>
        state.call(
          callee,
          [a(state, dot, undefined) as Value, b(state, dot, undefined) as Value, c(state, dot, undefined) as Value],
          at,
        );
    default:
      return (state, dot) => {
        const values: Value[] = [];
        for (const argument of bound) values.push(argument(state, dot, undefined) as Value);
        return state.call(callee, values, at);
      };
  }
}

export function callWithFinal(callee: GoFunction, bound: readonly Eval[], type: GoType, at: number): Eval {
  const takesText = type.name === "string";
  const last = (final: Cell): Value => (takesText && typeof final === "string" ? final : assign(final, type, at));
  const [a, b] = bound as [Eval, Eval];
  switch (bound.length) {
    case 0:
      return (state, _dot, final) => state.call(callee, [last(final)], at);
    case 1:
      return (state, dot, final) => state.call(callee, [a(state, dot, undefined) as Value, last(final)], at);
    case 2:
      return (state, dot, final) =>
        state.call(callee, [a(state, dot, undefined) as Value, b(state, dot, undefined) as Value, last(final)], at);
    default:
      return (state, dot, final) => {
        const values: Value[] = [];
        for (const argument of bound) values.push(argument(state, dot, undefined) as Value);
        values.push(last(final));
        return state.call(callee, values, at);
      };
  }
}

/** `and` and `or`: the first argument that decides, else the last; what comes from the pipeline is last. */
export function shortCircuit(
  decides: boolean,
  args: readonly Eval[],
  hasFinal: boolean,
  declared: readonly number[],
): Eval {
  return (state, dot, final) => {
    state.step();
    for (const slot of declared) state.slots[slot] = UNSET;
    let value: Cell = undefined;
    for (const argument of args) {
      value = argument(state, dot, undefined);
      if (isTrue(value) === decides) return value;
    }
    return hasFinal ? final : value;
  };
}
