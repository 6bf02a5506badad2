import { eventually } from "./eventually";

describe("eventually", () => {
  it("returns the first value that is accepted", async () => {
    let count = 0;
    await expect(
      eventually(
        "three",
        () => ++count,
        (value) => value === 3,
        { every: 1 },
      ),
    ).resolves.toBe(3);
  });

  it("takes an exception for not yet", async () => {
    let count = 0;
    const look = () => {
      if (++count < 3) throw new Error("not there");
      return count;
    };
    await expect(eventually("three", look, undefined, { every: 1 })).resolves.toBe(3);
  });

  it("fails with what was wanted, how long, and what was seen last", async () => {
    const look = () => ({ phase: "Pending" });
    await expect(
      eventually("a ready pod", look, ({ phase }) => phase === "Ready", { within: 5, every: 1 }),
    ).rejects.toThrow('a ready pod: not within 0.005 s; last seen: {\n "phase": "Pending"\n}');
    const broken = () => Promise.reject(new Error("connection refused"));
    await expect(eventually("an answer", broken, undefined, { within: 5, every: 1 })).rejects.toThrow(
      "an answer: not within 0.005 s; last error: connection refused",
    );
  });
});
