import {
  capabilitiesOf,
  evaluate,
  parsePolicy,
  type AclPolicy,
  type AclRequest,
  type EvaluateOptions,
} from "../../components/vault";

function policy(name: string, text: string, namespace?: string): AclPolicy {
  const parsed = parsePolicy(text, namespace === undefined ? {} : { namespace });
  if (parsed.kind === "refused") throw new Error(JSON.stringify(parsed.problems));
  return { name, rules: parsed.rules, ...(namespace === undefined ? {} : { namespace }) };
}

const rule = (path: string, ...capabilities: string[]) =>
  `path "${path}" { capabilities = ${JSON.stringify(capabilities)} }\n`;
const read = (path: string): AclRequest => ({ path, operation: "read" });

describe("the rule that decides", () => {
  /** Each pattern grants a capability of its own, so that the answer says which one decided. */
  it.each([
    ["the exact path, before every wildcard", "a/b", "a/b", ["a/+", "a/b*", "a/*", "*"]],
    ["the longer prefix", "a/bcd", "a/bc*", ["a/b*", "a/*", "*"]],
    ["the later first wildcard", "a/b/c", "a/b/+", ["a/+/c", "+/b/c"]],
    ["a prefix whose star stands later than the first plus", "a/bc", "a/b*", ["a/+"]],
    ["the one without a star at the end, where the first wildcards are level", "a/b", "a/+", ["a/*"]],
    ["fewer plus segments", "a/b/c", "a/+/c", ["a/+/+"]],
    ["fewer plus segments, even of a shorter text", "a/x//c", "a/+//c", ["a/+/+/c"]],
    ["one whose star takes the segments that follow", "a/x/bc/d", "a/+/b*", ["*"]],
    ["the one without plus, where first wildcards and stars are level", "a/x/bc/d", "a/*", ["a/+/b*"]],
    ["the longer text", "a/b/cde", "a/+/cd*", ["a/+/c*"]],
    ["the longer text, even where it is lexically less", "x/b/ccc", "+/+/ccc", ["+/b/+"]],
    ["the lexically greater of equally long texts", "x/b/c", "+/b/+", ["+/+/c"]],
  ])("is %s", (_, path, winner, losers) => {
    const policies = [winner, ...losers].map((pattern, index) =>
      policy(`p${index}`, rule(pattern, pattern === winner ? "read" : "deny")),
    );
    for (const order of [policies, [...policies].reverse()]) {
      const verdict = evaluate(order, read(path));
      expect(verdict).toEqual({
        decision: "allowed",
        capabilities: ["read"],
        rule: { path: winner, policies: ["p0"] },
        needsApproval: false,
        reason: `${winner} of policy p0 allows it`,
      });
    }
  });

  it("is one alone: a narrower rule takes away what a wider one gives", () => {
    const policies = [policy("wide", rule("a/*", "read", "list")), policy("narrow", rule("a/b/*", "list"))];
    expect(evaluate(policies, read("a/b/c"))).toMatchObject({
      decision: "denied",
      rule: { path: "a/b/*", policies: ["narrow"] },
      reason: "a/b/* of policy narrow: has no capability read",
    });
  });

  it("is the same pattern in all policies, with the capabilities of all, unless one denies", () => {
    const [one, two, no] = [
      policy("one", rule("a/*", "read")),
      policy("two", rule("a/*", "list")),
      policy("no", rule("a/*", "deny")),
    ] as const;
    expect(capabilitiesOf([one, two], "a/b")).toEqual(["list", "read"]);
    expect(evaluate([one, two], read("a/b")).rule).toEqual({ path: "a/*", policies: ["one", "two"] });
    expect(capabilitiesOf([one, no, two], "a/b")).toEqual(["deny"]);
    expect(evaluate([one, no, two], read("a/b")).reason).toBe(
      "a/* of policy no, policy one, policy two: denies everything",
    );
  });

  it("takes plus and star for characters where they are no wildcards", () => {
    const policies = [policy("p", rule("a/*/b", "read") + rule("c+/d", "list") + rule("e/+f", "delete"))];
    expect(["a/x/b", "a/*/b", "cx/d", "c+/d", "e/xf", "e/+f"].map((path) => capabilitiesOf(policies, path)[0])).toEqual(
      ["deny", "read", "deny", "list", "deny", "delete"],
    );
  });

  it("ranks a pattern by its first plus, even where that is no wildcard", () => {
    const policies = [policy("p", rule("a/+b*", "read") + rule("a/+", "list"))];
    expect(capabilitiesOf(policies, "a/+bc")).toEqual(["list"]);
  });

  it("counts bytes, not characters, and takes the lexically greater where they are level", () => {
    const policies = [policy("p", rule("+/ä/+", "read") + rule("+/+/yy", "list") + rule("+/+/c", "delete"))];
    expect(capabilitiesOf(policies, "x/ä/yy")).toEqual(["read"]);
    expect(capabilitiesOf(policies, "x/ä/c")).toEqual(["read"]);
  });
});

