import type { GoFunction } from "../functions/function";
import { REFLECT_VALUE, signatureOf } from "../functions/signature";
import { bind, idealConstant, type Argument } from "./argument";
import {
  callWith,
  callWithFinal,
  currentDot,
  fieldCall,
  fields,
  notAFunction,
  sequence,
  setting,
  shortCircuit,
} from "./evaluate";
import { callOf, countProblem, parameterAt } from "./field";
import type { CommandNode, FunctionNode, Operand, PipeNode } from "./node";
import { toSlot, type Scope } from "./scope";
import { failing, known, type Eval } from "./state";

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

  /** A pipeline whose value is printed, where it does not matter what kind of nil it is. */
  printable(pipe: PipeNode): Eval {
    const [command, second] = pipe.commands;
    return second === undefined && pipe.variables.length === 0 ? this.#command(command!, false) : this.pipe(pipe);
  }

  /** `evalPipeline`; sets its variables. */
  pipe(pipe: PipeNode): Eval {
    const value = sequence(pipe.commands.map((command, index) => this.#command(command, index > 0)));
    if (pipe.variables.length === 0) return value;
    const { scope } = this;
    const setters = pipe.variables.map((name) =>
      pipe.isAssign ? scope.writer(name, pipe.at) : toSlot(scope.declare(name)),
    );
    return setting(value, setters);
  }

  #command({ at, operands }: CommandNode, hasFinal: boolean): Eval {
    const [first, ...rest] = operands as [Operand, ...Operand[]];
    switch (first.kind) {
      case "function":
        return this.#call(first, at, rest, hasFinal);
      case "field":
        return this.#chain(currentDot, first.names, first.at, rest, hasFinal);
      case "variable": {
        const read = this.scope.reader(first.variable, first.at);
        if (first.names.length > 0) return this.#chain(read, first.names, first.at, rest, hasFinal);
        return rest.length > 0 || hasFinal ? notAFunction(first.at) : read;
      }
      case "chain":
        return this.#chain(this.#operand(first.of), first.names, first.at, rest, hasFinal);
      default:
        if (rest.length > 0 || hasFinal) return notAFunction(first.at);
        if (first.kind === "nil") return failing(first.at, "nil is not a command");
        return this.#operand(first);
    }
  }

  /** An operand by itself, without arguments. */
  #operand(operand: Operand): Eval {
    switch (operand.kind) {
      case "dot":
        return currentDot;
      case "field":
        return fields(currentDot, operand.names, operand.at);
      case "variable":
        return fields(this.scope.reader(operand.variable, operand.at), operand.names, operand.at);
      case "chain":
        return fields(this.#operand(operand.of), operand.names, operand.at);
      case "function":
        return this.#call(operand, operand.at, [], false);
      case "pipe":
        return this.pipe(operand);
      default: {
        const { value, problem } = idealConstant(operand);
        return problem === undefined ? known(value) : failing(operand.at, problem);
      }
    }
  }

  /** `evalFieldChain`: arguments and the value from the pipeline go to the last name. */
  #chain(of: Eval, names: readonly string[], at: number, rest: readonly Operand[], hasFinal: boolean): Eval {
    if (rest.length === 0 && !hasFinal) return fields(of, names, at);
    const receiver = fields(of, names.slice(0, -1), at);
    const call = callOf(names.at(-1)!, this.#arguments(rest), hasFinal, at);
    return fieldCall(receiver, call);
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
    if (problem !== undefined) return failing(node.at, problem, callee.name);
    if (callee.name === "and" || callee.name === "or") {
      const declared = this.scope.makeConditional(mark);
      const bound = args.map((argument) =>
        argument.constant === undefined ? argument.eval : bind(argument, REFLECT_VALUE),
      );
      return shortCircuit(callee.name === "or", bound, hasFinal, declared);
    }
    const signature = signatureOf(callee);
    const bound = args.map((argument, index) => bind(argument, parameterAt(signature, index)));
    if (!hasFinal) return callWith(callee, bound, at);
    return callWithFinal(callee, bound, parameterAt(signature, args.length), at);
  }
}
