import { FunctionError } from "../../functions/function";
import { unixOf, type Instant } from "./instant";
import { UTC } from "./location";

/** `Time.MarshalBinary` as a byte string: version, seconds, nanosecond and the offset in minutes; version 2 adds its seconds. */
export function binaryTime(time: Instant): string {
  const { offset } = time.zone.at(unixOf(time));
  const isUtc = time.zone === UTC;
  const minutes = Math.trunc(offset / 60);
  if (!isUtc && (minutes < -32768 || minutes === -1 || minutes > 32767)) throw new FunctionError("has no binary form");
  const hasSeconds = !isUtc && offset % 60 !== 0;
  const bytes = Buffer.alloc(hasSeconds ? 16 : 15);
  bytes.writeUInt8(hasSeconds ? 2 : 1, 0);
  bytes.writeBigInt64BE(time.seconds, 1);
  bytes.writeInt32BE(time.nanosecond, 9);
  bytes.writeInt16BE(isUtc ? -1 : minutes, 13);
  if (hasSeconds) bytes.writeInt8(offset % 60, 15);
  return bytes.toString("latin1");
}
