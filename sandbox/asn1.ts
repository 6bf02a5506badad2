/** The few DER encodings a certificate needs (X.690). */
export const asn1 = {
  sequence: (...parts: readonly Buffer[]): Buffer => tagged(0x30, Buffer.concat(parts)),
  set: (...parts: readonly Buffer[]): Buffer => tagged(0x31, Buffer.concat(parts)),
  explicit: (tag: number, content: Buffer): Buffer => tagged(0xa0 | tag, content),
  implicit: (tag: number, content: Buffer): Buffer => tagged(0x80 | tag, content),
  integer: (bytes: Buffer): Buffer => tagged(0x02, bytes),
  boolean: (value: boolean): Buffer => tagged(0x01, Buffer.from([value ? 0xff : 0])),
  octets: (content: Buffer): Buffer => tagged(0x04, content),
  bits: (content: Buffer, unused: number): Buffer => tagged(0x03, Buffer.concat([Buffer.from([unused]), content])),
  utf8: (text: string): Buffer => tagged(0x0c, Buffer.from(text)),
  oid,
  time,
};

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, ...length(content.length)]), content]);
}

function length(count: number): readonly number[] {
  if (count < 0x80) return [count];
  return count < 0x100 ? [0x81, count] : [0x82, count >> 8, count & 0xff];
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): readonly number[] {
  const digits = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

/** UTCTime; certificates of a sandbox live for a year, far from 2050 where another form begins. */
function time(date: Date): Buffer {
  return tagged(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replace(/[-:T]/g, "")}Z`));
}
