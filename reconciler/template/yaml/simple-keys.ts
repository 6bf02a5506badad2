import type { Mark, Reader } from "./reader";
import { scanError } from "./scan-names";

/** A key without `?` must be followed by its `:` on the same line and within so many characters. */
const LONGEST = 1024;

/** A token that turns out to be a key if a `:` follows. */
export interface SimpleKey {
  possible: boolean;
  /** At this place nothing but a key can stand. */
  readonly required: boolean;
  /** Of the token, counted from the start of the text. */
  readonly number: number;
  readonly mark: Mark;
}

const START: Mark = { index: 0, line: 0, column: 0 };
const none = (number: number): SimpleKey => ({ possible: false, required: false, number, mark: START });

/** The tokens that may still become keys: one in each open flow collection, and one outside them. */
export class SimpleKeys {
  private readonly stack: SimpleKey[] = [none(0)];
  /** Place in the stack by the number of the token. yaml.v2 forgets the token of an empty flow collection, and so do we. */
  private readonly places = new Map<number, number>();

  constructor(private readonly reader: Reader) {}

  /** Whether a `:` that is still to come can make a key of the token. */
  mayBeKey(number: number): boolean {
    const place = this.places.get(number);
    const key = place === undefined ? undefined : this.stack[place];
    return key !== undefined && this.isValid(key);
  }

  /** The key that a `:` here belongs to. */
  current(): SimpleKey | undefined {
    const key = this.last();
    return this.isValid(key) ? key : undefined;
  }

  save(number: number, mark: Mark, required: boolean): void {
    this.remove();
    const place = this.stack.length - 1;
    this.stack[place] = { possible: true, required, number, mark };
    this.places.set(number, place);
  }

  /** No `:` can follow any more. */
  remove(): void {
    const key = this.last();
    if (!key.possible) return;
    if (key.required) throw scanError(this.reader, "could not find expected ':'");
    this.forget(key);
  }

  forget(key: SimpleKey): void {
    key.possible = false;
    this.places.delete(key.number);
  }

  enterFlow(number: number): void {
    this.stack.push(none(number));
  }

  leaveFlow(): void {
    this.places.delete(this.stack.pop()!.number);
  }

  private last(): SimpleKey {
    return this.stack[this.stack.length - 1]!;
  }

  private isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    const { reader } = this;
    if (key.mark.line === reader.line && key.mark.index + LONGEST >= reader.index) return true;
    if (key.required) throw scanError(reader, "could not find expected ':'");
    key.possible = false;
    return false;
  }
}
