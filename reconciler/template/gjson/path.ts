import { arrayIndex, arrayPart, objectPart, splitAtPipe, type Selection } from "./parts";
import { toNumber } from "./result";
import { startOf, type Start } from "./start";
import type { Work } from "./work";

/** The first part of a path as an object understands it. */
export interface ObjectStep {
  readonly name: string;
  readonly wild: boolean;
  /** What is looked up within the value; undefined if the value itself is wanted. */
  readonly rest: Path | undefined;
  /** What is applied to the final value. */
  readonly pipe: Path | undefined;
}

/** The first part of a path as an array understands it. */
export interface ArrayStep {
  /** -1 for what is no index. */
  readonly index: number;
  /** `#` alone: the number of elements, or with `each` what each of them has there. */
  readonly isCount: boolean;
  readonly each: Path | undefined;
  readonly condition: Condition | undefined;
  readonly rest: Path | undefined;
  readonly pipe: Path | undefined;
}

/** `#(...)`. */
export class Condition {
  readonly path: Path;
  private parsed: number | undefined;

  constructor(
    readonly selection: Selection,
    work: Work,
  ) {
    this.path = new Path(selection.path, work);
  }

  /** The value as a number is compared with. */
  get number(): number {
    return (this.parsed ??= toNumber(this.selection.value));
  }
}

/** A path, each step of which is parsed when it is first needed, and once however many values it is applied to. */
export class Path {
  private asObject: ObjectStep | undefined;
  private asArray: ArrayStep | undefined;
  private asStart: Start | undefined;
  private asSides: readonly [Path, Path | undefined] | undefined;

  constructor(
    readonly text: string,
    private readonly work: Work,
  ) {}

  get objectStep(): ObjectStep {
    return (this.asObject ??= this.parseObjectStep());
  }

  get arrayStep(): ArrayStep {
    return (this.asArray ??= this.parseArrayStep());
  }

  /** What a document is asked first. */
  get start(): Start {
    return (this.asStart ??= this.parseStart());
  }

  /** The path up to its first pipe and what follows that: within an array, only the first is applied to each element. */
  get sides(): readonly [left: Path, right: Path | undefined] {
    return (this.asSides ??= this.parseSides());
  }

  private path(text: string): Path;
  private path(text: string | undefined): Path | undefined;
  private path(text: string | undefined): Path | undefined {
    return text === undefined ? undefined : new Path(text, this.work);
  }

  private parseObjectStep(): ObjectStep {
    const { name, wild, rest, pipe } = objectPart(this.text);
    this.work.spend(name.length);
    return { name, wild, rest: this.path(rest), pipe: this.path(pipe) };
  }

  private parseArrayStep(): ArrayStep {
    const { name, hash, each, selection, rest, pipe } = arrayPart(this.text);
    this.work.spend(name.length);
    return {
      index: hash ? -1 : arrayIndex(name),
      isCount: hash && name === "#",
      each: this.path(each),
      condition: selection === undefined ? undefined : new Condition(selection, this.work),
      rest: this.path(rest),
      pipe: this.path(pipe),
    };
  }

  private parseStart(): Start {
    const start = startOf(this.text, (text) => this.path(text));
    if (start.kind !== "search") this.work.spend(this.text.length);
    return start;
  }

  private parseSides(): readonly [Path, Path | undefined] {
    this.work.spend(this.text.length);
    const sides = splitAtPipe(this.text);
    return sides === undefined ? [this, undefined] : [this.path(sides[0]), this.path(sides[1])];
  }
}
