import fc from "fast-check";
import {
  bits,
  bitLength,
  DerReader,
  element,
  fromBigInt,
  INTEGER,
  integer,
  octets,
  OCTET_STRING,
  oid,
  readBits,
  rightAlign,
  sequence,
  SEQUENCE,
  setOf,
  toBigInt,
} from "../../../../reconciler/template/pki/der";

const reader = (hex: string): DerReader => new DerReader(Buffer.from(hex, "hex"));
const REFUSAL = "is not well-formed DER";

test("what is written is read", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(1n << 600n), max: 1n << 600n }),
      fc.uint8Array({ maxLength: 70_000 }),
      fc.array(fc.nat(0x7fffffff), { maxLength: 6 }),
      (number, bytes, arcs) => {
        const id = ["1.2", ...arcs].join(".");
        const written = new DerReader(sequence(integer(number), octets(bytes), oid(id))).inside(SEQUENCE);
        expect(written.integer()).toBe(number);
        expect(written.read(OCTET_STRING).equals(bytes)).toBe(true);
        expect(written.oid()).toBe(id);
        expect(written.isEmpty).toBe(true);
      },
    ),
  );
});

test.each([
  [0n, "020100"],
  [127n, "02017f"],
  [128n, "02020080"],
  [-1n, "0201ff"],
  [-128n, "020180"],
  [-129n, "0202ff7f"],
  [-32768n, "02028000"],
  [65537n, "0203010001"],
])("the integer %d is written as %s", (value, hex) => {
  expect(integer(value).toString("hex")).toBe(hex);
});

test.each([
  ["an empty one", ""],
  ["a header without length", "30"],
  ["a length beyond the end", "0402ff"],
  ["an indefinite length", "30800000"],
  ["a length in more bytes than needed", "048101ff"],
  ["a length with leading zeros", "04820081"],
  ["a length of five bytes", "0485ffffffffff"],
  ["a tag number in more bytes than needed", "1f1e00"],
  ["a tag number of five bytes", "1f818080800100"],
])("%s is refused", (_, hex) => {
  expect(() => reader(hex).next()).toThrow(REFUSAL);
});

test.each([
  ["an integer of no bytes", "0200"],
  ["an integer with a needless zero", "0202007f"],
  ["an integer with a needless sign byte", "0202ff80"],
])("%s is refused", (_, hex) => {
  expect(() => reader(hex).integer()).toThrow(REFUSAL);
});

test("an int has at most eight bytes", () => {
  expect(reader("02087fffffffffffffff").int()).toBe(2n ** 63n - 1n);
  expect(() => reader("0209008000000000000000").int()).toThrow(REFUSAL);
});

test.each(["0600", "06018080", "060180", "06068080808080ff", "060590808080"])(
  "the object identifier %s is refused",
  (hex) => {
    expect(() => reader(hex).oid()).toThrow(REFUSAL);
  },
);

test("bit strings keep their unused bits, which are zero, and can be aligned to the right", () => {
  expect(readBits(Buffer.of(4, 0xab, 0xc0))).toEqual({ bytes: Buffer.of(0xab, 0xc0), unused: 4 });
  expect(rightAlign({ bytes: Buffer.of(0xab, 0xc0), unused: 4 })).toEqual(Buffer.of(0x0a, 0xbc));
  for (const content of [[], [8, 0], [1], [4, 0xff]]) expect(() => readBits(Buffer.from(content))).toThrow(REFUSAL);
  expect(bits(Buffer.of(0xa0), 5).toString("hex")).toBe("030205a0");
});

test("a set is sorted", () => {
  expect(setOf(octets(Buffer.of(2)), integer(1n), octets(Buffer.of(1))).toString("hex")).toBe("3109020101040101040102");
});

test("a field that is not there is no error, one that does not begin as an element is", () => {
  expect(reader("0401ff").field(INTEGER)).toBeUndefined();
  expect(reader("").field(INTEGER)).toBeUndefined();
  expect(reader("020105").field(INTEGER)).toEqual(Buffer.of(5));
  expect(() => reader("0480").field(INTEGER)).toThrow(REFUSAL);
  expect(reader("a003020105").explicitField(0xa0, INTEGER)).toEqual(Buffer.of(5));
  expect(reader("a003040105").explicitField(0xa0, INTEGER)).toBeUndefined();
  // As in encoding/asn1, the length of the tag says nothing.
  expect(reader("a001020105").explicitField(0xa0, INTEGER)).toEqual(Buffer.of(5));
});

test("numbers of any size go into bytes and back", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 4096n }), (value) => {
      expect(toBigInt(fromBigInt(value))).toBe(value);
      expect(bitLength(value)).toBe(value.toString(2).replace(/^0$/, "").length);
      expect(fromBigInt(value, 600)).toHaveLength(600);
    }),
  );
});

test("long content has a long length", () => {
  expect(element(4, Buffer.alloc(127)).subarray(0, 2).toString("hex")).toBe("047f");
  expect(element(4, Buffer.alloc(128)).subarray(0, 3).toString("hex")).toBe("048180");
  expect(element(4, Buffer.alloc(65_536)).subarray(0, 5).toString("hex")).toBe("0483010000");
});
