import { InvalidError, type Problem } from "../../api";
import { didYouMean } from "./nearest";
import { quote, secretLike } from "./secret-like";

/**
 * Declarations that cannot be right. `problems` has every one of them, `path` being the place in the declaration
 * (`AppSecret "db" › keys.DB_PASSWORD`); the message has one line for each. Values are never in it. Pulumi prints the message
 * alone, because a stack trace says nothing about a wrong declaration.
 */
export class DeclarationError extends InvalidError {
  constructor(problems: readonly Problem[]) {
    super("declarations", problems);
    this.name = "DeclarationError";
    this.message = problems.map((problem) => `${problem.path}: ${problem.message}`).join("\n");
    // The marker of pulumi.RunError, which is recognised by it and not by its class.
    Object.defineProperty(this, "__pulumiRunError", { value: true });
  }
}

/** Where in the declarations a problem is; reports go to one shared list. */
export class Place {
  private constructor(
    private readonly problems: Problem[],
    private readonly subject: string,
    private readonly path: string,
  ) {}

  /** The place of a whole declaration: `AppSecret "db"`. */
  static of(problems: Problem[], kind: string, name: unknown): Place {
    return new Place(problems, `${kind} ${quote(name)}`, "");
  }

  /** A field, a key of a map or an index of a list inside this place. */
  at(segment: string | number): Place {
    if (typeof segment === "number") return new Place(this.problems, this.subject, `${this.path}[${segment}]`);
    const plain = /^[A-Za-z_][\w.-]*$/.test(segment) && secretLike(segment) === undefined;
    const step = plain ? segment : `[${quote(segment)}]`;
    const dot = this.path === "" || !plain ? "" : ".";
    return new Place(this.problems, this.subject, `${this.path}${dot}${step}`);
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
    return this.path === "" ? this.subject : `${this.subject} › ${this.path}`;
  }
}

/** Runs checks and throws everything they reported. */
export function collecting<T>(check: (problems: Problem[]) => T): T {
  const problems: Problem[] = [];
  const result = check(problems);
  if (problems.length > 0) throw new DeclarationError(problems);
  return result;
}
