import { fail } from "./errors";
import { UNSET, type Cell, type Eval, type State } from "./state";

interface Binding {
  readonly name: string;
  readonly slot: number;
  /** Declared in an argument of `and` or `or`, which may never be evaluated. */
  conditional: boolean;
}

/**
 * Variables of one template while it is compiled. Go keeps a stack of names at run time; what it finds there is known from the
 * text, except where `and` and `or` skip a declaration, so that each declaration gets a slot.
 */
export class Scope {
  readonly #bindings: Binding[] = [{ name: "$", slot: 0, conditional: false }];
  /** Positions in `#bindings` by name, for a lookup that does not grow with the template. */
  readonly #byName = new Map<string, number[]>([["$", [0]]]);
  #slots = 1;

  /** How many slots the template needs. */
  get slots(): number {
    return this.#slots;
  }

  mark(): number {
    return this.#bindings.length;
  }

  pop(mark: number): void {
    while (this.#bindings.length > mark) this.#byName.get(this.#bindings.pop()!.name)!.pop();
  }

  declare(name: string): number {
    const slot = this.#slots++;
    const positions = this.#byName.get(name);
    if (positions === undefined) this.#byName.set(name, [this.#bindings.length]);
    else positions.push(this.#bindings.length);
    this.#bindings.push({ name, slot, conditional: false });
    return slot;
  }

  /** Marks what was declared since as conditional; returns its slots. */
  makeConditional(mark: number): readonly number[] {
    return this.#bindings.slice(mark).map((binding) => {
      binding.conditional = true;
      return binding.slot;
    });
  }

  /** The slots a name can mean, innermost first; the last one is certain, or there is none such. */
  #candidates(name: string): { readonly slots: readonly number[]; readonly isCertain: boolean } {
    const slots: number[] = [];
    const positions = this.#byName.get(name) ?? [];
    for (let index = positions.length - 1; index >= 0; index--) {
      const binding = this.#bindings[positions[index]!]!;
      slots.push(binding.slot);
      if (!binding.conditional) return { slots, isCertain: true };
    }
    return { slots, isCertain: false };
  }

  /** `varValue`. */
  reader(name: string, at: number): Eval {
    const { slots, isCertain } = this.#candidates(name);
    const [first] = slots;
    if (isCertain && slots.length === 1) return (state) => state.slots[first!] as Cell;
    return (state) => {
      const slot = slots.find((candidate) => state.slots[candidate] !== UNSET);
      return slot === undefined ? undefinedVariable(name, at) : (state.slots[slot] as Cell);
    };
  }

  /** `setVar`. */
  writer(name: string, at: number): (state: State, value: Cell) => void {
    const { slots, isCertain } = this.#candidates(name);
    const [first] = slots;
    if (isCertain && slots.length === 1) {
      return (state, value) => {
        state.slots[first!] = value;
      };
    }
    return (state, value) => {
      const slot = slots.find((candidate) => state.slots[candidate] !== UNSET);
      if (slot === undefined) return undefinedVariable(name, at);
      state.slots[slot] = value;
    };
  }
}

/** The parser knows fewer of these than Go's run time, as there. */
const undefinedVariable = (name: string, at: number): never => fail(at, `undefined variable: ${name}`);