describe("lists and scans", () => {
  const list = (path: string): AclRequest => ({ path, operation: "list" });

  it("ask for the path with a slash at the end, whether it is given or not, and take the rule without one too", () => {
    for (const pattern of ["a/b/", "a/b"])
      for (const path of ["a/b", "a/b/"])
        expect(evaluate([policy("p", rule(pattern, "list"))], list(path)).decision).toBe("allowed");
    expect(evaluate([policy("p", rule("a/b/", "read"))], read("a/b")).decision).toBe("denied");
  });

  it("are judged with the slash first by OpenBao, without it first by Vault", () => {
    const policies = [policy("p", rule("a/+/+", "list") + rule("a/b*", "deny"))];
    const both = [policy("q", rule("a/b/*", "list") + rule("a/+", "deny"))];
    const decisions = (of: readonly AclPolicy[]) =>
      (["openbao", "vault"] as const).map((server) => evaluate(of, list("a/b"), { server }).decision);
    expect(decisions(policies)).toEqual(["denied", "denied"]);
    expect(decisions(both)).toEqual(["allowed", "denied"]);
  });

  it("need their own capability", () => {
    expect(evaluate([policy("p", rule("a/*", "list"))], { path: "a", operation: "scan" }).decision).toBe("denied");
    expect(evaluate([policy("p", rule("a/*", "scan"))], { path: "a", operation: "scan" }).decision).toBe("allowed");
  });
});

describe("without a matching rule", () => {
  it("everything is denied", () => {
    const nothing = { decision: "denied", capabilities: [], needsApproval: false, reason: "no rule matches" };
    expect(evaluate([], read("a"))).toEqual(nothing);
    expect(evaluate([policy("empty", "")], read("a"))).toEqual(nothing);
    expect(capabilitiesOf([], "a")).toEqual(["deny"]);
  });
});

describe("the policy root", () => {
  const root = policy("root", "");

  it("allows everything, and stands alone", () => {
    expect(evaluate([root], { path: "sys/seal", operation: "update", sudo: true }).decision).toBe("allowed");
    expect(capabilitiesOf([root], "a")).toEqual(["root"]);
    expect(evaluate([root, policy("p", rule("a", "read"))], read("a")).decision).toBe("denied");
  });

  it("of a namespace ends there", () => {
    const inside: AclPolicy = { ...root, namespace: "team" };
    expect(evaluate([inside], { ...read("a"), namespace: "team/sub" }).decision).toBe("allowed");
    expect(evaluate([inside], read("a")).decision).toBe("denied");
    expect(evaluate([inside], { ...read("a"), namespace: "teams" }).decision).toBe("denied");
  });
});

describe("endpoints of sudo", () => {
  it("need the capability sudo besides the operation's own", () => {
    const request: AclRequest = { path: "sys/audit/x", operation: "update", sudo: true };
    expect(evaluate([policy("p", rule("sys/audit/*", "update"))], request).reason).toMatch(/has no capability sudo$/);
    expect(evaluate([policy("p", rule("sys/audit/*", "update", "sudo"))], request).decision).toBe("allowed");
  });
});

describe("rules that end", () => {
  it("do not count afterwards", () => {
    const policies = [
      policy("p", 'path "a" { capabilities = ["deny"] expiration = "2030-01-01T00:00:00Z" }\n' + rule("*", "read")),
    ];
    const at = (now?: string) =>
      evaluate(policies, read("a"), now === undefined ? {} : { now: Date.parse(now) }).decision;
    expect([at(), at("2029-12-31T23:59:59Z"), at("2030-01-01T00:00:01Z")]).toEqual(["denied", "denied", "allowed"]);
  });
});

