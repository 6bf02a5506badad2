import { FunctionError } from "../functions/function";

/**
 * DER as Go's `encoding/asn1` and `cryptobyte` read and write it: definite minimal lengths, minimal integers. Elements are told
 * apart by their identifier byte (class, constructed bit and tag below 31 in one), because that is how all structures here are
 * specified. Reading never recurses: each structure is walked by the function that knows it.
 */

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const NULL = 0x05;
export const OID = 0x06;
export const UTF8_STRING = 0x0c;
export const PRINTABLE_STRING = 0x13;
export const BMP_STRING = 0x1e;
export const SEQUENCE = 0x30;
export const SET = 0x31;

/** The identifier of `[n]` in front of another element (explicit) or of a constructed one (implicit). */
export const constructed = (n: number): number => 0xa0 | n;
/** The identifier of `[n]` that stands for a primitive element's own tag. */
export const implicit = (n: number): number => 0x80 | n;

export interface Element {
  /** The identifier byte; -1 for a tag above 30, which nothing here expects. */
  readonly id: number;
  readonly content: Buffer;
  /** With identifier and length. */
  readonly full: Buffer;
}

const malformed = (): FunctionError => new FunctionError("is not well-formed DER");

/** Walks the elements in `bytes` from the first to the last. Throws {@link FunctionError} at what is not DER. */
export class DerReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get isEmpty(): boolean {
    return this.at >= this.bytes.length;
  }

  /** The identifier byte of the next element; undefined at the end. */
  get peek(): number | undefined {
    return this.bytes[this.at];
  }

  next(): Element {
    const start = this.at;
    const { id, length } = this.header();
    const from = this.at;
    if (from + length > this.bytes.length) throw malformed();
    this.at = from + length;
    return { id, content: this.bytes.subarray(from, this.at), full: this.bytes.subarray(start, this.at) };
  }

  /** The content of the next element, which must have this identifier. */
  read(id: number): Buffer {
    if (this.peek !== id) throw malformed();
    return this.next().content;
  }

  /** {@link read}, or undefined when something else or nothing follows, as `cryptobyte` does it. */
  optional(id: number): Buffer | undefined {
    return this.peek === id ? this.next().content : undefined;
  }

  /** An optional field of `encoding/asn1`: whatever follows must at least begin as an element does. */
  field(id: number): Buffer | undefined {
    if (this.isEmpty) return undefined;
    const start = this.at;
    const found = this.header().id;
    this.at = start;
    return found === id ? this.next().content : undefined;
  }

  /**
   * An optional field with an explicit tag. As in `encoding/asn1` the length of the tag binds nobody, and something else in the
   * tag counts as no field.
   */
  explicitField(tag: number, id: number): Buffer | undefined {
    if (this.isEmpty) return undefined;
    const start = this.at;
    const outer = this.header();
    if (this.isEmpty) throw malformed();
    if (outer.id === tag) {
      if (outer.length === 0) throw malformed();
      const content = this.field(id);
      if (content !== undefined) return content;
    }
    this.at = start;
    return undefined;
  }

  inside(id: number): DerReader {
    return new DerReader(this.read(id));
  }

  /**
   * Steps over the header of an explicit tag. As in `encoding/asn1`, what stands in it is then read as if there were no such
   * header: the length of the tag itself binds nobody.
   */
  enter(id: number): void {
    if (this.peek !== id) throw malformed();
    if (this.header().length === 0) throw malformed();
  }

  integer(): bigint {
    return readInteger(this.read(INTEGER));
  }

  /** An INTEGER that fits Go's int. */
  int(): bigint {
    const content = this.read(INTEGER);
    if (content.length > 8) throw malformed();
    return readInteger(content);
  }

  oid(): string {
    return readOid(this.read(OID));
  }

  bits(): BitString {
    return readBits(this.read(BIT_STRING));
  }

  boolean(): boolean {
    const content = this.read(BOOLEAN);
    if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw malformed();
    return content[0] === 0xff;
  }

  end(): void {
    if (!this.isEmpty) throw malformed();
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw malformed();
    return byte;
  }

  private header(): { id: number; length: number } {
    let id = this.byte();
    if ((id & 0x1f) === 0x1f) {
      this.longTag();
      id = -1;
    }
    const first = this.byte();
    if (first < 0x80) return { id, length: first };
    let length = 0;
    // Four bytes can say more than any input holds.
    if (first === 0x80 || first > 0x84) throw malformed();
    for (let left = first & 0x7f; left > 0; left--) {
      length = length * 256 + this.byte();
      if (length === 0) throw malformed();
    }
    if (length < 0x80) throw malformed();
    return { id, length };
  }

  private longTag(): void {
    let tag = 0;
    for (let count = 0; ; count++) {
      const byte = this.byte();
      if (count === 4 || (count === 0 && byte === 0x80)) throw malformed();
      tag = tag * 128 + (byte & 0x7f);
      if (byte < 0x80) break;
    }
    if (tag < 0x1f) throw malformed();
  }
}

