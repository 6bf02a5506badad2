import { LimitError } from "../../../../reconciler/template/functions/function";
import { formatValue, sprint, sprintf, sprintln } from "../../../../reconciler/template/go/fmt";
import { ANY_SLICE, BYTE_SLICE, INT64, STRING_MAP, UINT8, type GoType } from "../../../../reconciler/template/go/type";
import {
  anyMap,
  anySlice,
  GoInteger,
  GoMap,
  GoObject,
  GoSlice,
  stringSlice,
  type Value,
} from "../../../../reconciler/template/go/value";

const uint8 = (value: number): GoInteger => new GoInteger(UINT8, BigInt(value));
const byteSlice = (...values: number[]): GoSlice => new GoSlice(BYTE_SLICE, values.map(uint8));
const NIL_SLICE = new GoSlice(ANY_SLICE, [], true);
const NIL_MAP = new GoMap(STRING_MAP, new Map(), true);

const PAIR: GoType = { name: "main.Pair", kind: "struct" };
class Pair extends GoObject {
  readonly fields: ReadonlyMap<string, Value>;
  constructor(
    readonly type: GoType,
    a: Value,
    b: Value,
    private readonly string?: string,
  ) {
    super();
    this.fields = new Map([
      ["A", a],
      ["B", b],
    ]);
  }
  override text(): string | undefined {
    return this.string;
  }
}
const POINTER: GoType = { name: "*main.Pair", kind: "ptr", elem: PAIR };

