import { HclError, parseHcl } from "../../sandbox/vault/hcl";
import { parsePolicy } from "../../sandbox/vault/policy";

const rules = (text: string): readonly unknown[] =>
  parsePolicy(text).map(({ path, capabilities }) => [path, [...capabilities].sort()]);

test.each([
  ["a block on one line", 'path "a/b" { capabilities = ["read"] }', [["a/b", ["read"]]]],
  [
    "several lines, a trailing comma",
    'path "a" {\n  capabilities = [\n    "read",\n    "list",\n  ]\n}',
    [["a", ["list", "read"]]],
  ],
  [
    "all comments",
    '# one\n// two\n/* three\n four */ path "a" { # five\n capabilities = ["read"] // six\n}',
    [["a", ["read"]]],
  ],
  ["an equals sign before the block", 'path "a" = { capabilities = ["read"] }', [["a", ["read"]]]],
  ["a leading slash", 'path "/a" { capabilities = ["read"] }', [["a", ["read"]]]],
  [
    "a name, and settings that are not followed",
    'name = "n"\npath "a" { capabilities = ["update"] allowed_parameters = { "*" = [] } min_wrapping_ttl = "1s" }',
    [["a", ["update"]]],
  ],
  ["deny with others is deny", 'path "a" { capabilities = ["read", "deny"] }', [["a", ["deny"]]]],
  ["escapes", 'path "a\\"b" { capabilities = ["read"] }', [['a"b', ["read"]]]],
  ["a rule that is over", 'path "a" { capabilities = ["read"] expiration = "2020-01-01T00:00:00Z" }', []],
  [
    "JSON",
    '{"path":{"a":{"capabilities":["read"]},"b":{"policy":"write"}}}',
    [
      ["a", ["read"]],
      ["b", ["create", "delete", "list", "read", "update"]],
    ],
  ],
  ["nothing but a comment", "# nothing\n", []],
])("%s", (_, text, expected) => {
  expect(rules(text)).toEqual(expected);
});

test("heredocs, numbers and booleans", () => {
  expect(parseHcl("a = <<EOT\none\ntwo\nEOT\nb = 3\nc = true\nd { e = -1.5 }").items).toEqual([
    { keys: ["a"], value: "one\ntwo" },
    { keys: ["b"], value: 3 },
    { keys: ["c"], value: true },
    { keys: ["d"], value: { items: [{ keys: ["e"], value: -1.5 }] } },
  ]);
});

test.each([
  ['path "a" {', "At 1:11"],
  ['path "a" { capabilities = ["read" }', "At 1:35"],
  ['path "a { capabilities = [] }', "At 1:6"],
  ["path", "At 1:5"],
  ["= 1", "At 1:1"],
  ['path "a" { capabilities = nonsense }', "At 1:35"],
  ["{", "At 1:1"],
])("%p is refused with its place", (text, at) => {
  expect(() => parseHcl(text)).toThrow(HclError);
  expect(() => parseHcl(text)).toThrow(at);
});
