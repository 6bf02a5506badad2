import { isUtf8 } from "node:buffer";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { KeyturnError } from "../api";
import { readProblem } from "../policies/manifests/environments";
import type { Io } from "./io";

/** Larger than any set of manifests people write; a limit for devices and mistakes. */
const LIMIT = 64 * 1024 * 1024;

/**
 * The text of a file, pipe or device.
 * @param shown the path as messages name it
 * @throws KeyturnError `Unreadable`, `NotText`, `TooLarge`
 */
export function readText(path: string, shown: string): string {
  const chunks: Buffer[] = [];
  let size = 0;
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    // One byte more than a file has, so that the second read says it has ended; pipes and devices have no size.
    const step = Math.min(Math.max(fstatSync(file).size + 1, 4096), 256 * 1024);
    for (;;) {
      const chunk = Buffer.allocUnsafe(step);
      const length = readSync(file, chunk);
      if (length === 0) break;
      chunks.push(chunk.subarray(0, length));
      size += length;
      if (size > LIMIT) throw tooLarge(shown);
    }
  } catch (error) {
    if (error instanceof KeyturnError) throw error;
    throw new KeyturnError({
      code: "Unreadable",
      object: shown,
      cause: readProblem(error),
      remedy: "check the path and its permissions",
    });
  } finally {
    if (file !== undefined) closeSync(file);
  }
  return decode(Buffer.concat(chunks), shown);
}

/** The text of standard input. */
export async function readStdin(stdin: Io["stdin"]): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes =
      typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    chunks.push(bytes);
    size += bytes.byteLength;
    if (size > LIMIT) throw tooLarge("stdin");
  }
  return decode(Buffer.concat(chunks), "stdin");
}

function decode(bytes: Buffer, shown: string): string {
  if (!bytes.includes(0) && isUtf8(bytes)) return bytes.toString("utf8");
  throw new KeyturnError({
    code: "NotText",
    object: shown,
    cause: "is not UTF-8 text",
    remedy: "give Kubernetes manifests in YAML or JSON",
  });
}

function tooLarge(shown: string): KeyturnError {
  return new KeyturnError({
    code: "TooLarge",
    object: shown,
    cause: `is larger than ${LIMIT / 1024 / 1024} MiB`,
    remedy: "split it, or check that it is a manifest",
  });
}