describe("templated rules", () => {
  const policies = [
    policy("t", rule("kv/{{identity.entity.name}}/*", "read") + rule("kv/shared/x", "read") + rule("*", "list")),
  ];
  const decision = (path: string, options?: EvaluateOptions) => evaluate(policies, read(path), options).decision;

  it("leave unknown what they may decide while their values are not given, and nothing else", () => {
    expect([decision("kv/ann/x"), decision("kv/shared/x"), decision("sys/x")]).toEqual([
      "unknown",
      "unknown",
      "denied",
    ]);
    expect(capabilitiesOf(policies, "kv/ann/x")).toBe("unknown");
    expect(evaluate(policies, read("kv/ann/x")).reason).toBe("it depends on kv/{{identity.entity.name}}/* of policy t");
  });

  it("count with the values that are given", () => {
    const identity = { entity: { id: "1", name: "ann" } };
    expect([decision("kv/ann/x", { identity }), decision("kv/bob/x", { identity })]).toEqual(["allowed", "denied"]);
  });

  it("are of one segment: nothing below or above it is unknown", () => {
    const own = [
      policy("own", rule("kv/{{identity.entity.name}}", "read") + rule("kv/+/{{identity.entity.id}}*", "list")),
    ];
    const answers = ["kv/a", "kv/a/b/c", "kv/a/b", "kv"].map((path) => evaluate(own, read(path)).decision);
    expect(answers).toEqual(["unknown", "unknown", "unknown", "denied"]);
    expect(evaluate([policy("p", rule("kv/{{identity.entity.name}}", "read"))], read("kv/a/b")).decision).toBe(
      "denied",
    );
  });

  it("are not there for a token without entity", () => {
    expect([decision("kv/ann/x", { identity: {} }), decision("kv/shared/x", { identity: {} })]).toEqual([
      "denied",
      "allowed",
    ]);
  });

  it("deny every request of the token when a value has a wildcard or slash in it", () => {
    const identity = { entity: { id: "1", name: "a*" } };
    expect(evaluate(policies, read("kv/shared/x"), { identity })).toMatchObject({
      decision: "denied",
      reason: '{{identity.entity.name}} of policy t has "*", "+" or "/" in its value',
    });
  });
});

describe("requests with parameters", () => {
  const update = (parameters: Record<string, unknown>): AclRequest => ({
    path: "a",
    operation: "update",
    parameters: new Map(Object.entries(parameters)),
  });
  const decisions = (fields: string, ...requests: Record<string, unknown>[]) =>
    requests.map((parameters) => {
      const text = `path "a" { capabilities = ["update"]\n${fields}\n}`;
      return evaluate([policy("p", text)], update(parameters)).decision;
    });

  it("may have only those that are allowed, with those values", () => {
    expect(
      decisions(
        'allowed_parameters = { k = ["x*"], any = [] }',
        {},
        { k: "xy" },
        { k: "y" },
        { any: 1 },
        { other: "x" },
      ),
    ).toEqual(["allowed", "allowed", "denied", "allowed", "denied"]);
  });

  it("have values with stars at the start, the end or both", () => {
    const answers = decisions('allowed_parameters = { k = ["*b*"] }', { k: "abc" }, { k: "*b*" }, { k: "ac" });
    expect(answers).toEqual(["allowed", "allowed", "denied"]);
  });

  it("are asked for the lesser times and pages of rules of the same pattern", () => {
    const limits = (min: number, page: number) =>
      `path "a/*" { capabilities = ["list"] min_wrapping_ttl = ${min} pagination_limit = ${page} }\n`;
    const list = (wrapTtl: number, limit: string) =>
      evaluate([policy("p", limits(60, 5) + limits(10, 9))], {
        path: "a",
        operation: "list",
        wrapTtl,
        parameters: new Map([["limit", limit]]),
      }).decision;
    expect([list(10_000, "5"), list(9_000, "5"), list(10_000, "6")]).toEqual(["allowed", "denied", "denied"]);
  });

  it("may have others besides when the star is allowed, but listed values still bind", () => {
    expect(decisions('allowed_parameters = { k = ["x"], "*" = [] }', { other: 1 }, { k: "x" }, { k: "y" })).toEqual([
      "allowed",
      "allowed",
      "denied",
    ]);
  });

  it("may not have those that are denied; a star denies all", () => {
    expect(decisions('denied_parameters = { k = ["x"] }', { k: "x" }, { k: "y" }, { K: "x" })).toEqual([
      "denied",
      "allowed",
      "denied",
    ]);
    expect(decisions('denied_parameters = { "*" = [] }', { k: "x" }, {})).toEqual(["denied", "allowed"]);
  });

  it("must have those that are required, whose names are compared in lower case", () => {
    expect(decisions('required_parameters = ["Key"]', {}, { key: 1 }, { Key: 1 })).toEqual([
      "denied",
      "allowed",
      "denied",
    ]);
  });

  it("never have an allowed number: the server compares the types too", () => {
    expect(decisions("allowed_parameters = { k = [5, true] }", { k: 5 }, { k: true })).toEqual(["denied", "allowed"]);
  });
});
