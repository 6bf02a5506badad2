import { createHash } from "node:crypto";
import { base32Decode, base32Encode, base64Decode, base64Encode, hexDecode, type Decoded } from "../go/encoding";
import type { GoFunction } from "./function";

const row = (
  name: string,
  doc: string,
  example: readonly [string, string],
  convert: (text: string) => string,
  signature = "func(v string) string",
): GoFunction => ({ name, signature, doc, example, call: ([text]) => convert(text as string) });

/** ESO's sprig gives the text of the error for the value. */
const decoded = (result: Decoded): string => ("error" in result ? result.error : result.bytes);

const hash = (algorithm: string) => (text: string) => createHash(algorithm).update(text, "latin1").digest("hex");

export const encodingFunctions: readonly GoFunction[] = [
  row("b64enc", "Base64, standard alphabet with padding.", ['{{ b64enc "hello" }}', "aGVsbG8="], base64Encode),
  row(
    "b64dec",
    "The bytes of Base64 text; for other text the text of Go's error.",
    ['{{ b64dec "aGVsbG8=" }}', "hello"],
    (text) => decoded(base64Decode(text)),
  ),
  row("b32enc", "Base32, standard alphabet with padding.", ['{{ b32enc "hello" }}', "NBSWY3DP"], (text) =>
    base32Encode(text),
  ),
  row(
    "b32dec",
    "The bytes of Base32 text; for other text the text of Go's error.",
    ['{{ b32dec "NBSWY3DP" }}', "hello"],
    (text) => decoded(base32Decode(text)),
  ),
  row(
    "hexdec",
    "The bytes of hexadecimal text; for other text the text of Go's error.",
    ['{{ hexdec "68656c6c6f" }}', "hello"],
    (text) => decoded(hexDecode(text)),
  ),
  row(
    "sha1sum",
    "SHA-1 in hexadecimal.",
    ['{{ sha1sum "hello" }}', "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"],
    hash("sha1"),
    "func(input string) string",
  ),
  row(
    "sha256sum",
    "SHA-256 in hexadecimal.",
    ['{{ sha256sum "hello" | trunc 16 }}', "2cf24dba5fb0a30e"],
    hash("sha256"),
    "func(input string) string",
  ),
  row(
    "sha512sum",
    "SHA-512 in hexadecimal.",
    ['{{ sha512sum "hello" | trunc 16 }}', "9b71d224bd62f378"],
    hash("sha512"),
    "func(input string) string",
  ),
  row(
    "adler32sum",
    "Adler-32, as a decimal number.",
    ['{{ adler32sum "hello" }}', "103547413"],
    adler32,
    "func(input string) string",
  ),
];

function adler32(text: string): string {
  let [a, b] = [1, 0];
  for (let at = 0; at < text.length; at++) {
    a = (a + text.charCodeAt(at)) % 65521;
    b = (b + a) % 65521;
  }
  return String(b * 65536 + a);
}
