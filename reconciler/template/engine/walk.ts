import { GoInteger, GoMap, GoSlice, byBytes, typeOf, type Value } from "../go/value";
import { fail, limit } from "./errors";
import type { Setter } from "./evaluate";
import { printed } from "./print";
import { BREAK, NONE, type Cell, type Eval, type Exec, type State } from "./state";
import { isTrue } from "./truth";

// What nodes do at run time; apart from the compiler for the reason told in evaluate.ts.

export const nothing: Exec = () => NONE;

export const jumping =
  (jump: ReturnType<Exec>): Exec =>
  () =>
    jump;

export const writing =
  (text: string, at: number): Exec =>
  (state) => {
    state.write(text, at);
    return NONE;
  };

export const evaluating =
  (value: Eval): Exec =>
  (state, dot) => {
    value(state, dot, undefined);
    return NONE;
  };

export const printing =
  (value: Eval, at: number): Exec =>
  (state, dot) => {
    const result = value(state, dot, undefined);
    if (typeof result === "string") {
      state.write(result, at);
    } else {
      state.atNode(at);
      state.write(printed(result, state), at);
    }
    return NONE;
  };

export function inOrder(nodes: readonly Exec[]): Exec {
  const { length } = nodes;
  if (length < 2) return nodes[0] ?? nothing;
  return (state, dot) => {
    state.step(length);
    for (let index = 0; index < length; index++) {
      const jump = nodes[index]!(state, dot);
      if (jump !== NONE) return jump;
    }
    return NONE;
  };
}

export interface Branch {
  readonly test: Eval;
  readonly body: Exec;
}

/** `walkIfOrWith`. */
export function branching(branches: readonly Branch[], otherwise: Exec, isWith: boolean): Exec {
  if (branches.length === 1) {
    const { test, body } = branches[0]!;
    return (state, dot) => {
      const value = test(state, dot, undefined);
      return isTrue(value) ? body(state, isWith ? value : dot) : otherwise(state, dot);
    };
  }
  return (state, dot) => {
    for (const { test, body } of branches) {
      state.step();
      const value = test(state, dot, undefined);
      if (isTrue(value)) return body(state, isWith ? value : dot);
    }
    return otherwise(state, dot);
  };
}

/** A template ready to run; the ones of a text may call each other, so `body` comes once all are known. */
export interface Compiled {
  body: Exec;
  slots: number;
  readonly height: number;
}

/** `walkTemplate`. */
export const invoking =
  (find: () => Compiled | undefined, argument: Eval, at: number): Exec =>
  (state, dot) => {
    const target = find();
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

/** `walkRange`. */
export const ranging =
  (value: Eval, iteration: Iteration, otherwise: Exec): Exec =>
  (state, dot) => {
    if (iteration.over(state, value(state, dot, undefined))) return NONE;
    const jump = otherwise(state, dot);
    // As in Go, where a `break` in the else list ends this range and not the one around it.
    return jump === BREAK ? NONE : jump;
  };

/** The iterations of a range over a value. */
export class Iteration {
  constructor(
    readonly setters: readonly Setter[],
    readonly body: Exec,
    readonly at: number,
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
    const needsIndex = this.setters.length > 1;
    for (let index = 0; index < items.length; index++) {
      if (this.#once(state, needsIndex ? BigInt(index) : undefined, items[index])) break;
    }
    return items.length > 0;
  }

  #count(state: State, count: bigint, make: (count: bigint) => Value): boolean {
    if (this.setters.length > 1) fail(this.at, "can't use an integer to iterate over more than one variable");
    for (let index = 0n; index < count; index++) if (this.#once(state, undefined, make(index))) break;
    return count > 0n;
  }

  /** Returns whether the range ends here. */
  #once(state: State, index: Cell, element: Cell): boolean {
    state.atNode(this.at);
    state.step();
    const [first, second] = this.setters;
    if (second !== undefined) {
      first!(state, index);
      second(state, element);
    } else if (first !== undefined) {
      first(state, element);
    }
    return this.body(state, element) === BREAK;
  }
}
