import { marshal, unmarshal, type MarshalOptions } from "../go/json";
import type { Value } from "../go/value";
import { FunctionError, type GoFunction, type Render } from "./function";

/** sprig's JSON functions. Those without `must` drop the error: an empty string, or what was read before it. */
export const jsonFunctions: readonly GoFunction[] = [
  {
    name: "fromJson",
    signature: "func(v string) interface {}",
    doc: "Reads JSON; nil if it is not valid. Numbers become float64.",
    example: ['{{ (fromJson `{"a":{"b":1}}`).a.b }}', "1"],
    call: ([text], render) => read(text as string, render).value,
  },
  {
    name: "mustFromJson",
    signature: "func(v string) (interface {}, error)",
    doc: "Reads JSON; fails if it is not valid. Numbers become float64.",
    example: ["{{ index (mustFromJson `[1,2]`) 1 }}", "2"],
    call: ([text], render) => {
      const { value, error } = read(text as string, render);
      if (error === "range") throw new FunctionError("holds a number out of range");
      if (error !== undefined) throw new FunctionError("is not valid JSON");
      return value;
    },
  },
  {
    name: "toJson",
    signature: "func(v interface {}) string",
    doc: "Writes JSON with `<`, `>` and `&` escaped; nothing if the value cannot be JSON.",
    example: ['{{ list 1 "a<b" | toJson }}', '[1,"a\\u003cb"]'],
    call: ([value], render) => orEmpty(value as Value, {}, render),
  },
  {
    name: "mustToJson",
    signature: "func(v interface {}) (string, error)",
    doc: "Writes JSON with `<`, `>` and `&` escaped; fails if the value cannot be JSON.",
    example: ['{{ dict "b" 1 "a" nil | mustToJson }}', '{"a":null,"b":1}'],
    call: ([value], render) => write(value as Value, {}, render),
  },
  {
    name: "toPrettyJson",
    signature: "func(v interface {}) string",
    doc: "Writes JSON on lines indented by two spaces; nothing if the value cannot be JSON.",
    example: ["{{ list 1 2 | toPrettyJson }}", "[\n  1,\n  2\n]"],
    call: ([value], render) => orEmpty(value as Value, PRETTY, render),
  },
  {
    name: "mustToPrettyJson",
    signature: "func(v interface {}) (string, error)",
    doc: "Writes JSON on lines indented by two spaces; fails if the value cannot be JSON.",
    example: ['{{ dict "a" 1 | mustToPrettyJson }}', '{\n  "a": 1\n}'],
    call: ([value], render) => write(value as Value, PRETTY, render),
  },
  {
    name: "toRawJson",
    signature: "func(v interface {}) string",
    doc: "Writes JSON with `<`, `>` and `&` as they are; fails if the value cannot be JSON.",
    example: ['{{ "a<b" | toRawJson }}', '"a<b"'],
    call: ([value], render) => write(value as Value, RAW, render),
  },
  {
    name: "mustToRawJson",
    signature: "func(v interface {}) (string, error)",
    doc: "Writes JSON with `<`, `>` and `&` as they are; fails if the value cannot be JSON.",
    example: ['{{ list "a&b" | mustToRawJson }}', '["a&b"]'],
    call: ([value], render) => write(value as Value, RAW, render),
  },
];

const PRETTY: MarshalOptions = { indent: "  " };
const RAW: MarshalOptions = { html: false };

function read(text: string, render: Render): ReturnType<typeof unmarshal> {
  render.room(text.length);
  return unmarshal(text);
}

const write = (value: Value, options: MarshalOptions, render: Render): string =>
  marshal(value, { ...options, charge: (bytes) => render.room(bytes) });

function orEmpty(value: Value, options: MarshalOptions, render: Render): string {
  try {
    return write(value, options, render);
  } catch (error) {
    if (error instanceof FunctionError) return "";
    throw error;
  }
}