describe("sprintf", () => {
  test.each<[format: string, args: Value[], text: string]>([
    [
      "%d|%5d|%-5d|%05d|%+d|% d|%x|%#X|%b|%#o|%O",
      [1n, 2n, 3n, -4n, 5n, 6n, 255n, 255n, 5n, 8n, 8n],
      "1|    2|3    |-0004|+5| 6|ff|0XFF|101|010|0o10",
    ],
    ["%.3d|%8.3d|%08.3d|%.0d|%3.0d|", [7n, -7n, 7n, 0n, 0n], "007|    -007|     007||   |"],
    ["%d %d", [new GoInteger(INT64, -(2n ** 63n)), uint8(200)], "-9223372036854775808 200"],
    [
      "%c%c|%q|%+q|%#q|%U|%#U",
      [65n, 0x1f600n, 39n, 233n, 120n, 0x1f600n, 65n],
      "A\xf0\x9f\x98\x80|'\\''|'\\u00e9'|'x'|U+1F600|U+0041 'A'",
    ],
    [
      "%f|%.2f|%8.3f|%-8.1f|%+.1e|%g|%G|%08.2f",
      [1.5, 2.675, 3.14159, 2.25, 12345.678, 1e21, 1e-7, -1.5],
      "1.500000|2.67|   3.142|2.2     |+1.2e+04|1e+21|1E-07|-0001.50",
    ],
    ["%#g|%#.3g|%#.0f|%x|%b", [1, 100, 2.5, 1, 1], "1.00000|100.|2.|0x1p+00|4503599627370496p-52"],
    ["%f|%5.1f|%05f|%+f|% f|%v", [NaN, Infinity, -Infinity, NaN, NaN, Infinity], "NaN| +Inf| -Inf|+NaN| NaN|+Inf"],
    [
      "%s|%5s|%-5s|%.2s|%q|%x|% X|%#x",
      ["ab", "ab", "ab", "\xc3\xa9\xc3\xa9\xc3\xa9", "a\n\xff", "ab", "ab", "ab"],
      'ab|   ab|ab   |\xc3\xa9\xc3\xa9|"a\\n\\xff"|6162|61 62|0x6162',
    ],
    ["%5s|%-5s|", ["\xc3\xa9", "\xff"], "    \xc3\xa9|\xff    |"],
    ["%t|%6t|%v", [true, false, true], "true| false|true"],
    ["%v|%+v|%#v|%T", [null, null, null, null], "<nil>|<nil>|<nil>|<nil>"],
    [
      "%v|%d|%#v|%T",
      [anySlice([1n, "a", null]), anySlice([1n, "a", null]), anySlice([1n, "a", null]), anySlice([])],
      '[1 a <nil>]|[1 %!d(string=a) <nil>]|[]interface {}{1, "a", interface {}(nil)}|[]interface {}',
    ],
    ["%v|%#v|%v|%#v", [NIL_SLICE, NIL_SLICE, NIL_MAP, NIL_MAP], "[]|[]interface {}(nil)|map[]|map[string]string(nil)"],
    [
      "%v|%s|%x|%q|%#v|%d|%T",
      Array.from({ length: 7 }, () => byteSlice(104, 105)),
      '[104 105]|hi|6869|"hi"|[]byte{0x68, 0x69}|[104 105]|[]uint8',
    ],
    ["%v|%#v", [anySlice([byteSlice(1)]), anySlice([byteSlice(1)])], "[[1]]|[]interface {}{[]uint8{0x1}}"],
    [
      "%v|%#v",
      [
        anyMap([
          ["b", 1n],
          ["a", stringSlice(["x"])],
        ]),
        anyMap([
          ["b", 1n],
          ["a", null],
        ]),
      ],
      'map[a:[x] b:1]|map[string]interface {}{"a":interface {}(nil), "b":1}',
    ],
    [
      "%v|%+v|%#v|%T",
      Array.from({ length: 4 }, () => new Pair(PAIR, "x", 1n)),
      '{x 1}|{A:x B:1}|main.Pair{A:"x", B:1}|main.Pair',
    ],
    [
      "%v|%+v|%#v|%T",
      Array.from({ length: 4 }, () => new Pair(POINTER, "x", null)),
      '&{x <nil>}|&{A:x B:<nil>}|&main.Pair{A:"x", B:interface {}(nil)}|*main.Pair',
    ],
    [
      "%v|%s|%q|%5.2s|%x|%v",
      [...Array.from({ length: 5 }, () => new Pair(POINTER, 1n, 2n, "text")), anySlice([new Pair(PAIR, 1n, 2n, "t")])],
      'text|text|"text"|   te|74657874|[t]',
    ],
  ])("%s", (format, args, text) => {
    expect(sprintf(format, args)).toBe(text);
  });

  test.each<[format: string, args: Value[], text: string]>([
    ["%d %s", ["x", 1n], "%!d(string=x) %!s(int=1)"],
    ["%d %d", [1n], "1 %!d(MISSING)"],
    ["%d", [1n, "two", null], "1%!(EXTRA string=two, <nil>)"],
    ["100%", [], "100%!(NOVERB)"],
    ["%5%|%!", [1n], "%|%!!(int=1)"],
    ["%z %-+5z", [1n, 2n], "%!z(int=1) %!z(int=+2   )"],
    ["%*d %-*d| %.*f", [4n, 1n, 4n, 2n, 1n, 2.55], "   1 2   | 2.5"],
    ["%*d %.*d", ["x", 1n, 1.5, 2n], "%!(BADWIDTH)1 %!(BADPREC)2"],
    ["%*d", [1_000_001n, 1n], "%!(BADWIDTH)1"],
    ["%[2]d %[1]d", [1n, 2n], "2 1"],
    ["%[3]*.[2]*[1]f", [12, 2n, 6n], " 12.00"],
    ["%[5]d %[x]d %[]d", [1n], "%!d(BADINDEX) %!d(BADINDEX) %!d(BADINDEX)"],
    ["%[1]2d %[1", [1n], "%!d(BADINDEX) %!(NOVERB)"],
    ["%\xc3\xa9", [1n], "%!\xc3\xa9(int=1)"],
    ["%t %d", [1n, true], "%!t(int=1) %!d(bool=true)"],
    ["%w", [anySlice([1n])], "%!w([]interface {}=[1])"],
    ["%d", [null], "%!d(<nil>)"],
    ["%100000000d", [1n], "%!(NOVERB)%!(EXTRA int=1)"],
  ])("reports in its output what is wrong with %s", (format, args, text) => {
    expect(sprintf(format, args)).toBe(text);
  });

  test("refuses to print addresses, which differ from run to run, but for nil", () => {
    expect(() => sprintf("%p", [anySlice([])])).toThrow("has no address to print");
    expect(() => sprintf("%v", [anySlice([new Pair(POINTER, 1n, 2n)])])).toThrow("has no address to print");
    expect(sprintf("%p %p %p", [NIL_SLICE, NIL_MAP, 1n])).toBe("0x0 0x0 %!p(int=1)");
  });

  test("refuses verbs that would show private fields", () => {
    expect(() => sprintf("%d", [new Pair(PAIR, 1n, 2n, "text")])).toThrow("cannot be printed with this verb");
  });

  test("prints an integer type's own text where the verb takes text", () => {
    const colour: GoType = {
      name: "main.Colour",
      kind: "int",
      methods: new Map([["String", { name: "String", signature: "func() string", doc: "", call: () => "red" }]]),
    };
    const red = new GoInteger(colour, 3n);
    expect(
      sprintf(
        "%v %s %q %d %x %#v %T",
        Array.from({ length: 7 }, () => red),
      ),
    ).toBe('red red "red" 3 726564 3 main.Colour');
    expect(sprintf("%t %v", [red, anySlice([red])])).toBe("%!t(main.Colour=3) [red]");
  });
});

