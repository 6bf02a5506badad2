import type { GoFunction } from "../functions/function";
import { REFLECT_VALUE, signatureOf } from "../functions/signature";
import type { GoType } from "../go/type";
import type { Value } from "../go/value";
import { assign, bind, idealConstant, type Argument } from "./argument";
import { fail } from "./errors";
import { callOf, countProblem, fieldOf, parameterAt } from "./field";
import type { CommandNode, FunctionNode, Operand, PipeNode } from "./node";
import type { Scope } from "./scope";
import { UNSET, type Cell, type Eval, type State } from "./state";
import { isTrue } from "./truth";

/** The functions a template can call, and note taken of the random ones it does call. */
export interface Callable {
  readonly find: (name: string) => GoFunction;
  readonly used: (callee: GoFunction) => void;
}

/** Compiles pipelines, commands and operands of one template; mirrors the `eval` functions of `text/template`. */
export class Expressions {
  constructor(
    readonly scope: Scope,
    readonly functions: Callable,
  ) {}

  /** `evalPipeline`; sets its variables. */
  pipe(pipe: PipeNode): Eval {
    const value = this.#commands(pipe.commands);
    const { scope } = this;
    const [first, second] = pipe.variables;
    if (first === undefined) return value;
    const setters = pipe.variables.map((name) => {
      if (pipe.isAssign) return scope.writer(name, pipe.at);
      const slot = scope.declare(name);
      return (state: State, cell: Cell) => {
        state.slots[slot] = cell;
      };
    });
    const [set] = setters;
    if (second === undefined) {
      return (state, dot) => {
        const cell = value(state, dot, undefined);
        set!(state, cell);
        return cell;
      };
    }
    return (state, dot) => {
      const cell = value(state, dot, undefined);
      for (const each of setters) each(state, cell);
      return cell;
    };
  }

  #commands(commands: readonly CommandNode[]): Eval {
    const stages = commands.map((command, index) => this.#command(command, index > 0));
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

  #command({ at, operands }: CommandNode, hasFinal: boolean): Eval {
    const [first, ...rest] = operands as [Operand, ...Operand[]];
    switch (first.kind) {
      case "function":
        return this.#call(first, at, rest, hasFinal);
      case "field":
        return this.#chain((_state, dot) => dot, first.names, first.at, rest, hasFinal);
      case "variable": {
        const read = this.scope.reader(first.variable, first.at);
        if (first.names.length > 0) return this.#chain(read, first.names, first.at, rest, hasFinal);
        return rest.length > 0 || hasFinal ? () => notAFunction(first.at) : read;
      }
      case "chain":
        return this.#chain(this.#operand(first.of), first.names, first.at, rest, hasFinal);
      default:
        if (rest.length > 0 || hasFinal) return () => notAFunction(first.at);
        if (first.kind === "nil") return () => fail(first.at, "nil is not a command");
        return this.#operand(first);
    }
  }

  /** An operand by itself, without arguments. */
  #operand(operand: Operand): Eval {
    switch (operand.kind) {
      case "dot":
        return (_state, dot) => dot;
      case "field":
        return this.#fields((_state, dot) => dot, operand.names, operand.at);
      case "variable":
        return this.#fields(this.scope.reader(operand.variable, operand.at), operand.names, operand.at);
      case "chain":
        return this.#fields(this.#operand(operand.of), operand.names, operand.at);
      case "function":
        return this.#call(operand, operand.at, [], false);
      case "pipe":
        return this.pipe(operand);
      default: {
        const { value, problem } = idealConstant(operand);
        return problem === undefined ? () => value : () => fail(operand.at, problem);
      }
    }
  }

  #fields(of: Eval, names: readonly string[], at: number): Eval {
    const [first] = names;
    if (first === undefined) return of;
    if (names.length === 1) return (state, dot) => fieldOf(state, of(state, dot, undefined), first, at);
    return (state, dot) => {
      let value = of(state, dot, undefined);
      for (const name of names) value = fieldOf(state, value, name, at);
      return value;
    };
  }

  /** `evalFieldChain`: arguments and the value from the pipeline go to the last name. */
  #chain(of: Eval, names: readonly string[], at: number, rest: readonly Operand[], hasFinal: boolean): Eval {
    if (rest.length === 0 && !hasFinal) return this.#fields(of, names, at);
    const receiver = this.#fields(of, names.slice(0, -1), at);
    const call = callOf(names.at(-1)!, this.#arguments(rest), hasFinal, at);
    return (state, dot, final) => call(state, dot, receiver(state, dot, undefined), final);
  }

  #arguments(operands: readonly Operand[]): readonly Argument[] {
    return operands.map((operand): Argument => {
      const { at, kind } = operand;
      if (kind === "bool" || kind === "nil" || kind === "number" || kind === "string") return { at, constant: operand };
      return { at, eval: this.#operand(operand) };
    });
  }

  /** `evalFunction` and `evalCall`. */
  #call(node: FunctionNode, at: number, operands: readonly Operand[], hasFinal: boolean): Eval {
    const callee = this.functions.find(node.name);
    this.functions.used(callee);
    const mark = this.scope.mark();
    const args = this.#arguments(operands);
    const problem = countProblem(callee, args.length, hasFinal);
    if (problem !== undefined) return () => fail(node.at, problem, callee.name);
    if (callee.name === "and" || callee.name === "or") {
      const declared = this.scope.makeConditional(mark);
      return shortCircuit(callee.name === "or", args, hasFinal, declared);
    }
    const signature = signatureOf(callee);
    const bound = args.map((argument, index) => bind(argument, parameterAt(signature, index)));
    if (!hasFinal) return callWith(callee, bound, at);
    return callWithFinal(callee, bound, parameterAt(signature, args.length), at);
  }
}

const notAFunction = (at: number): never => fail(at, "can't give argument to non-function");

/** The arities of nearly all calls without a loop. */
function callWith(callee: GoFunction, bound: readonly Eval[], at: number): Eval {
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

function callWithFinal(callee: GoFunction, bound: readonly Eval[], type: GoType, at: number): Eval {
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
function shortCircuit(
  decides: boolean,
  args: readonly Argument[],
  hasFinal: boolean,
  declared: readonly number[],
): Eval {
  const bound = args.map((argument) =>
    argument.constant === undefined ? argument.eval : bind(argument, REFLECT_VALUE),
  );
  return (state, dot, final) => {
    state.step();
    for (const slot of declared) state.slots[slot] = UNSET;
    let value: Cell = undefined;
    for (const argument of bound) {
      value = argument(state, dot, undefined);
      if (isTrue(value) === decides) return value;
    }
    return hasFinal ? final : value;
  };
}
