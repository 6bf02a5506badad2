import { GoInteger, GoMap, GoSlice, byBytes, typeOf, type Value } from "../go/value";
import { fail, limit } from "./errors";
import { Expressions, type Callable } from "./expression";
import type { BranchNode, Node, RangeNode, TemplateNode, Tree } from "./node";
import { printed } from "./print";
import { Scope } from "./scope";
import { BREAK, CONTINUE, NONE, type Cell, type Eval, type Exec, type State } from "./state";
import { isTrue } from "./truth";

/** A template ready to run; `body` is absent until all of a text are compiled, because they may call each other. */
export interface Compiled {
  body: Exec;
  slots: number;
  readonly height: number;
}

/** What is shared by the templates of one text. */
export interface Surroundings extends Callable {
  readonly template: (name: string) => Compiled | undefined;
  readonly invoked: (name: string) => void;
}

export function compileTree(tree: Tree, surroundings: Surroundings): Pick<Compiled, "body" | "slots"> {
  const scope = new Scope();
  const statements = new Statements(scope, new Expressions(scope, surroundings), surroundings);
  return { body: statements.list(tree.list), slots: scope.slots };
}

/** Compiles the nodes of one template; mirrors the `walk` functions of `text/template`. */
class Statements {
  constructor(
    readonly scope: Scope,
    readonly expressions: Expressions,
    readonly surroundings: Surroundings,
  ) {}

  list(nodes: readonly Node[]): Exec {
    const compiled = nodes.map((node) => this.#node(node));
    const [first, second] = compiled;
    if (first === undefined) return () => NONE;
    if (second === undefined) return first;
    const { length } = compiled;
    return (state, dot) => {
      state.step(length);
      for (let index = 0; index < length; index++) {
        const jump = compiled[index]!(state, dot);
        if (jump !== NONE) return jump;
      }
      return NONE;
    };
  }

  #node(node: Node): Exec {
    switch (node.kind) {
      case "text": {
        const { at, text } = node;
        return (state) => {
          state.write(text, at);
          return NONE;
        };
      }
      case "action": {
        const { at } = node;
        const value = this.expressions.pipe(node.pipe);
        if (node.pipe.variables.length > 0) {
          return (state, dot) => {
            value(state, dot, undefined);
            return NONE;
          };
        }
        return (state, dot) => {
          const result = value(state, dot, undefined);
          if (typeof result === "string") {
            state.write(result, at);
          } else {
            state.atNode(at);
            state.write(printed(result, state), at);
          }
          return NONE;
        };
      }
      case "if":
      case "with":
        return this.#branch(node);
      case "range":
        return this.#range(node);
      case "template":
        return this.#template(node);
      case "break":
        return () => BREAK;
      case "continue":
        return () => CONTINUE;
    }
  }

