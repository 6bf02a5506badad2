import { deepEqual } from "../go/equal";
import { typeOf, type Value } from "../go/value";
import type { GoFunction } from "./function";

const typeName = (value: Value | undefined): string => typeOf(value as Value)?.name ?? "<nil>";
const kindName = (value: Value | undefined): string => typeOf(value as Value)?.kind ?? "invalid";

export const reflectionFunctions: readonly GoFunction[] = [
  {
    name: "typeOf",
    signature: "func(src interface{}) string",
    doc: "The name of the value's Go type.",
    example: ["{{ typeOf (list 1) }}", "[]interface {}"],
    call: ([value]) => typeName(value),
  },
  {
    name: "typeIs",
    signature: "func(target string, src interface{}) bool",
    doc: "Whether the value's Go type has that name.",
    example: ['{{ typeIs "int" 1 }}', "true"],
    call: ([target, value]) => target === typeName(value),
  },
  {
    name: "typeIsLike",
    signature: "func(target string, src interface{}) bool",
    doc: "As `typeIs`, also for a pointer to that type.",
    example: ['{{ typeIsLike "string" "a" }}', "true"],
    call: ([target, value]) => {
      const name = typeName(value);
      return target === name || `*${target as string}` === name;
    },
  },
  {
    name: "kindOf",
    signature: "func(src interface{}) string",
    doc: "The kind of the value's Go type: `string`, `int`, `map`, `slice` and so on; `invalid` for nil.",
    example: ["{{ kindOf (dict) }}", "map"],
    call: ([value]) => kindName(value),
  },
  {
    name: "kindIs",
    signature: "func(target string, src interface{}) bool",
    doc: "Whether the value is of that kind.",
    example: ['{{ kindIs "int" 1 }}', "true"],
    call: ([target, value]) => target === kindName(value),
  },
  {
    name: "deepEqual",
    signature: "func(x, y interface{}) bool",
    doc: "Whether the values are equal in type and all they hold.",
    example: ["{{ deepEqual (list 1 2) (list 1 2) }}", "true"],
    call: ([x, y], render) => deepEqual(x as Value, y as Value, () => render.step()),
  },
];
