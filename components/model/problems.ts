import { InvalidError, type Problem } from "../../api";
import { didYouMean } from "./nearest";
import { quote, secretLike } from "./secret-like";

/**
 * Declarations that cannot be right. `problems` has every one of them, `path` being the place in the declaration
 * (`AppSecret "db" › keys.DB_PASSWORD`); the message has one line for each. Values are never in it. Pulumi prints the message
 * alone, because a stack trace says nothing about a wrong declaration, and passes the places on as property paths.
 */
export class DeclarationError extends InvalidError {
  constructor(problems: readonly Problem[]) {
    super("declarations", problems);
    this.name = "DeclarationError";
    this.message = problems.map((problem) => `${problem.path}: ${problem.message}`).join("\n");
    // The markers of pulumi.RunError and pulumi.InputPropertiesError, which are recognised by them and not by their classes.
    Object.defineProperty(this, "__pulumiRunError", { value: true });
    Object.defineProperty(this, "__pulumiInputPropertiesError", { value: true });
    // The whole place, which is no path the engine could follow: it prints the value it finds at one.
    const errors = problems.map(({ path, message }) => ({ propertyPath: path, reason: message }));
    Object.defineProperty(this, "errors", { value: errors });
  }
}

/**
 * Where in the declarations a problem is; reports go to one shared list. Made for every field that is looked at and written out for
 * few of them, so the text is not made before it is wanted.
 */
export class Place {
  private constructor(
    private readonly problems: Problem[],
    private readonly parent: Place | undefined,
    /** Kind of the declaration, or the step from the parent. */
    private readonly step: string | number,
    /** Name of the declaration. */
    private readonly name?: unknown,
  ) {}

  /** The place of a whole declaration: `AppSecret "db"`. */
  static of(problems: Problem[], kind: string, name: unknown): Place {
    return new Place(problems, undefined, kind, name);
  }

  /** A field, a key of a map or an index of a list inside this place. */
  at(segment: string | number): Place {
    return new Place(this.problems, this, segment);
  }

  report(message: string): void {
    this.problems.push({ path: this.toString(), message });
  }

  /** Reports fields that do not exist, with the nearest that does. */
  onlyFields(value: object, fields: readonly string[]): void {
    for (const field of Object.keys(value)) {
      if (!fields.includes(field)) this.at(field).report(`is not a known field${didYouMean(field, fields)}`);
    }
  }

  toString(): string {
    const path = this.path();
    return path === "" ? this.subject() : `${this.subject()} › ${path}`;
  }

  private subject(): string {
    return this.parent?.subject() ?? `${this.step} ${quote(this.name)}`;
  }

  private path(): string {
    if (this.parent === undefined) return "";
    const before = this.parent.path();
    if (typeof this.step === "number") return `${before}[${this.step}]`;
    const plain = /^[A-Za-z_][\w.-]*$/.test(this.step) && secretLike(this.step) === undefined;
    if (!plain) return `${before}[${quote(this.step)}]`;
    return before === "" ? this.step : `${before}.${this.step}`;
  }
}

/** Runs checks and throws everything they reported. */
export function collecting<T>(check: (problems: Problem[]) => T): T {
  const problems: Problem[] = [];
  const result = check(problems);
  if (problems.length > 0) throw new DeclarationError(distinct(problems));
  return result;
}

/** Each problem once: one declaration may be read in several places. */
export function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify([problem.path, problem.message]), problem])).values()];
}
