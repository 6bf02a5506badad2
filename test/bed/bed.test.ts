import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bed } from "./bed";

describe("bed()", () => {
  const before = process.env["KEYTURN_BED"];
  afterEach(() => {
    if (before === undefined) delete process.env["KEYTURN_BED"];
    else process.env["KEYTURN_BED"] = before;
  });

  it("throws, so that a test without servers fails, when there is no bed", () => {
    delete process.env["KEYTURN_BED"];
    expect(() => bed()).toThrow("KEYTURN_BED: is not set: this code needs the real servers");
  });

  it("throws when that bed is gone or its file is broken", () => {
    const dir = mkdtempSync(join(tmpdir(), "keyturn-test-"));
    process.env["KEYTURN_BED"] = join(dir, "none.json");
    expect(() => bed()).toThrow("cannot be read (ENOENT)");
    const broken = join(dir, "broken.json");
    writeFileSync(broken, "{");
    process.env["KEYTURN_BED"] = broken;
    expect(() => bed()).toThrow("cannot be read (not JSON)");
    rmSync(dir, { recursive: true });
  });
});
