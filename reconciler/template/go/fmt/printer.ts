import { FunctionError, LimitError, type Render } from "../../functions/function";
import { UINT8, type GoType } from "../type";
import { GoInteger, GoMap, GoObject, GoSlice, typeOf, type Value } from "../value";
import { Formatter } from "./formatter";

/** Deeper values are refused: Go has no bound here, but a map that contains itself would never end. */
const MAX_DEPTH = 500;

/** `fmt.pp`: prints operands of any type by a verb. */
export class Printer extends Formatter {
  /** Inside `%!verb(...)`, where methods are not called. */
  private erroring = false;

  printArg(arg: Value, verb: string): void {
    if (arg === null) {
      if (verb === "T" || verb === "v") return this.pad("<nil>");
      return this.write(`%!${verb}(<nil>)`);
    }
    if (verb === "T") return this.string((typeOf(arg) as GoType).name);
    if (verb === "p") return this.pointer(arg, verb);
    switch (typeof arg) {
      case "string":
        return this.printString(arg, verb);
      case "bigint":
        return this.printInteger(arg, arg, true, verb);
      case "number":
        return this.printFloat(arg, verb);
      case "boolean":
        return this.printBoolean(arg, verb);
      default:
        if (isBytes(arg)) return this.printBytes(arg, verb, "[]byte");
        if (verb === "w") return this.badVerb(arg, verb);
        this.printValue(arg, verb, 0);
    }
  }

  /** Go's `printValue`; a value at depth 0 is an operand itself. */
  private printValue(value: Value, verb: string, depth: number): void {
    if (depth > MAX_DEPTH) throw new LimitError("depth");
    if (value === null) return this.write(this.sharpV ? "interface {}(nil)" : "<nil>");
    // Only `Errorf` takes `%w`.
    if (verb === "w" && depth > 0) return this.badVerb(value, verb);
    switch (typeof value) {
      case "string":
        return this.printString(value, verb);
      case "bigint":
        return this.printInteger(value, value, true, verb);
      case "number":
        return this.printFloat(value, verb);
      case "boolean":
        return this.printBoolean(value, verb);
      default:
        if (this.handleMethods(value, verb)) return;
        if (value instanceof GoInteger) this.printInteger(value, value.value, isSigned(value.type), verb);
        else if (value instanceof GoSlice) this.printSlice(value, verb, depth);
        else if (value instanceof GoMap) this.printMap(value, verb, depth);
        else this.printObject(value, verb, depth);
    }
  }

  /** Calls `Error`, `String` or, for `%#v`, `GoString`, where the verb takes text. */
  private handleMethods(value: GoInteger | GoSlice | GoMap | GoObject, verb: string): boolean {
    if (this.erroring) return false;
    if (this.sharpV) {
      const text = callMethod(value, "GoString");
      if (text === undefined) return false;
      this.string(text);
      return true;
    }
    if (verb !== "v" && verb !== "s" && verb !== "x" && verb !== "X" && verb !== "q") return false;
    const text =
      (value instanceof GoObject ? value.text() : undefined) ??
      callMethod(value, "Error") ??
      callMethod(value, "String");
    if (text === undefined) return false;
    this.printString(text, verb);
    return true;
  }

  private badVerb(value: Value, verb: string): void {
    this.erroring = true;
    this.write(`%!${verb}(${typeOf(value)?.name ?? "<nil>"}=`);
    if (isBytes(value)) this.printBytes(value, "v", "[]byte");
    else this.printValue(value, "v", 0);
    this.write(")");
    this.erroring = false;
  }

  private printBoolean(value: boolean, verb: string): void {
    if (verb === "t" || verb === "v") this.boolean(value);
    else this.badVerb(value, verb);
  }

  /** `operand` is the value to report when the verb is wrong. */
  private printInteger(operand: Value, value: bigint, signed: boolean, verb: string): void {
    switch (verb) {
      case "v":
        if (this.sharpV && !signed) return this.address(value, true);
        return this.integer(value, 10, verb);
      case "d":
        return this.integer(value, 10, verb);
      case "b":
        return this.integer(value, 2, verb);
      case "o":
      case "O":
        return this.integer(value, 8, verb);
      case "x":
      case "X":
        return this.integer(value, 16, verb);
      case "c":
        return this.character(value);
      case "q":
        return this.quotedCharacter(value);
      case "U":
        return this.unicode(BigInt.asUintN(64, value));
      default:
        return this.badVerb(operand, verb);
    }
  }

  /** Go's `fmt0x64`: hexadecimal with or without `0x`, whatever the flag `#` says. */
  private address(value: bigint, prefix: boolean): void {
    const sharp = this.sharp;
    this.sharp = prefix;
    this.integer(value, 16, "v");
    this.sharp = sharp;
  }

  private printFloat(value: number, verb: string): void {
    switch (verb) {
      case "v":
        return this.float(value, 64, "g", -1);
      case "b":
      case "g":
      case "G":
      case "x":
      case "X":
        return this.float(value, 64, verb, -1);
      case "f":
      case "e":
      case "E":
        return this.float(value, 64, verb, 6);
      case "F":
        return this.float(value, 64, "f", 6);
      default:
        return this.badVerb(value, verb);
    }
  }

