import { TransportError } from "../http";

/** More than any object the API server stores (etcd's limit is 1.5 MiB) with what JSON adds. */
const LONGEST = 16 * 1_048_576;
const NEWLINE = 10;

/**
 * Cuts a stream of bytes into lines; empty lines are left out. A last line without its end is not a line: the connection broke in it.
 * Throws TransportError `too-large` for an endless line.
 */
export function lineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  let length = 0;
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      let line: string;
      if (length === 0) line = chunk.toString("utf8", start, end);
      else {
        pending.push(chunk.subarray(start, end));
        line = Buffer.concat(pending).toString("utf8");
        pending = [];
        length = 0;
      }
      start = end + 1;
      if (line.trim() !== "") onLine(line);
    }
    if (start === chunk.length) return;
    pending.push(start === 0 ? chunk : chunk.subarray(start));
    length += chunk.length - start;
    if (length > LONGEST)
      throw new TransportError("too-large", `a line of its answer is longer than ${LONGEST / 1_048_576} MiB`);
  };
}
