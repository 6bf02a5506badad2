import fc from "fast-check";

/** Random ACL policies: texts the server takes, and texts it may not. */

const segment = fc.constantFrom("a", "b", "ab", "abc", "data", "metadata", "ä", "a+b", "a*b", "");
const wildcardSegment = fc.oneof(
  { weight: 3, arbitrary: segment },
  { weight: 2, arbitrary: fc.constantFrom("+", "+a") },
);

/** A path of a policy below a mount: with wildcards of every kind, also in places where they are none. */
export function patternBelow(mount: string): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(mount, mount, mount, mount, "+", `${mount.slice(0, -1)}*`),
      fc.array(wildcardSegment, { maxLength: 4 }),
      fc.constantFrom("", "", "", "/", "*", "/*", "a*"),
      fc.constantFrom("", "", "", "", "/"),
    )
    .map(([first, rest, end, start]) => `${start}${[first, ...rest].join("/")}${end}`)
    .filter((path) => !path.includes("+*"));
}

const CAPABILITIES = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo"];
const capabilities = fc.oneof(
  { weight: 12, arbitrary: fc.uniqueArray(fc.constantFrom(...CAPABILITIES), { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constant(["deny"]) },
  { weight: 1, arbitrary: fc.constant(["read", "deny"]) },
);

/** Segments of few kinds, so that many patterns match the same path and only their rank tells them apart. */
const few = fc.constantFrom("a", "b", "abc", "ä");

function rivalsBelow(mount: string): fc.Arbitrary<readonly RandomRule[]> {
  const rival = fc
    .tuple(
      fc.array(fc.oneof(few, fc.constant("+")), { minLength: 1, maxLength: 3 }),
      fc.constantFrom("", "", "*", "/*"),
    )
    .map(([segments, end]) => `${[mount, ...segments].join("/")}${end}`)
    .filter((path) => !path.endsWith("+*"));
  const rule = fc.record({ path: rival, capabilities, extra: fc.constant({}) });
  return fc.array(rule, { minLength: 5, maxLength: 12 });
}

/** A path of a request below a mount. */
export function pathBelow(mount: string): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(mount, mount, mount, mount, `${mount}x`, mount.slice(0, -1), "other"),
      fc.oneof(
        fc.array(few, { minLength: 3, maxLength: 3 }),
        fc.array(
          fc.oneof({ weight: 6, arbitrary: segment }, { weight: 1, arbitrary: fc.constantFrom("+", "*", "x") }),
          {
            maxLength: 5,
          },
        ),
      ),
      fc.constantFrom("", "", "/", "a"),
      fc.constantFrom("", "", "", "", "/"),
    )
    .map(([first, rest, end, start]) => `${start}${[first, ...rest].join("/")}${end}`)
    .filter((path) => path !== "");
}

export interface RandomRule {
  readonly path: string;
  readonly capabilities: readonly string[];
  /** Line of its own in HCL, and value in JSON; for instance an expiration. */
  readonly extra: Readonly<Record<string, string>>;
}

/** Rules whose texts every server takes. */
export function rulesBelow(mount: string): fc.Arbitrary<readonly RandomRule[]> {
  const extra = fc.oneof(
    { weight: 10, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constantFrom("read", "write", "sudo", "deny").map((policy) => ({ policy })) },
    { weight: 1, arbitrary: fc.constant({ expiration: "2001-01-01T00:00:00Z" }) },
    { weight: 1, arbitrary: fc.constant({ expiration: "2999-01-01T00:00:00Z" }) },
  );
  const rule = fc.record({ path: patternBelow(mount), capabilities, extra });
  return fc.oneof(fc.array(rule, { minLength: 1, maxLength: 7 }), rivalsBelow(mount));
}

export function hclOf(rules: readonly RandomRule[]): string {
  const line = (name: string, value: string) => `  ${name} = ${value}\n`;
  return rules
    .map(({ path, capabilities: names, extra }) => {
      const extras = Object.entries(extra).map(([name, value]) => line(name, JSON.stringify(value)));
      return `path ${JSON.stringify(path)} {\n${line("capabilities", JSON.stringify(names))}${extras.join("")}}\n`;
    })
    .join("\n");
}

/** As a list of objects, so that the same path may come twice. */
export function jsonOf(rules: readonly RandomRule[]): string {
  return JSON.stringify({
    path: rules.map(({ path, capabilities: names, extra }) => ({ [path]: { capabilities: names, ...extra } })),
  });
}

