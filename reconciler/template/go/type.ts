import type { GoFunction } from "../functions/function";

/** `reflect.Kind`, as far as a template can meet it. */
export type Kind =
  | "bool"
  | "int"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "uintptr"
  | "float32"
  | "float64"
  | "string"
  | "slice"
  | "array"
  | "map"
  | "struct"
  | "ptr"
  | "func"
  | "interface";

/** A Go type. Types are compared by name: two of the same name are the same type. */
export interface GoType {
  /** As `%T` prints it: `[]interface {}`, `map[string]string`, `time.Duration`, `*semver.Version`. */
  readonly name: string;
  readonly kind: Kind;
  /** Of slices, arrays, maps and pointers. */
  readonly elem?: GoType;
  /** Methods a template can call as `.Name`, by name; `call` gets the receiver as its first argument. */
  readonly methods?: ReadonlyMap<string, GoFunction>;
}

const basic = <K extends Kind>(kind: K): GoType => ({ name: kind, kind });

export const BOOL = basic("bool");
export const INT = basic("int");
export const INT32 = basic("int32");
export const INT64 = basic("int64");
export const UINT8 = basic("uint8");
export const UINT32 = basic("uint32");
export const UINT64 = basic("uint64");
export const FLOAT64 = basic("float64");
export const STRING = basic("string");
/** `any`: `reflect` still prints the old spelling. */
export const ANY: GoType = { name: "interface {}", kind: "interface" };

export const sliceOf = (elem: GoType): GoType => ({ name: `[]${elem.name}`, kind: "slice", elem });
export const mapOf = (elem: GoType): GoType => ({ name: `map[string]${elem.name}`, kind: "map", elem });

export const ANY_SLICE = sliceOf(ANY);
export const STRING_SLICE = sliceOf(STRING);
export const INT_SLICE = sliceOf(INT);
export const BYTE_SLICE = sliceOf(UINT8);
export const ANY_MAP = mapOf(ANY);
export const STRING_MAP = mapOf(STRING);
