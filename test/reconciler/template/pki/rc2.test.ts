import { decryptRc2Cbc } from "../../../../reconciler/template/pki/rc2";

/** RFC 2268 section 5, those whose effective key length is that of the key. */
const OF_RFC: readonly (readonly [key: string, plain: string, cipher: string])[] = [
  ["ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"],
  ["3000000000000000", "1000000000000001", "30649edf9be7d2c2"],
  ["88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"],
];

test.each(OF_RFC)("RC2 with the key %s gives the RFC's block", (key, plain, cipher) => {
  const [keyBytes, data] = [key, cipher].map((hex) => Buffer.from(hex, "hex")) as [Buffer, Buffer];
  expect(decryptRc2Cbc(keyBytes, Buffer.alloc(8), data).toString("hex")).toBe(plain);
  // In CBC the block before is mixed into the next one.
  const twice = decryptRc2Cbc(keyBytes, Buffer.alloc(8, 0xff), Buffer.concat([data, data]));
  const plainBytes = Buffer.from(plain, "hex");
  expect(twice.subarray(0, 8)).toEqual(plainBytes.map((byte) => byte ^ 0xff));
  expect(twice.subarray(8)).toEqual(plainBytes.map((byte, at) => byte ^ (data[at] as number)));
});
