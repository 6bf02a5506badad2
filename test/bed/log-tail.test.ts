import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BedError, lastLines, tailOfFile } from "./log-tail";

describe("the end of a log", () => {
  it("is its last lines that are not empty", () => {
    expect(lastLines("one\r\ntwo\n\n  \nthree  \n", 2)).toEqual(["two", "three"]);
    expect(lastLines("")).toEqual([]);
  });

  it("cuts long lines and says so", () => {
    expect(lastLines("abcdef", 1, 4)).toEqual(["abc…"]);
  });

  it("keeps level, message and error of structured lines, and leaves other JSON alone", () => {
    const structured = {
      time: "2026-11-24",
      level: "ERROR",
      source: { file: "x" },
      msg: "Execute exit",
      err: "no node",
    };
    expect(lastLines(JSON.stringify(structured))).toEqual(["ERROR: Execute exit: no node"]);
    expect(lastLines('{"level":"info","msg":"up"}')).toEqual(["info: up"]);
    expect(lastLines('{"a":1}\n{broken')).toEqual(['{"a":1}', "{broken"]);
  });

  it("is read from the end of a file, and is empty when there is none", () => {
    const dir = mkdtempSync(join(tmpdir(), "keyturn-tail-test-"));
    const file = join(dir, "log");
    writeFileSync(file, `${"x".repeat(200_000)}\nlast\n`);
    expect(tailOfFile(file, 1)).toEqual(["last"]);
    expect(tailOfFile(join(dir, "none"))).toEqual([]);
    rmSync(dir, { recursive: true });
  });
});

describe("an error of the bed", () => {
  it("says object, cause and remedy on the first line, then the log", () => {
    const error = new BedError({ code: "BedServer", object: "etcd", cause: "ended with 1", remedy: "do this" }, [
      "a",
      "b",
    ]);
    expect(error.message).toBe("etcd: ended with 1 (do this)\n  | a\n  | b");
    expect([error.code, error.object, error.reason, error.remedy]).toEqual([
      "BedServer",
      "etcd",
      "ended with 1",
      "do this",
    ]);
  });
});