/** Two's complement, minimal. */
export function readInteger(content: Buffer): bigint {
  const [first, second] = content;
  if (first === undefined) throw malformed();
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) throw malformed();
  const value = toBigInt(content);
  return first < 0x80 ? value : value - (1n << BigInt(8 * content.length));
}

export function readOid(content: Buffer): string {
  const arcs: number[] = [];
  for (let at = 0; at < content.length;) {
    let arc = 0;
    for (let count = 0; ; count++) {
      const byte = content[at++];
      if (byte === undefined || count === 5 || (count === 0 && byte === 0x80)) throw malformed();
      arc = arc * 128 + (byte & 0x7f);
      if (byte < 0x80) break;
    }
    if (arc > 0x7fffffff) throw malformed();
    if (arcs.length > 0) arcs.push(arc);
    else if (arc < 80) arcs.push(Math.floor(arc / 40), arc % 40);
    else arcs.push(2, arc - 80);
  }
  if (arcs.length === 0) throw malformed();
  return arcs.join(".");
}

export interface BitString {
  readonly bytes: Buffer;
  /** Of the last byte, 0 to 7; these bits are zero. */
  readonly unused: number;
}

export function readBits(content: Buffer): BitString {
  const unused = content[0];
  const last = content.length > 1 ? (content[content.length - 1] ?? 0) : 0;
  if (unused === undefined || unused > 7) throw malformed();
  if (content.length === 1 ? unused > 0 : (last & ((1 << unused) - 1)) !== 0) throw malformed();
  return { bytes: content.subarray(1), unused };
}

/** `BitString.RightAlign`: the unused bits moved to the front. */
export function rightAlign({ bytes, unused }: BitString): Buffer {
  if (unused === 0 || bytes.length === 0) return bytes;
  const out = Buffer.alloc(bytes.length);
  for (let at = bytes.length - 1; at >= 0; at--) {
    out[at] = ((bytes[at] ?? 0) >> unused) | ((at > 0 ? (bytes[at - 1] ?? 0) : 0) << (8 - unused));
  }
  return out;
}

/** The unsigned number of big-endian bytes. */
export const toBigInt = (bytes: Buffer): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString("hex")}`));

/** `big.Int.Bytes`: big-endian without leading zeros; left-padded to `size` where given. */
export function fromBigInt(value: bigint, size = 0): Buffer {
  const hex = value === 0n ? "" : value.toString(16);
  return Buffer.from(hex.padStart(Math.max(hex.length + (hex.length % 2), 2 * size), "0"), "hex");
}

export const bitLength = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length);

export function element(id: number, ...parts: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  const size = length < 0x80 ? 0 : Math.ceil(length.toString(16).length / 2);
  const header = Buffer.alloc(2 + size);
  header[0] = id;
  header[1] = size === 0 ? length : 0x80 | size;
  if (size > 0) header.writeUIntBE(length, 2, size);
  return Buffer.concat([header, ...parts]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(SEQUENCE, ...parts);
export const octets = (bytes: Uint8Array): Buffer => element(OCTET_STRING, bytes);
export const bits = (bytes: Uint8Array, unused = 0): Buffer => element(BIT_STRING, Buffer.of(unused), bytes);
export const nothing = (): Buffer => element(NULL);
export const explicit = (n: number, ...parts: readonly Uint8Array[]): Buffer => element(constructed(n), ...parts);
export const trueValue = (): Buffer => element(BOOLEAN, Buffer.of(0xff));

/** SET OF: its elements in the order of their bytes, as DER wants it. */
export const setOf = (...parts: readonly Buffer[]): Buffer =>
  element(SET, ...[...parts].sort((a, b) => Buffer.compare(a, b)));

export function integer(value: bigint): Buffer {
  if (value === 0n) return element(INTEGER, Buffer.of(0));
  if (value > 0n) {
    const bytes = fromBigInt(value);
    return element(INTEGER, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]));
  }
  const size = Math.floor(bitLength(-value - 1n) / 8) + 1;
  return element(INTEGER, fromBigInt(value + (1n << BigInt(8 * size)), size));
}

export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const out: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const digits = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128));
    out.push(...digits);
  }
  return element(OID, Buffer.from(out));
}
