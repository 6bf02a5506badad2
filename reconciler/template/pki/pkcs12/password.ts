import { FunctionError } from "../../functions/function";
import { textOf } from "../../go/bytes";

/** A password in the two forms PKCS#12 wants it in. */
export interface Password {
  /** UCS-2, big-endian, with a terminator; or nothing, as some writers take the empty password. */
  readonly ucs2: Buffer;
  /** For PBES2 and PBMAC1. */
  readonly utf8: Buffer;
}

/** From a byte string. Throws for characters outside of the basic plane. */
export function passwordOf(bytes: string): Password {
  const text = textOf(bytes);
  if (/[\ud800-\udfff]/.test(text)) throw new FunctionError("has a password that cannot be written in UCS-2");
  return { ucs2: Buffer.from(`${text}\0`, "utf16le").swap16(), utf8: Buffer.from(text, "utf8") };
}

/** The other empty password. */
export const NO_PASSWORD: Password = { ucs2: Buffer.alloc(0), utf8: Buffer.alloc(0) };

export const isEmpty = (password: Password): boolean => password.utf8.length === 0;
