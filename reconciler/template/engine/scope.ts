import { fail } from "./errors";
import type { Setter } from "./evaluate";
import { UNSET, type Cell, type Eval, type State } from "./state";

interface Binding {
  readonly name: string;
  readonly slot: number;
  /** The one of the same name that it hides. */
  readonly outer: Binding | undefined;
  /** Declared in an argument of `and` or `or`, which may never be evaluated. */
  isConditional: boolean;
}

/**
 * Variables of one template while it is compiled. Go keeps a stack of names at run time; what it finds there is known from the
 * text, except where `and` and `or` skip a declaration, so that each declaration gets a slot.
 */
export class Scope {
  readonly #bindings: Binding[] = [];
  readonly #innermost = new Map<string, Binding | undefined>();
  #slots = 0;

  constructor() {
    this.declare("$");
  }

  /** How many slots the template needs. */
  get slots(): number {
    return this.#slots;
  }

  mark(): number {
    return this.#bindings.length;
  }

  pop(mark: number): void {
    while (this.#bindings.length > mark) {
      const { name, outer } = this.#bindings.pop()!;
      this.#innermost.set(name, outer);
    }
  }

  declare(name: string): number {
    const binding = { name, slot: this.#slots++, outer: this.#innermost.get(name), isConditional: false };
    this.#innermost.set(name, binding);
    this.#bindings.push(binding);
    return binding.slot;
  }

  /** Marks what was declared since as conditional; returns its slots. */
  makeConditional(mark: number): readonly number[] {
    return this.#bindings.slice(mark).map((binding) => {
      binding.isConditional = true;
      return binding.slot;
    });
  }

  /** `varValue`. */
  reader(name: string, at: number): Eval {
    const binding = this.#innermost.get(name);
    return binding === undefined || binding.isConditional ? searching(binding, name, at) : fromSlot(binding.slot);
  }

  /** `setVar`. */
  writer(name: string, at: number): Setter {
    const binding = this.#innermost.get(name);
    return binding === undefined || binding.isConditional ? searchingWriter(binding, name, at) : toSlot(binding.slot);
  }
}

const fromSlot =
  (slot: number): Eval =>
  (state) =>
    state.slots[slot] as Cell;

export const toSlot =
  (slot: number): Setter =>
  (state, value) => {
    state.slots[slot] = value;
  };

const searching =
  (innermost: Binding | undefined, name: string, at: number): Eval =>
  (state) =>
    state.slots[slotNow(innermost, state, name, at)] as Cell;

const searchingWriter =
  (innermost: Binding | undefined, name: string, at: number): Setter =>
  (state, value) => {
    state.slots[slotNow(innermost, state, name, at)] = value;
  };

/** The innermost declaration that was evaluated. The parser lets more names pass than Go's run time knows, as there. */
function slotNow(innermost: Binding | undefined, state: State, name: string, at: number): number {
  for (let binding = innermost; binding !== undefined; binding = binding.outer) {
    if (state.slots[binding.slot] !== UNSET) return binding.slot;
    state.step();
  }
  return fail(at, `undefined variable: ${name}`);
}
