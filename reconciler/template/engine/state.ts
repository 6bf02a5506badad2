import { LimitError, type GoFunction, type Render } from "../functions/function";
import type { Value } from "../go/value";
import { fail } from "./errors";
import type { Limits } from "./limits";

/**
 * What a part of a template evaluates to. `undefined` is Go's invalid `reflect.Value`, no value at all; `null` is an interface
 * that is nil, such as an element of `list nil`. They print the same and differ as arguments: only the first becomes an empty
 * map or slice.
 */
export type Cell = Value | undefined;

/** In the slot of a variable whose declaration was skipped by `and` or `or`. */
export const UNSET = Symbol("unset");

/** What a render may know of the world. */
export interface World {
  /** Nanoseconds since 1970. */
  readonly now: bigint;
  /** That many random bytes. */
  readonly random: (size: number) => Uint8Array;
}

/** One running render. */
export class State implements Render {
  readonly now: bigint;
  out = "";
  /** Slots of the template being executed; 0 is `$`. */
  slots: (Cell | typeof UNSET)[] = [];
  depth = 0;
  /** The byte of the call under way and its function, for its error. */
  at = 0;
  callee: GoFunction | undefined;
  #steps = 0;
  #made = 0;

  constructor(
    readonly world: World,
    readonly limits: Limits,
  ) {
    this.now = world.now;
  }

  random(size: number): Uint8Array {
    this.room(size);
    return this.world.random(size);
  }

  step(count = 1): void {
    if ((this.#steps += count) > this.limits.steps) throw new LimitError("steps");
  }

  room(size: number): void {
    if ((this.#made += size) > this.limits.made) throw new LimitError("size");
    this.step(size >>> 3);
  }

  /** Output of the node at that byte. */
  write(text: string, at: number): void {
    this.out += text;
    if (this.out.length <= this.limits.output) return;
    this.atNode(at);
    throw new LimitError("output");
  }

  /** Where the render is, for the error of a bound. */
  atNode(at: number): void {
    this.at = at;
    this.callee = undefined;
  }

  /** Runs a function on converted arguments. Text in and out costs steps, so that no function is free on long text. */
  call(callee: GoFunction, args: readonly Value[], at: number): Value {
    this.at = at;
    this.callee = callee;
    let cost = 1;
    for (const arg of args) if (typeof arg === "string") cost += arg.length >>> 8;
    this.step(cost);
    const result = callee.call(args, this);
    if (typeof result === "string" && result.length > 255) this.step(result.length >>> 8);
    return result;
  }
}

/** A compiled expression. `final` is the value of the previous command of a pipeline, `undefined` where there is none. */
export type Eval = (state: State, dot: Cell, final: Cell) => Cell;

/** A value that is known. */
export const known =
  (value: Cell): Eval =>
  () =>
    value;

/** A problem that is known; it counts only when the expression is evaluated. */
export const failing =
  (at: number, reason: string, name?: string): Eval =>
  () =>
    fail(at, reason, name);

/** How a compiled node ended: 0 where nothing happened, else what the next enclosing range does. */
export type Jump = typeof NONE | typeof BREAK | typeof CONTINUE;
export const NONE = 0;
export const BREAK = 1;
export const CONTINUE = 2;

/** A compiled node. */
export type Exec = (state: State, dot: Cell) => Jump;