const space = fc.constantFrom(" ", "  ", "\t", " /* c */ ", "\n", "\r\n", " # c\n", " // c\n");
const value = fc.oneof(
  fc.constantFrom(
    '["read"]',
    '["list", "read",]',
    '["deny", "nonsense"]',
    '["nonsense"]',
    "[]",
    "{}",
    '"read"',
    '"write"',
    '"deny"',
    '""',
    "5",
    "-5",
    "0",
    "010",
    "08",
    "0x1F",
    "1.5",
    ".5",
    "1e3",
    "99999999999999999999",
    "true",
    "null",
    '"5m"',
    '"1h30m"',
    '"30d"',
    '"5"',
    '"1.5s"',
    '"5 m"',
    '"-3s"',
    '"2001-01-01T00:00:00Z"',
    '"2999-01-01T00:00:00.5+01:00"',
    '"2999-02-30T00:00:00Z"',
    '"2999-01-01"',
    '"{{.path}}/{{.key}}"',
    '"{{.path}}"',
    '["a", 1, true, 1.5]',
    '[["a"] "b"]',
    '["a" "b"]',
    '[,"a",,]',
    '{ a = ["x"] }',
    '{ "A" = [] "*" = [] }',
    '{ a = "x" }',
    "{ a = { b = { c = 1 } } }",
    "{ a = [{ b = 1 }, 2] }",
    '{"a": ["x"]}',
    '{"a": {"b": {}}}',
    '{ "a" "b" { c = 1 } }',
    "<<E\nread\nE\n",
    "<<E\nE\n",
    "<<-E\n  read\n  E\n",
    "<<-E\nE\n",
    '"${"x"}"',
    '"${"',
    '"\\u00e4\\x41\\101"',
    '"\\q"',
    "read",
    "[read]",
    "",
  ),
);
const field = fc.constantFrom(
  ...["capabilities", "capabilities", "capabilities", "policy", "policy", "comment", "expiration", "expiration"],
  ...["min_wrapping_ttl", "max_wrapping_ttl", "allowed_parameters", "denied_parameters", "required_parameters"],
  ...["mfa_methods", "pagination_limit", "list_scan_response_keys_filter_path", '"capabilities"', "Capabilities"],
  ...["capability", "control_group", "path"],
);
const label = fc.constantFrom(
  '"a"',
  '"/a/*"',
  '"+/a"',
  '"a/+*"',
  '"a{{identity.entity.id}}"',
  '"a{{b"',
  '"a}}"',
  "a",
  "",
  '"a" "b"',
);

const strayText = fc.constantFrom(
  ...['"', "{", "}", "[", "]", ",", "=", ":", "/*", "*/", "//", "#", "\\", "\n", " ", "<<E", "${", ".", "-", "+"],
  ...["0", "1e", "true", "null", "path", "name", "é", "\u00a0", "\ufeff", "'", "deny"],
);

function mutated(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat({ max: 3 }), put: strayText });
  return fc.tuple(text, fc.oneof(fc.constant([]), fc.array(change, { maxLength: 2 }))).map(([original, changes]) =>
    changes.reduce((current, { at, cut, put }) => {
      const index = Math.floor(at * current.length);
      return current.slice(0, index) + put + current.slice(index + cut);
    }, original),
  );
}

/** Texts near HCL policies: some the server takes, many it refuses. */
export const hclLike: fc.Arbitrary<string> = mutated(
  fc.oneof(
    rulesBelow("m").map(hclOf),
    fc
      .array(
        fc.tuple(
          fc.constantFrom("path", "path", "path", "path", "path", "name", "other"),
          label,
          fc.array(fc.tuple(field, fc.constantFrom("=", "=", "=", "", '"x"'), value, space), { maxLength: 3 }),
          space,
        ),
        { maxLength: 3 },
      )
      .map((blocks) =>
        blocks
          .map(([kind, name, fields, between]) => {
            if (kind === "name") return `name = ${name}${between}`;
            const inside = fields.map(([key, sign, written, after]) => `${key} ${sign} ${written}${after}`).join("\n");
            return `${kind} ${name} {${between}${inside}}${between}`;
          })
          .join(""),
      ),
  ),
);

const jsonValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<unknown>("read", "list", "deny", "write", "5m", "", 5, 1.5, true, null, [], {}, "{{.key}}"),
    fc.array(fc.constantFrom<unknown>("read", "deny", "list", 5, true, "a"), { maxLength: 3 }),
    fc.array(tie("value"), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("a", "b", "*", "capabilities"), tie("value"), { maxKeys: 2 }),
  ),
})).value;

/** Texts near JSON policies. */
export const jsonLike: fc.Arbitrary<string> = mutated(
  fc.oneof(
    rulesBelow("m").map(jsonOf),
    fc
      .array(
        fc.tuple(
          fc.constantFrom("path", "path", "path", "path", "name", "other"),
          fc.array(
            fc.tuple(
              fc.constantFrom("a", "+/b", "c*", "d+*", "{{e"),
              fc.dictionary(
                field.map((name) => name.replaceAll('"', "")),
                fc.oneof(jsonValue, fc.constant<unknown>(["read"])),
                { maxKeys: 3 },
              ),
            ),
            { maxLength: 2 },
          ),
          fc.boolean(),
        ),
        { maxLength: 2 },
      )
      .map((entries) =>
        JSON.stringify(
          Object.fromEntries(
            entries.map(([kind, paths, asList]) => [
              kind,
              kind === "name"
                ? "x"
                : asList
                  ? paths.map(([path, body]) => ({ [path]: body }))
                  : Object.fromEntries(paths),
            ]),
          ),
        ),
      ),
  ),
);