describe("sprint and sprintln", () => {
  test("separate operands as Go does", () => {
    expect(sprint([1n, 2n, "a", "b", 3n, null, null])).toBe("1 2ab3 <nil> <nil>");
    expect(sprint([])).toBe("");
    expect(sprintln([1n, "a", null])).toBe("1 a <nil>\n");
    expect(sprintln([])).toBe("\n");
  });
});

describe("formatValue", () => {
  test.each<[Value, string]>([
    ["\xff", "\xff"],
    [12n, "12"],
    [1e20, "1e+20"],
    [123456, "123456"],
    [1234567, "1.234567e+06"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [-0, "-0"],
    [true, "true"],
    [null, "<nil>"],
    [anyMap([["k", anySlice([1.5])]]), "map[k:[1.5]]"],
  ])("%p is %s", (value, text) => {
    expect(formatValue(value)).toBe(text);
  });
});

describe("bounds", () => {
  const counted = (format: string, args: Value[]): [charged: number, largest: number, length: number] => {
    let [charged, largest] = [0, 0];
    const { length } = sprintf(format, args, (bytes) => {
      charged += bytes;
      largest = Math.max(largest, bytes);
    });
    return [charged, largest, length];
  };

  test("every byte of the output is charged once", () => {
    for (const format of [
      "%1000000d",
      "%-1000000d",
      "%01000000d",
      "%.1000000d",
      "%1000000s",
      "%.1000000f",
      "%.100000x",
    ]) {
      const args = format.endsWith("s") ? ["x"] : format.endsWith("d") ? [7n] : [1.5];
      const [charged, , length] = counted(format, args);
      expect([format, charged]).toEqual([format, length]);
    }
    expect(counted("%v", [anySlice(Array.from({ length: 5000 }, (_, index) => BigInt(index)))])[0]).toBe(23_891);
  });

  test("a width is charged before it is written", () => {
    const stop = new LimitError("size");
    let asked = 0;
    const charge = (bytes: number): void => {
      asked += bytes;
      throw stop;
    };
    expect(() => sprintf("%9999999d%9999999d", [1n, 2n], charge)).toThrow(stop);
    expect(asked).toBe(9_999_998);
  });

  test("a value that contains itself ends at the bound of depth", () => {
    const map = anyMap();
    map.entries.set("self", map);
    expect(() => formatValue(map)).toThrow(LimitError);
  });

  test("a value shared many times is charged as often as it is printed", () => {
    let value: Value = "x";
    for (let count = 0; count < 40; count++) value = anySlice([value, value]);
    let charged = 0;
    const charge = (bytes: number): void => {
      if ((charged += bytes) > 1_000_000) throw new LimitError("size");
    };
    expect(() => formatValue(value, charge)).toThrow(LimitError);
  });

  test("a format of many brackets is read in one pass", () => {
    expect(sprintf("%[d".repeat(200_000), [])).toBe("%!d(BADINDEX)".repeat(200_000));
  });
});
