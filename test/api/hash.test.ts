import { createdByHash, dataHash, fieldManager, generation, sha3, syncedResourceVersion } from "../../api";

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe("hashes of External Secrets Operator", () => {
  // The first two vectors are ESO's own (reference/eso.md 2.6).
  test("sha3-224 of a string", () => {
    expect(sha3("hello there")).toBe("f78681ec611ebaeea0689bff6c7812a83ff98a7faba986d9af76c999");
  });

  test.each([
    [
      new Map([
        ["foo", "value1"],
        ["bar", "value2"],
      ]),
      "1bed8bcbcb4547ffe19a19cd47d9078e84aa6598266d86b99f992d64",
    ],
    [new Map([["a", "1"]]), "eb5ab2676d1ed4009bcd06b409f718cb6e49a8e80907334f80d01648"],
    [new Map<string, string>(), "74a974446e359fb3e6baff9bd0058950e6edd0f040888d9989b0a11b"],
  ])("data hash of %p", (data, expected) => {
    expect(dataHash(new Map([...data].map(([key, value]) => [key, bytes(value)])))).toBe(expected);
  });

  test("the data hash does not depend on the order of the keys and keeps __proto__ as a key", () => {
    const one = dataHash(
      new Map([
        ["__proto__", bytes("x")],
        ["b", bytes("y")],
      ]),
    );
    expect(
      dataHash(
        new Map([
          ["b", bytes("y")],
          ["__proto__", bytes("x")],
        ]),
      ),
    ).toBe(one);
    expect(dataHash(new Map([["b", bytes("y")]]))).not.toBe(one);
  });

  test("created-by label", () => {
    expect(createdByHash("default", "my-es")).toBe("b8464376b5fe3535e690594280bfe59b60be2603cb6cbb6d6c8bcbb4");
  });

  test("syncedResourceVersion from generation, annotations and labels", () => {
    expect(syncedResourceVersion({ generation: 1 })).toBe("1-f47fe3c0b255b6dd8047cdffa772587bb829efe7a1cb70febeda2eb2");
    expect(syncedResourceVersion({ generation: 2, annotations: { foo: "bar" }, labels: { x: "y" } })).toBe(
      "2-56c4f07ba394a89f2901ef6e45654b43cd12dcf4af69f86021a7b873",
    );
  });

  test("the field manager is hashed when prefix and name are longer than 63 characters", () => {
    expect(fieldManager("db")).toBe("externalsecrets.external-secrets.io/db");
    expect(fieldManager("a".repeat(27))).toBe(`externalsecrets.external-secrets.io/${"a".repeat(27)}`);
    const long = "a".repeat(29);
    expect(fieldManager(long)).toBe(`externalsecrets.external-secrets.io/sha3/${sha3(long)}`);
  });
});

describe("generation of a consumer", () => {
  const key = Buffer.alloc(32, 7);
  const used = [
    { secret: "db", key: "user", value: bytes("u") },
    { secret: "db", key: "password", value: bytes("p") },
  ];

  test("does not depend on the order of the used keys", () => {
    expect(generation(key, used)).toBe(generation(key, [...used].reverse()));
    expect(generation(key, used)).toMatch(/^[0-9a-f]{32}$/);
  });

  test.each([
    ["another value", [used[0]!, { ...used[1]!, value: bytes("q") }]],
    ["an absent key", [used[0]!, { ...used[1]!, value: undefined }]],
    ["an empty value", [used[0]!, { ...used[1]!, value: bytes("") }]],
    ["another Secret", [used[0]!, { ...used[1]!, secret: "db2" }]],
    [
      "moved bytes between neighbours",
      [
        { ...used[0]!, value: bytes("up") },
        { ...used[1]!, value: bytes("") },
      ],
    ],
  ])("changes with %s", (_, changed) => {
    expect(generation(key, changed)).not.toBe(generation(key, used));
  });

  test("changes with the key", () => {
    expect(generation(Buffer.alloc(32, 8), used)).not.toBe(generation(key, used));
  });
});
