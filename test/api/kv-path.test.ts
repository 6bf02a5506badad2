import { kvKeyProblem, kvReadPath, logicalPath } from "../../api";

describe("the KV path of a remoteRef (reference/eso.md 3.3)", () => {
  test.each([
    ["v2", "secret/path", "foo", "secret/path/data/foo"],
    ["v2", "secret/path", "secret/path/foo", "secret/path/data/foo"],
    ["v2", "secret/path", "secret/path/data/foo", "secret/path/data/foo"],
    ["v2", "secret/path", "data/foo", "secret/path/data/data/foo"],
    ["v2", "/secret/path/", "/foo", "secret/path/data/foo"],
    ["v1", "secret/path", "foo", "secret/path/foo"],
    ["v1", "secret/path", "secret/path/foo", "secret/path/foo"],
    ["v2", undefined, "secret/path/foo", "secret/data/path/foo"],
    ["v2", undefined, "secret/data/path/foo", "secret/data/path/foo"],
    ["v1", undefined, "secret/path/foo", "secret/path/foo"],
  ] as const)("%s, store path %p, key %p reads %p", (version, path, key, expected) => {
    expect(kvReadPath({ version, ...(path === undefined ? {} : { path }) }, key)).toBe(expected);
  });

  test.each([
    ["v2", "prod", "payments/db", "prod/payments/db"],
    ["v2", undefined, "prod/payments/db", "prod/payments/db"],
    ["v1", "kv1", "payments/db", "kv1/payments/db"],
  ] as const)("%s, store path %p, key %p is called %p", (version, path, key, expected) => {
    expect(logicalPath({ version, ...(path === undefined ? {} : { path }) }, key)).toBe(expected);
  });

  test.each([
    ["payments/db", undefined],
    ["payments/db#2", undefined],
    ["", "is empty"],
    ["a/../b", 'contains a "." or ".." segment'],
    ["a//b", "contains an empty segment"],
    ["a/*", 'contains a wildcard ("*" or "+")'],
    ["a/{{identity}}", 'contains templating ("{{")'],
    ["a?version=2", 'contains one of "?", "%" or "\\"'],
    ["a%2e%2e/b", 'contains one of "?", "%" or "\\"'],
    ["a\nb", "contains a control character"],
    ["x".repeat(1025), "is longer than 1024 characters"],
  ])("the problem of key %p is %p", (key, problem) => {
    expect(kvKeyProblem(key)).toBe(problem);
  });
});
