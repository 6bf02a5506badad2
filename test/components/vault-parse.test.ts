import { parsePolicy, type ParsedPolicy } from "../../components/vault";

/** Where and why a text is refused: `line:column message`. */
function problems(text: string): readonly string[] {
  const policy = parsePolicy(text);
  return policy.kind === "refused" ? policy.problems.map((p) => `${p.line}:${p.column} ${p.message}`) : [];
}

function rules(policy: ParsedPolicy) {
  if (policy.kind === "refused") throw new Error(JSON.stringify(policy.problems));
  return policy.rules;
}

const pathsOf = (text: string, now?: number) =>
  rules(parsePolicy(text, now === undefined ? {} : { now })).map(({ path, capabilities }) => [path, ...capabilities]);

describe("a policy in HCL", () => {
  it("may have comments of three kinds, commas, and names without quotes", () => {
    const text = `
      # a
      // b
      name = "x"
      path "secret/data/a" { /* c
        d */ capabilities = ["read", "list",] } # e
      path b { capabilities = [] },
      path "/c" {}`;
    expect(pathsOf(text)).toEqual([["secret/data/a", "read", "list"], ["b"], ["c"]]);
  });

  it("has its capabilities in one order, each once, whatever is written; old policies add theirs", () => {
    expect(
      pathsOf('path "a" { capabilities = ["sudo", "read"] capabilities = ["create", "read"] policy = "read" }'),
    ).toEqual([["a", "create", "read", "list", "sudo"]]);
    expect(pathsOf('path "a" { policy = "write" }')).toEqual([["a", "create", "read", "update", "delete", "list"]]);
  });

  it("keeps rules of the same path apart, in the order of the text", () => {
    expect(pathsOf('path "a" { policy = "read" }\npath "a" { capabilities = ["deny"] }')).toEqual([
      ["a", "read", "list"],
      ["a", "deny"],
    ]);
  });

  it("denies nothing but everything: what stands beside deny does not count, nor what is wrong after it", () => {
    expect(pathsOf('path "a" { capabilities = ["read", "deny", "nonsense"]\n min_wrapping_ttl = true }')).toEqual([
      ["a", "deny"],
    ]);
    expect(problems('path "a" { capabilities = ["nonsense", "deny"] }')).toHaveLength(1);
  });

  it("has escapes in strings, and interpolations that it copies", () => {
    expect(pathsOf('path "a\\u00e4\\x62\\103\\"\\xc3\\xa4" {}')).toEqual([['aäbC"ä']]);
    expect(pathsOf('path "a${"b"}" {}')).toEqual([['a${"b"}']]);
  });

  it("has heredocs, with and without indentation", () => {
    const text = 'path "a" {\n required_parameters = [<<E\nx\nE\n, <<-E\n   y\n  E\n]\n}';
    expect(rules(parsePolicy(text))[0]?.requiredParameters).toEqual(["x\n", " y\n"]);
  });

  it("has limits: times in milliseconds, parameters in lower case", () => {
    const text = `path "a" {
      capabilities = ["update"]
      min_wrapping_ttl = "1m30s"
      max_wrapping_ttl = 3600
      allowed_parameters = { "Key" = ["a", 1, true], "*" = [] }
      denied_parameters = { b = [] }
      required_parameters = ["Key"]
      pagination_limit = "0x10"
      expiration = "2030-01-01T00:00:00+01:00"
    }`;
    expect(rules(parsePolicy(text))).toEqual([
      {
        path: "a",
        templated: false,
        capabilities: ["update"],
        expiresAt: Date.parse("2029-12-31T23:00:00Z"),
        minWrappingTtl: 90_000,
        maxWrappingTtl: 3_600_000,
        allowedParameters: new Map([
          [
            "key",
            [
              { type: "string", value: "a" },
              { type: "integer", value: 1n },
              { type: "bool", value: true },
            ],
          ],
          ["*", []],
        ]),
        deniedParameters: new Map([["b", []]]),
        requiredParameters: ["Key"],
        paginationLimit: 16,
        approved: [],
        at: { line: 1, column: 6 },
      },
    ]);
  });

  it("says which operations others have to approve", () => {
    const text = `path "a" {
      capabilities = ["read"]
      control_group {
        ttl = "1h"
        factor "ops" {
          controlled_capabilities = ["read", "delete"]
          identity { group_names = ["ops"] approvals = 1 }
        }
      }
    }`;
    expect(rules(parsePolicy(text))[0]?.approved).toEqual(["read", "delete"]);
    expect(problems(text.replace("approvals = 1", ""))).toEqual(
      ['1:6 path "a": control_group: factor: approvals are missing'].map((line) => line.replace("1:6", "3:7")),
    );
  });

  it("leaves rules out that ended before now, and checks little of them", () => {
    const text = 'path "a" { expiration = "2030-01-01T00:00:00Z"\n capabilities = ["nonsense"] }\npath "b" {}';
    expect(pathsOf(text, Date.parse("2031-01-01T00:00:00Z"))).toEqual([["b"]]);
    expect(problems(text)).toHaveLength(1);
  });
});

