import type { GoFunction } from "../functions/function";
import { signatureOf } from "../functions/signature";
import { GoMap, GoObject, typeOf, type Value } from "../go/value";
import { assign, bind, type Argument } from "./argument";
import { fail } from "./errors";
import type { Cell, Eval, State } from "./state";

/** `evalField` without arguments: a method, a field of a struct, or a key of a map, which must exist (`missingkey=error`). */
export function fieldOf(state: State, receiver: Cell, name: string, at: number): Cell {
  if (receiver instanceof GoMap) {
    const value = receiver.entries.get(name);
    return value !== undefined ? value : fail(at, `map has no entry for key "${name}"`);
  }
  const method = methodOf(receiver, name, at);
  if (method === undefined) return structField(receiver!, name, at);
  checkCount(method, 0, false, at);
  return state.call(method, [receiver!], at);
}

export type FieldCall = (state: State, dot: Cell, receiver: Cell, final: Cell) => Cell;

/** `evalField` at the end of a chain with arguments, or a value from the pipeline: only a method takes them. */
export function callOf(name: string, args: readonly Argument[], hasFinal: boolean, at: number): FieldCall {
  const call = new MethodCall(args, hasFinal, at);
  return (state, dot, receiver, final) => {
    const method = methodOf(receiver, name, at);
    if (method !== undefined) return call.call(state, dot, method, receiver!, final);
    if (receiver instanceof GoMap) return fail(at, `${name} is not a method but has arguments`);
    structField(receiver!, name, at);
    return fail(at, `${name} has arguments but cannot be invoked as function`);
  };
}

function methodOf(receiver: Cell, name: string, at: number): GoFunction | undefined {
  if (receiver === undefined) fail(at, `nil data; no entry for key "${name}"`);
  if (receiver === null) fail(at, `nil pointer evaluating interface {}.${name}`);
  return typeOf(receiver)?.methods?.get(name);
}

function structField(receiver: Value, name: string, at: number): Value {
  const value = receiver instanceof GoObject ? receiver.fields.get(name) : undefined;
  return value !== undefined ? value : fail(at, `can't evaluate field ${name} in type ${typeOf(receiver)?.name}`);
}

/** The call of a method that is known only when the receiver is; bound arguments are kept for each method met. */
class MethodCall {
  readonly #bound = new Map<GoFunction, readonly Eval[]>();

  constructor(
    readonly args: readonly Argument[],
    readonly hasFinal: boolean,
    readonly at: number,
  ) {}

  call(state: State, dot: Cell, method: GoFunction, receiver: Value, final: Cell): Cell {
    const { at } = this;
    const signature = signatureOf(method);
    checkCount(method, this.args.length, this.hasFinal, at);
    let bound = this.#bound.get(method);
    if (bound === undefined) {
      bound = this.args.map((argument, index) => bind(argument, parameterAt(signature, index)));
      this.#bound.set(method, bound);
    }
    const values: Value[] = [receiver];
    for (const argument of bound) values.push(argument(state, dot, undefined) as Value);
    if (this.hasFinal) values.push(assign(final, parameterAt(signature, bound.length), at));
    return state.call(method, values, at);
  }
}

type Parameters = ReturnType<typeof signatureOf>;

/** The type asked of the argument at that place. */
export const parameterAt = ({ parameters }: Parameters, index: number) =>
  parameters[Math.min(index, parameters.length - 1)]!.type;

/** What is wrong with the number of arguments, if anything is. */
export function countProblem(callee: GoFunction, given: number, hasFinal: boolean): string | undefined {
  const { parameters, isVariadic } = signatureOf(callee);
  const total = given + (hasFinal ? 1 : 0);
  const fixed = isVariadic ? parameters.length - 1 : parameters.length;
  if (isVariadic ? total >= fixed : total === fixed) return undefined;
  return `wrong number of args: want ${isVariadic ? "at least " : ""}${fixed} got ${total}`;
}

function checkCount(callee: GoFunction, given: number, hasFinal: boolean, at: number): void {
  const problem = countProblem(callee, given, hasFinal);
  if (problem !== undefined) fail(at, problem, callee.name);
}
