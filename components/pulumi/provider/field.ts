// How the fields of declarations are written down for Pulumi's package schema (https://www.pulumi.com/docs/using-pulumi/pulumi-packages/schema/).

/** The form of a value. */
export type Shape =
  | { readonly is: "string" | "boolean" | "integer" | "number" | "any" }
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly type: NamedType }
  | { readonly oneOf: readonly Shape[] };

/** An object or an enumeration that has a name of its own in every language. */
export type NamedType = ObjectType | EnumType;

export interface ObjectType {
  readonly name: string;
  readonly description: string;
  readonly fields: Readonly<Record<string, Field>>;
}

export interface EnumType {
  readonly name: string;
  readonly description: string;
  readonly values: readonly string[];
}

export interface Field {
  readonly shape: Shape;
  readonly description: string;
  readonly required: boolean;
  /** Whether it may be known only when something else has been deployed. Everything else is plain: topology has to be known at preview. */
  readonly eventual: boolean;
}

/**
 * Fields for exactly the keys of a declaration: a field that is added there is a type error here until it is described. Unions have the
 * keys of all their members; which go together is judged at run time, by the same readers as in TypeScript.
 */
export type FieldsOf<S, Without extends PropertyKey = never> = Readonly<
  Record<Exclude<KeysOf<S>, Without> & string, Field>
>;
type KeysOf<S> = S extends unknown ? keyof S : never;

export const TEXT: Shape = { is: "string" };
export const FLAG: Shape = { is: "boolean" };
export const COUNT: Shape = { is: "integer" };
export const NUMBER: Shape = { is: "number" };

export function listOf(shape: Shape): Shape {
  return { list: shape };
}

export function mapOf(shape: Shape): Shape {
  return { map: shape };
}

export function oneOf(...shapes: readonly Shape[]): Shape {
  return { oneOf: shapes };
}

export function object<S, Without extends PropertyKey = never>(
  name: string,
  description: string,
  fields: FieldsOf<S, Without>,
): Shape {
  return { type: { name, description, fields } };
}

export function choice(name: string, description: string, ...values: readonly string[]): Shape {
  return { type: { name, description, values } };
}

/** A field that may be left out. */
export function field(shape: Shape, description: string): Field {
  return { shape, description, required: false, eventual: false };
}

/** A field that has to be there. */
export function needed(shape: Shape, description: string): Field {
  return { shape, description, required: true, eventual: false };
}

/** A leaf that only the deployment of something else may tell: a Pulumi Input. */
export function eventual(from: Field): Field {
  return { ...from, eventual: true };
}