describe("a policy in JSON", () => {
  it("gives the same rules as HCL", () => {
    const json = '{"path": {"a/*": {"capabilities": ["read"], "max_wrapping_ttl": "5m"}, "b": {"policy": "deny"}}}';
    expect(pathsOf(json)).toEqual([
      ["a/*", "read"],
      ["b", "deny"],
    ]);
    expect(rules(parsePolicy(json))[0]?.maxWrappingTtl).toBe(300_000);
    expect(pathsOf('[{"path"'.slice(1) + ': [{"a": {}}, {"a": {"policy": "read"}}]}')).toEqual([
      ["a"],
      ["a", "read", "list"],
    ]);
  });

  it("is read as laxly as the server reads it: what is not read is not there", () => {
    expect(pathsOf('{"path": {"a": {"capabilities": ["read"]}}')).toEqual([["a", "read"]]);
    expect(pathsOf('{"path": {"a": {"capabilities": ["read"]')).toEqual([["a", "read"]]);
    expect(pathsOf('{"path": {"a": {"policy": "read"} "b": {"policy": "read"}}}')).toEqual([["a", "read", "list"]]);
    expect(pathsOf('{"path": {"a": {"policy": "read"}}} trailing')).toEqual([["a", "read", "list"]]);
  });

  it("with nothing but parameters in a rule is misread by the server, which refuses it", () => {
    expect(problems('{"path": {"a": {"allowed_parameters": {"x": []}}}}')).toHaveLength(1);
    expect(problems('{"path": {"a": {"policy": "read", "allowed_parameters": {"x": []}}}}')).toEqual([]);
  });
});

describe("a text is refused with the place and the reason", () => {
  it.each([
    ['path "a" {', '1:11 expected "}", found the end'],
    ['\npath "b" "c" = {}', '2:14 expected "{" after several keys, found "="'],
    ['path "a" {\n  capabilities = [read]\n}', '2:19 expected a list element, found "read"'],
    ['path "a" { capabilities = ["read" "list"] }', '1:35 expected "," or "]", found "list"'],
    ['path "a\n" {}', "1:6 string not terminated"],
    ['path "a\\q" {}', '1:8 illegal escape "\\\\q"'],
    ["/* a", "1:1 comment not terminated"],
    ['path "a" {}\n\u00e9 = ~', '2:5 illegal character "~"'],
    ["paths {}", '1:1 invalid key "paths"; known are path and name'],
    ['path "a" {\n  nope = 1\n}', '2:3 path "a": invalid key "nope"; known are comment, policy, capabilities,'],
    ['path "a" { capabilities = ["reed"] }', '1:6 path "a": invalid capability "reed"; known are create, read,'],
    ['path "a" { policy = "reed" }', '1:6 path "a": invalid policy "reed"; known are deny, read, write, sudo'],
    ['path "a" { capabilities = "read" }', '1:27 path "a": capabilities: a list is needed'],
    ['path "a" { capabilities = [true] }', '1:28 path "a": capabilities: a string is needed'],
    ['path "a" { allowed_parameters = { b = "c" } }', '1:39 path "a": allowed_parameters: a list is needed'],
    ['path "a" { min_wrapping_ttl = "5 m" }', '1:6 path "a": min_wrapping_ttl is no duration such as "5m" or 300'],
    ['path "a" { expiration = "2030" expiration = "x" }', '1:6 path "a": expiration is neither a time'],
    ['path "a+*" {}', '1:6 path "a+*": "+*" is no wildcard'],
    ['path "a{{b" {}', '1:6 path "a{{b": unbalanced "{{" or "}}"'],
    ['path = "a"', '1:6 path "path": a block is needed'],
    ["name = true", "1:8 name: a string is needed"],
    ['path "a" { min_wrapping_ttl = 10 max_wrapping_ttl = 9 }', '1:6 path "a": max_wrapping_ttl is less than'],
    ['{"path": {"a": {"capabilities": ["read\\/"]}}}', '1:39 illegal escape "\\\\/"'],
    ['{"path":[{"c":{}}]0', "1:19 numbers cannot start with 0"],
    ['path "\\400" {}', "1:6 an escape that is no character"],
  ])("%j", (text, expected) => {
    const [first = "", ...others] = problems(text);
    expect([first.slice(0, expected.length), others]).toEqual([expected, []]);
  });

  it("all of them, in the order of the text", () => {
    expect(problems('path "a" { policy = "x" }\npath "b" { capabilities = ["y", "z"] }\nother {}')).toEqual([
      expect.stringMatching(/^1:6 path "a": invalid policy "x"/),
      expect.stringMatching(/^2:6 path "b": invalid capability "y"/),
      expect.stringMatching(/^2:6 path "b": invalid capability "z"/),
      expect.stringMatching(/^3:1 invalid key "other"/),
    ]);
  });

  it("whatever it is: nothing throws", () => {
    for (const text of [
      "",
      "{",
      "\0",
      "\ud800",
      '{"a\0',
      "<<",
      "<<E",
      '"',
      "1e",
      "{".repeat(1000),
      "a".repeat(100_000),
    ])
      expect(["policy", "refused"]).toContain(parsePolicy(text).kind);
  });

  it("when it has blocks or lists two hundred deep", () => {
    for (const text of ["a { ".repeat(100_000), `a = ${"[".repeat(100_000)}`, '{"path":'.repeat(100_000)])
      expect(problems(text)).toEqual([expect.stringMatching(/more than 200 blocks and lists in one another$/)]);
  });
});

describe("a policy of ten thousand rules", () => {
  it("is read in the time of its length", () => {
    const text = (count: number) =>
      Array.from({ length: count }, (_, n) => `path "kv/data/team/${n}" {\n  capabilities = ["read"]\n}\n`).join("\n");
    const time = (count: number) => {
      const source = text(count);
      const begun = performance.now();
      expect(pathsOf(source)).toHaveLength(count);
      return performance.now() - begun;
    };
    time(1000);
    // Ten times the text: a hundred times the time would be quadratic.
    expect(time(20_000) / Math.max(1, time(2000))).toBeLessThan(40);
  });
});
