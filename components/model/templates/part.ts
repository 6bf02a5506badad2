import { secretKeyProblem } from "../../../api";
import { isOutput } from "../fields";
import { goString, keyOperand } from "../go-template";
import { collecting, Place } from "../problems";
import { quote } from "../secret-like";

/** One value of a result: the name of a fetched key, or {@link literal} for what is no secret. */
export type Part = string | Literal<string | number | boolean>;

/** A fixed value of a JSON object may be null too. */
export type Scalar = string | number | boolean | null;

const LITERAL = Symbol.for("keyturn.literal");

/** A fixed value; made by {@link literal}. */
export interface Literal<T extends Scalar = Scalar> {
  readonly [LITERAL]: true;
  readonly value: T;
}

/**
 * A value that everyone may know, such as a host name, where otherwise the name of a fetched key stands. Never a secret: it is in the
 * ExternalSecret as it is.
 * @example
 * connectionUrl("DATABASE_URL", { scheme: "postgresql", username: "user", password: "password", host: literal("db") });
 */
export function literal<T extends Scalar>(value: T): Literal<T> {
  return { [LITERAL]: true, value };
}

export function isLiteral(value: unknown): value is Literal {
  return typeof value === "object" && value !== null && (value as Partial<Literal>)[LITERAL] === true;
}

/** A part as an operand of Go that is a text: `.user`, `(index . "db-user")`, `"db.example.com"`. */
export function textOperand(place: Place, part: unknown): string {
  if (isLiteral(part) && part.value !== null) return goString(String(scalar(place, part.value)));
  if (isLiteral(part)) place.report("is null, which is no text");
  return isLiteral(part) ? '""' : keyOf(place, part);
}

/** A part as an operand of Go with its type: `.user`, `5432`, `true`, `nil`. */
export function jsonOperand(place: Place, part: unknown): string {
  if (!isLiteral(part)) return keyOf(place, part);
  const value = scalar(place, part.value);
  if (value === null) return "nil";
  if (typeof value === "number") return goNumber(value);
  return typeof value === "string" ? goString(value) : String(value);
}

/** A number as a constant of Go: an integer that int64 may not hold is written as a float64. */
function goNumber(value: number): string {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
}

function keyOf(place: Place, part: unknown): string {
  if (typeof part === "string") {
    const problem = secretKeyProblem(part);
    if (problem === undefined) return keyOperand(part);
    place.report(`the name of a fetched key ${problem}; what is no secret is written literal(...)`);
  } else if (isOutput(part)) place.report("is a Pulumi Output or Promise; names of keys must be plain values");
  else place.report(part === undefined ? "is missing" : "must be the name of a fetched key, or literal(...)");
  return '""';
}

function scalar(place: Place, value: unknown): Scalar {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value === 0 ? 0 : value;
  place.report(`literal(...) takes a text, a finite number, true, false or null, not ${quote(value)}`);
  return "";
}

/**
 * Runs a function that writes templates for one key of the Secret; its problems are placed at it: `envFile ".env" › DB_USER: ...`.
 * @throws DeclarationError
 */
export function helping<T>(helper: string, key: string, make: (place: Place) => T): T {
  return collecting((problems) => {
    const place = Place.of(problems, helper, key);
    const problem =
      typeof key !== "string" ? "must be a text" : key === "__proto__" ? "is not usable" : secretKeyProblem(key);
    if (problem !== undefined) place.report(`the key of the Secret ${problem}`);
    return make(place);
  });
}
