import fc from "fast-check";
import { floatToInt64, toInt64 } from "../../../../reconciler/template/go/cast";
import { add, decimalOf, divide, floatOf, multiply, subtract } from "../../../../reconciler/template/go/decimal";
import {
  base32Decode,
  base32Encode,
  base64Decode,
  base64Encode,
  hexDecode,
} from "../../../../reconciler/template/go/encoding";
import { deepEqual } from "../../../../reconciler/template/go/equal";
import { powerOfTen } from "../../../../reconciler/template/go/math";
import { clean, dir } from "../../../../reconciler/template/go/path";
import { mapRunes, replaceAll, splitN, trimSpace, upper } from "../../../../reconciler/template/go/strings";
import { anyMap, anySlice, type Value } from "../../../../reconciler/template/go/value";

/** Byte strings, UTF-8 and not. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array).toString("latin1")),
  fc.string({ unit: "binary", maxLength: 20 }).map((text) => Buffer.from(text).toString("latin1")),
);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.bigInt({ min: -9n, max: 9n }),
    finite,
    bytes,
    fc.array(tie("value"), { maxLength: 3 }).map(anySlice),
    fc.array(fc.tuple(bytes, tie("value")), { maxLength: 3 }).map(anyMap),
  ),
})).value;
const noStep = () => undefined;

describe("laws of what the functions are made of", () => {
  test("what is encoded decodes to itself", () => {
    fc.assert(
      fc.property(bytes, (text) => {
        expect(base64Decode(base64Encode(text))).toEqual({ bytes: text });
        expect(base32Decode(base32Encode(text))).toEqual({ bytes: text });
        expect(hexDecode(Buffer.from(text, "latin1").toString("hex"))).toEqual({ bytes: text });
      }),
    );
  });

  test("line ends in Base64 do not matter", () => {
    fc.assert(
      fc.property(bytes, fc.nat(), (text, place) => {
        const encoded = base64Encode(text);
        const at = place % (encoded.length + 1);
        expect(base64Decode(`${encoded.slice(0, at)}\r\n${encoded.slice(at)}`)).toEqual({ bytes: text });
      }),
    );
  });

  test("the parts of a text joined by the separator are the text", () => {
    fc.assert(
      fc.property(bytes, bytes, fc.integer({ min: -1, max: 5 }), (text, separator, limit) => {
        fc.pre(limit !== 0);
        const parts = splitN(text, separator, limit);
        expect(parts.join(separator)).toBe(text);
        if (limit > 0) expect(parts.length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  test("replacing and replacing back by a text that was not there gives the text", () => {
    fc.assert(
      fc.property(bytes, bytes, (text, part) => {
        fc.pre(part !== "" && !text.includes("\x00\x01") && !part.includes("\x00") && !text.includes("\x00"));
        expect(replaceAll(replaceAll(text, part, "\x00\x01"), "\x00\x01", part)).toBe(text);
      }),
    );
  });

  test("mapping runes to themselves makes UTF-8 of anything, and leaves UTF-8 alone", () => {
    fc.assert(
      fc.property(bytes, (text) => {
        const mapped = mapRunes(text, (rune) => rune);
        expect(mapRunes(mapped, (rune) => rune)).toBe(mapped);
        expect(Buffer.from(Buffer.from(mapped, "latin1").toString("utf8")).toString("latin1")).toBe(mapped);
        expect(upper(upper(text))).toBe(upper(text));
        expect(trimSpace(trimSpace(text))).toBe(trimSpace(text));
      }),
    );
  });

  test("cleaning a path twice is cleaning it once, also for its directory", () => {
    const paths = fc.array(fc.constantFrom("/", ".", "..", "a", "b/")).map((parts) => parts.join(""));
    fc.assert(
      fc.property(paths, (path) => {
        expect(clean(clean(path))).toBe(clean(path));
        expect(clean(dir(path))).toBe(dir(path));
      }),
    );
  });

  test("deepEqual is reflexive, symmetric and looks at types", () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(deepEqual(a, a, noStep)).toBe(true);
        expect(deepEqual(a, b, noStep)).toBe(deepEqual(b, a, noStep));
      }),
    );
    expect(deepEqual(1n, 1, noStep)).toBe(false);
  });

  test("decimals give their float back, and a sum or product by the neutral number as well", () => {
    fc.assert(
      fc.property(finite, (float) => {
        const decimal = decimalOf(float);
        expect(floatOf(decimal) === float).toBe(true);
        expect(floatOf(add(decimal, decimalOf(0))) === float).toBe(true);
        expect(floatOf(multiply(decimal, decimalOf(1))) === float).toBe(true);
        expect(floatOf(subtract(decimal, decimal))).toBe(0);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: -9e7, max: 9e7 }), fc.integer({ min: 1, max: 9e7 }), (a, b) => {
        expect(floatOf(divide(decimalOf(a * b), decimalOf(b)))).toBe(floatOf(decimalOf(a)));
      }),
    );
  });

  test("floats become the integer towards zero, and the least one where none fits", () => {
    const least = -(2n ** 63n);
    expect([1.9, -1.9, 2 ** 53].map(floatToInt64)).toEqual([1n, -1n, 2n ** 53n]);
    expect([2 ** 63, -(2 ** 63), 1e300, NaN, -Infinity].map(floatToInt64)).toEqual(Array(5).fill(least));
    expect(["0x1f", "1_000", "12.9", "-.5", "1e3", ""].map(toInt64)).toEqual([31n, 1000n, 12n, 0n, 0n, 0n]);
  });

  // As Go 1.26 prints them: math.Pow(10, n).
  test.each([
    [0, 1],
    [1, 10],
    [22, 1e22],
    [23, 1e23],
    [-1, 0.1],
    [-308, 9.999999999999994e-309],
    [308, 1.0000000000000006e308],
    [309, Infinity],
    [-323, 1e-323],
    [-324, 0],
    [2 ** 62, Infinity],
    [-(2 ** 63), 0],
  ])("ten to the power of %d is Go's", (exponent, expected) => {
    expect(powerOfTen(exponent)).toBe(expected);
  });
});
