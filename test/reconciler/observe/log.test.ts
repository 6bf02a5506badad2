import { createLog, type LogFields } from "../../../reconciler/observe";

const collect = (level?: "debug" | "info" | "warn" | "error") => {
  const lines: string[] = [];
  const log = createLog({ ...(level === undefined ? {} : { level }), write: (line) => lines.push(line) });
  return { log, lines, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
};

test("a line is JSON with time, level, message and the given fields", () => {
  const { log, lines, parsed } = collect();
  log.warn("no such path", { object: "ExternalSecret pay/db", code: "VaultNotFound", durationMs: 12 });
  expect(lines[0]?.endsWith("\n")).toBe(true);
  expect(parsed()).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      level: "warn",
      message: "no such path",
      object: "ExternalSecret pay/db",
      code: "VaultNotFound",
      durationMs: 12,
    },
  ]);
});

test("lines below the level are left out", () => {
  const { log, parsed } = collect("warn");
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  expect(parsed().map(({ message }) => message)).toEqual(["c", "d"]);
});

test("fields that are not on the list are left out, whatever an untyped caller passes", () => {
  const { log, lines } = collect();
  const fields = { object: "a", token: "canary", data: { password: "canary" }, cause: { secret: "canary" } };
  log.error("failed", fields as unknown as LogFields);
  expect(lines[0]).not.toContain("canary");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ object: "a" });
});

test("a line stays one line, and long texts are cut", () => {
  const { log, lines, parsed } = collect();
  log.info("a\nb", { cause: "x".repeat(5_000) });
  expect(lines[0]?.match(/\n/g)).toHaveLength(1);
  expect(parsed()[0]?.cause).toHaveLength(1_027);
});