  #scoped<T>(compile: () => T): T {
    const mark = this.scope.mark();
    const result = compile();
    this.scope.pop(mark);
    return result;
  }

  /** Variables of a branch's pipeline stay in scope for the branches after it, those of its list do not. */
  #branch(node: BranchNode): Exec {
    const isWith = node.kind === "with";
    return this.#scoped(() => {
      const branches = node.branches.map(({ pipe, list }) => ({
        test: this.expressions.pipe(pipe),
        body: this.#scoped(() => this.list(list)),
      }));
      const otherwise = this.#otherwise(node.otherwise);
      const [only] = branches;
      if (branches.length === 1) {
        const { test, body } = only!;
        return (state: State, dot: Cell) => {
          const value = test(state, dot, undefined);
          return isTrue(value) ? body(state, isWith ? value : dot) : otherwise(state, dot);
        };
      }
      return (state: State, dot: Cell) => {
        for (const { test, body } of branches) {
          state.step();
          const value = test(state, dot, undefined);
          if (isTrue(value)) return body(state, isWith ? value : dot);
        }
        return otherwise(state, dot);
      };
    });
  }

  #otherwise(list: readonly Node[] | undefined): Exec {
    return list === undefined ? () => NONE : this.#scoped(() => this.list(list));
  }

  #range(node: RangeNode): Exec {
    return this.#scoped(() => {
      const { pipe } = node;
      const value = this.expressions.pipe(pipe);
      const set = this.#iterationVariables(node);
      const body = this.#scoped(() => this.list(node.list));
      const otherwise = this.#otherwise(node.otherwise);
      const iterate = new Iteration(set, body, pipe.at, pipe.variables.length);
      return (state: State, dot: Cell) => {
        if (iterate.over(state, value(state, dot, undefined))) return NONE;
        const jump = otherwise(state, dot);
        // As in Go, where a `break` in the else list ends this range and not the one around it.
        return jump === BREAK ? NONE : jump;
      };
    });
  }

  /** Sets the one or two variables of a range; the pipeline declared or will have assigned them already. */
  #iterationVariables({ pipe }: RangeNode): ((state: State, index: Cell, element: Cell) => void) | undefined {
    const [first, second] = pipe.variables.map((name) => this.scope.writer(name, pipe.at));
    if (first === undefined) return undefined;
    if (second === undefined) return (state, _index, element) => first(state, element);
    // `range $x, $x := ...`: the slots differ, the inner one is the element's.
    return (state, index, element) => {
      first(state, index);
      second(state, element);
    };
  }

  #template(node: TemplateNode): Exec {
    const { at, name } = node;
    const { surroundings } = this;
    surroundings.invoked(name);
    const argument: Eval = node.pipe === undefined ? () => undefined : this.expressions.pipe(node.pipe);
    return (state, dot) => {
      const target = surroundings.template(name);
      if (target === undefined) return fail(at, "template not defined");
      state.step();
      const value = argument(state, dot, undefined);
      const { slots, depth } = state;
      state.depth = depth + target.height + 1;
      if (state.depth > state.limits.depth) limit(at, "depth");
      state.slots = new Array<Cell>(target.slots).fill(undefined);
      state.slots[0] = value;
      target.body(state, value);
      state.slots = slots;
      state.depth = depth;
      return NONE;
    };
  }
}

/** `walkRange` after its pipeline. */
class Iteration {
  constructor(
    readonly set: ((state: State, index: Cell, element: Cell) => void) | undefined,
    readonly body: Exec,
    readonly at: number,
    readonly variables: number,
  ) {}

  /** False if there was nothing to iterate over. */
  over(state: State, value: Cell): boolean {
    if (value === undefined || value === null) return false;
    if (value instanceof GoSlice) return this.#slice(state, value);
    if (value instanceof GoMap) {
      return this.#map(state, value);
    }
    if (typeof value === "bigint") return this.#count(state, value, (count) => count);
    if (value instanceof GoInteger) return this.#count(state, value.value, (count) => new GoInteger(value.type, count));
    return fail(this.at, `range can't iterate over ${typeOf(value)!.name}`);
  }

  /** In the order of the keys, over the entries there were at the start. */
  #map(state: State, { entries }: GoMap): boolean {
    state.atNode(this.at);
    state.step(entries.size);
    const sorted = [...entries].sort(([a], [b]) => byBytes(a, b));
    for (const [key, element] of sorted) if (this.#once(state, key, element)) break;
    return sorted.length > 0;
  }

  #slice(state: State, { items }: GoSlice): boolean {
    const needsIndex = this.variables > 1;
    for (let index = 0; index < items.length; index++) {
      if (this.#once(state, needsIndex ? BigInt(index) : undefined, items[index])) break;
    }
    return items.length > 0;
  }

  #count(state: State, count: bigint, make: (count: bigint) => Value): boolean {
    if (this.variables > 1) fail(this.at, "can't use an integer to iterate over more than one variable");
    for (let index = 0n; index < count; index++) if (this.#once(state, undefined, make(index))) break;
    return count > 0n;
  }

  /** Returns whether the range ends here. */
  #once(state: State, index: Cell, element: Cell): boolean {
    state.atNode(this.at);
    state.step();
    if (this.set !== undefined) this.set(state, index, element);
    return this.body(state, element) === BREAK;
  }
}