  private printString(value: string, verb: string): void {
    switch (verb) {
      case "v":
        return this.sharpV ? this.quoted(value) : this.string(value);
      case "s":
        return this.string(value);
      case "x":
      case "X":
        return this.hex(value, verb);
      case "q":
        return this.quoted(value);
      default:
        return this.badVerb(value, verb);
    }
  }

  /** `typeName` is `[]byte` for an operand, `[]uint8` inside another value. */
  private printBytes(value: GoSlice, verb: string, typeName: string): void {
    switch (verb) {
      case "v":
      case "d":
        if (!this.sharpV) {
          return this.sequence("[", value.items, " ", "]", (item) => this.integer(byteOf(item), 10, verb));
        }
        this.write(typeName);
        if (value.isNil) return this.write("(nil)");
        return this.sequence("{", value.items, ", ", "}", (item) => this.address(byteOf(item), true));
      case "s":
        return this.string(bytesIn(value));
      case "x":
      case "X":
        return this.hex(bytesIn(value), verb);
      case "q":
        return this.quoted(bytesIn(value));
      default:
        return this.printValue(value, verb, 0);
    }
  }

  private printSlice(value: GoSlice, verb: string, depth: number): void {
    if ((verb === "s" || verb === "q" || verb === "x" || verb === "X") && value.type.elem?.kind === "uint8") {
      return this.printBytes(value, verb, value.type.name);
    }
    if (this.sharpV) {
      this.write(value.type.name);
      if (value.isNil) return this.write("(nil)");
    }
    const comma = this.sharpV ? ", " : " ";
    this.write(this.sharpV ? "{" : "[");
    // Not by `sequence`: each level of a deep value should take little of the stack.
    for (let index = 0; index < value.items.length; index++) {
      if (index > 0) this.write(comma);
      this.printValue(value.items[index] as Value, verb, depth + 1);
    }
    this.write(this.sharpV ? "}" : "]");
  }

  private printMap(value: GoMap, verb: string, depth: number): void {
    if (this.sharpV) {
      this.write(value.type.name);
      if (value.isNil) return this.write("(nil)");
    }
    const comma = this.sharpV ? ", " : " ";
    this.write(this.sharpV ? "{" : "map[");
    let first = true;
    for (const key of value.sortedKeys()) {
      if (first) first = false;
      else this.write(comma);
      this.printString(key, verb);
      this.write(":");
      this.printValue(value.entries.get(key) as Value, verb, depth + 1);
    }
    this.write(this.sharpV ? "}" : "]");
  }

  private printObject(value: GoObject, verb: string, depth: number): void {
    // Its fields are not the ones Go would print: such types hide them.
    if (value.text() !== undefined) throw new FunctionError("cannot be printed with this verb");
    const { type } = value;
    if (type.kind === "ptr") {
      if (depth > 0) return this.pointer(value, verb);
      this.write("&");
    }
    if (this.sharpV) this.write(type.kind === "ptr" ? (type.elem?.name ?? type.name.replace(/^\*/, "")) : type.name);
    const named = this.plusV || this.sharpV;
    this.sequence("{", value.fields, this.sharpV ? ", " : " ", "}", ([name, field]) => {
      if (named) this.write(`${name}:`);
      this.printValue(field, verb, depth + 1);
    });
  }

  /** Addresses differ from run to run and are not known here; only those of nil are. */
  private pointer(value: Value, verb: string): void {
    const kind = (typeOf(value) as GoType).kind;
    if (kind !== "map" && kind !== "slice" && kind !== "ptr" && kind !== "func") return this.badVerb(value, verb);
    if ((value instanceof GoMap || value instanceof GoSlice) && value.isNil) return this.address(0n, !this.sharp);
    throw new FunctionError("has no address to print");
  }

  private sequence<T>(open: string, items: Iterable<T>, comma: string, close: string, print: (item: T) => void): void {
    this.write(open);
    let first = true;
    for (const item of items) {
      if (first) first = false;
      else this.write(comma);
      print(item);
    }
    this.write(close);
  }
}

const isSigned = (type: GoType): boolean => !type.kind.startsWith("u");

/** Exactly `[]byte`, whose printing Go special-cases. */
const isBytes = (value: Value): value is GoSlice =>
  value instanceof GoSlice && value.type.kind === "slice" && value.type.elem?.name === UINT8.name;

const byteOf = (item: Value): bigint => (item instanceof GoInteger ? item.value : 0n);

function bytesIn(value: GoSlice): string {
  return Buffer.from(value.items.map((item) => Number(byteOf(item)))).toString("latin1");
}

/** Methods that give text are pure. */
const PURE: Render = {
  now: 0n,
  random: () => {
    throw new FunctionError("is not random");
  },
  step: () => undefined,
  room: () => undefined,
};

function callMethod(value: GoInteger | GoSlice | GoMap | GoObject, name: string): string | undefined {
  const method = value.type.methods?.get(name);
  if (method === undefined) return undefined;
  const text = method.call([value], PURE);
  return typeof text === "string" ? text : undefined;
}
