import { KeyturnError } from "../api";
import { usageError } from "./errors";
import { EXIT, type Io } from "./io";

/** Longer than any template with its data; a limit for input that has no line ends. */
const LONGEST = 64 * 1024 * 1024;

/** The lines of standard input as they arrive, without their ends; empty ones are passed over. */
async function* linesOf(stdin: Io["stdin"]): AsyncGenerator<Uint8Array> {
  let kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      const line = joined([...kept, bytes.subarray(start, end)]);
      kept = [];
      size = 0;
      start = end + 1;
      if (line.length > 0) yield line;
    }
    if (start === bytes.length) continue;
    // A copy: the stream may use its buffer again.
    kept.push(Uint8Array.from(bytes.subarray(start)));
    size += bytes.length - start;
    if (size > LONGEST)
      throw new KeyturnError({
        code: "TooLarge",
        object: "stdin",
        cause: `has a line longer than ${LONGEST / 1024 / 1024} MiB`,
        remedy: "give one JSON object a line",
      });
  }
  const last = joined(kept);
  if (last.length > 0) yield last;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  const all = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
  return all.at(-1) === 13 ? all.subarray(0, -1) : all;
}

/**
 * `--batch -`: answers each line of standard input with a line of JSON, as it comes.
 * @param source what was given to `--batch`
 * @returns the exit code: 2 when a line was no request
 */
export async function answerBatch(
  source: string,
  io: Io,
  answer: (line: Uint8Array) => { readonly error?: { readonly code: string } },
): Promise<number> {
  if (source !== "-") throw usageError("--batch", "is not -", "give the lines on standard input: --batch - < FILE");
  let code: number = EXIT.fine;
  for await (const line of linesOf(io.stdin)) {
    const reply = answer(line);
    if (reply.error?.code === "request") code = EXIT.failed;
    io.stdout.write(`${JSON.stringify(reply)}\n`);
  }
  return code;
}
