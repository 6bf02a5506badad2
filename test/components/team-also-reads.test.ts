import {
  accessWrites,
  appSecret,
  environment,
  plan,
  planFiles,
  problemsOf,
  renderHcl,
  renderJson,
  team,
  teamAccess,
  type AccessFile,
  type AppSecretSpec,
  type TeamSpec,
} from "keyturn";
import { parseEnvironments, type ExtraGrant } from "../../api";
import { parsePolicy } from "../../components/vault";
import { CANARIES, payments, prod, refusal } from "./fixtures";

const partner: ExtraGrant = { path: "shared/partner-api", reason: "Partner API, PAY-12", until: "2027-03-31" };
const lent: ExtraGrant = { prefix: "lent/shop", reason: "Moves to payments, PAY-13", until: "2027-01-31" };
const borrower = (...alsoReads: readonly unknown[]) =>
  team(prod, "payments", { namespaces: ["payments"], alsoReads: alsoReads as ExtraGrant[] });
const withSecret = (
  owner = borrower(partner, lent),
  keys: AppSecretSpec["keys"] = { T: "/shared/partner-api#token" },
) => appSecret("partner", { team: owner, keys });

describe("alsoReads of a team", () => {
  it("lets its AppSecrets name the path, and the policy lists exactly what they use", () => {
    const { vault, access } = plan([
      withSecret(),
      appSecret("db", { team: borrower(partner, lent), keys: { A: "db#a" } }),
    ]);
    expect(vault[0]?.policies[0]?.rules.map(({ path }) => path)).toEqual([
      "prod/data/payments/db",
      "prod/data/shared/partner-api",
    ]);
    expect(access.grants.map(({ key, extra }) => [key, extra])).toEqual([
      ["payments/db", undefined],
      ["shared/partner-api", partner],
    ]);
  });

  it("opens no wildcard by itself: below a prefix too only the paths that are used", () => {
    const { vault } = plan([withSecret(undefined, { A: "/lent/shop/a#x", B: "/lent/shop#y" })]);
    expect(vault[0]?.policies[0]?.rules.map(({ path }) => path)).toEqual([
      "prod/data/lent/shop",
      "prod/data/lent/shop/a",
    ]);
  });

  it("opens one where a TeamAccess declares the prefix, and the grant says what it rests on", () => {
    const owner = borrower(lent);
    const { access } = plan([teamAccess("a", { team: owner, prefixes: [{ prefix: "lent/shop/b", reason: "many" }] })]);
    expect(access.grants).toEqual([
      expect.objectContaining({ key: "lent/shop/b", prefix: true, extra: lent, because: ["many"] }),
    ]);
  });

  it("of a path is no prefix that a TeamAccess may declare", () => {
    const prefixes = [{ prefix: "shared/partner-api", reason: "many" }];
    expect(refusal(() => plan([teamAccess("a", { team: borrower(partner), prefixes })]))).toEqual([
      'TeamAccess "a" › prefixes[0].prefix: "shared/partner-api" is outside what team "payments" may read ' +
        "(payments, shared/partner-api); what is outside needs alsoReads: [{ prefix, reason, until }] of the team",
    ]);
  });

  it("stays in its comment, whatever is in the reason", () => {
    const rule = { path: "prod/data/a", capabilities: ["read"], notes: ['x\npath "secret/*" {}\r\u2028y'] } as const;
    const hcl = renderHcl({ name: "n", environment: "prod", team: "a", rules: [rule] });
    expect(hcl).toContain('\n# x path "secret/*" {}  y\npath "prod/data/a" {\n');
    const parsed = parsePolicy(hcl);
    expect(parsed.kind === "refused" ? parsed : parsed.rules.map(({ path }) => path)).toEqual(["prod/data/a"]);
  });

  it("is said in the text of the policy, above the path", () => {
    const policy = plan([withSecret()]).vault[0]?.policies[0];
    if (policy === undefined) throw new Error("no policy");
    expect(renderHcl(policy)).toBe(
      "# keyturn: what team payments may read in environment prod\n\n" +
        "# beyond the team's prefixes, shared/partner-api until 2027-03-31: Partner API, PAY-12\n" +
        'path "prod/data/shared/partner-api" {\n  capabilities = ["read"]\n}\n',
    );
    expect(JSON.parse(renderJson(policy))).toEqual({
      path: { "prod/data/shared/partner-api": { capabilities: ["read"] } },
    });
    expect(accessWrites(plan([withSecret()]).vault[0]!)[0]?.body).toEqual({ policy: renderHcl(policy) });
  });

  it("is in environments.json, sorted, and read back; a team without has no such field", () => {
    const files = planFiles(plan([withSecret(borrower(lent, partner))]));
    const read = parseEnvironments(JSON.parse(files.get("environments.json") ?? ""), "environments.json");
    expect(read[0]?.teams[0]?.alsoReads).toEqual([partner, lent]);
    const plain = plan([appSecret("db", { team: payments, keys: { A: "db#a" } })]);
    expect(Object.keys(plain.environments.environments[0]?.teams[0] ?? {})).not.toContain("alsoReads");
  });

  it("is the same plan in any order, and another one for other days or reasons", () => {
    const bytes = (...grants: readonly ExtraGrant[]) => JSON.stringify(plan([withSecret(borrower(...grants))]));
    expect(bytes(lent, partner)).toBe(bytes(partner, lent));
    expect(bytes(lent, { ...partner, until: "2027-04-01" })).not.toBe(bytes(lent, partner));
    expect(
      refusal(() => plan([withSecret(borrower(partner)), withSecret(borrower({ ...partner, reason: "other" }))])),
    ).toContain('Team "payments": of environment "prod" is declared twice, differently');
  });

  it("holds in access.json from another repository by what the team here may read, not by what the file says", () => {
    const file: AccessFile = JSON.parse(JSON.stringify(plan([withSecret()]).access)) as AccessFile;
    const forged = {
      ...file,
      grants: file.grants.map((grant) => ({ ...grant, extra: { ...partner, until: "2999-01-01" } })),
    };
    const [grant] = plan([teamAccess("a", { team: borrower(partner), access: forged })]).access.grants;
    expect(grant).toEqual(expect.objectContaining({ key: "shared/partner-api", extra: partner }));
    expect(refusal(() => plan([teamAccess("a", { team: payments, access: file })]))).toEqual([
      'TeamAccess "a" › access.grants[0].key: "shared/partner-api" is outside what team "payments" may read (payments); ' +
        "what is outside needs alsoReads: [{ path, reason, until }] of the team",
    ]);
  });
});

describe("a path that no extra grant covers", () => {
  const outside =
    'the path is outside what team "payments" may read (payments, shared/partner-api, lent/shop/*); ' +
    'a path without "/" in front is below the first of them; ' +
    "what is outside needs alsoReads: [{ path, reason, until }] of the team";
  it.each<[string, string]>([
    ["/shared/partner-api/x#token", ""],
    ["/shared#token", ""],
    ["/shared/partner-apis#token", '; did you mean "shared/partner-api"?'],
    ["/lent/shop2#token", '; did you mean "lent/shop"?'],
    ["/lent/shpo/deep/down#token", '; did you mean "lent/shop"?'],
    ["/paymets/db#token", '; did you mean "payments"?'],
    ["/other/team#token", ""],
  ])("%s is refused, with the way and the nearest name", (key, hint) => {
    expect(refusal(() => plan([withSecret(undefined, { T: key })]))).toEqual([
      `AppSecret "partner" › keys.T: ${outside}${hint}`,
    ]);
  });

  it("is what a find reads below a granted path", () => {
    const eso = environment("eso", {
      vault: { address: "https://v:8200", kv: { mount: "kv" }, login: { token: { secret: "t", key: "t" } } },
      reconciler: { install: false },
    });
    const finder = (...alsoReads: ExtraGrant[]) =>
      appSecret("all", {
        team: team(eso, "shop", { namespaces: ["shop"], alsoReads }),
        from: [{ find: { path: "/shared/partner-api" } }],
      });
    expect(problemsOf([finder({ ...partner, path: undefined, prefix: "shared" })])).toEqual([]);
    expect(problemsOf([finder(partner)])).toEqual([
      {
        path: 'AppSecret "all" › from[0].find.path',
        message:
          'the path is outside what team "shop" may read (shop, shared/partner-api); a path without "/" in front is below ' +
          "the first of them; what is outside needs alsoReads: [{ prefix, reason, until }] of the team",
      },
    ]);
  });
});

describe("alsoReads that cannot be right", () => {
  const at = 'Team "payments" › alsoReads';
  const good = { reason: "r", until: "2027-03-31" };
  const cases: readonly (readonly [unknown, readonly string[]])[] = [
    ["shared", [": must be a list, not string"]],
    [
      [null, 7],
      ["[0]: must be an object, not null", "[1]: must be an object, not number"],
    ],
    [[{}], ["[0]: must have exactly one of path and prefix", "[0].reason: is missing", "[0].until: is missing"]],
    [[{ ...good, path: "a", prefix: "b" }], ["[0]: must have exactly one of path and prefix"]],
    [
      [{ paths: "a", path: "a", reson: "r", untill: "2027-03-31" }],
      [
        '[0].paths: is not a known field; did you mean "path"?',
        '[0].reson: is not a known field; did you mean "reason"?',
        '[0].untill: is not a known field; did you mean "until"?',
        "[0].reason: is missing",
        "[0].until: is missing",
      ],
    ],
    [[{ ...good, path: "../b" }], ['[0].path: contains a "." or ".." segment']],
    [[{ ...good, path: "a/*" }], ['[0].path: contains a wildcard ("*" or "+")']],
    [[{ ...good, prefix: "a/+/b" }], ['[0].prefix: contains a wildcard ("*" or "+")']],
    [[{ ...good, prefix: "{{identity.entity.name}}" }], ['[0].prefix: contains templating ("{{")']],
    [[{ ...good, path: 'a"b' }], ['[0].path: contains a quote or "${"']],
    [[{ ...good, path: "a//b" }], ["[0].path: contains an empty segment"]],
    [[{ ...good, path: "" }], ["[0].path: is empty"]],
    [[{ ...good, path: "/" }], ["[0].path: is empty"]],
    [[{ ...good, path: 7 }], ["[0].path: must be a text, not number"]],
    [
      [
        { ...good, path: "/shared/a" },
        { ...good, prefix: "shared/" },
      ],
      [
        '[0].path: has a slash at its start or end; as prefixes it is written "shared/a"',
        '[1].prefix: has a slash at its start or end; as prefixes it is written "shared"',
      ],
    ],
    [
      [
        { ...good, path: "payments/db" },
        { ...good, prefix: "payments" },
      ],
      [
        '[0].path: "payments/db" is within the team\'s own prefixes (payments); it needs no grant, leave it out',
        '[1].prefix: "payments" is within the team\'s own prefixes (payments); it needs no grant, leave it out',
      ],
    ],
    [
      [
        { ...good, path: "a" },
        { ...good, prefix: "a" },
        { ...good, path: "a" },
      ],
      ['[2].path: "a" is there twice'],
    ],
    [[{ ...good, path: "a", reason: "" }], ["[0].reason: is empty"]],
    [[{ ...good, path: "a", reason: "  " }], ["[0].reason: is empty"]],
    [[{ ...good, path: "a", reason: "two\nlines" }], ["[0].reason: must be one line, without control characters"]],
    [[{ ...good, path: "a", reason: "x".repeat(201) }], ["[0].reason: is longer than 200 characters"]],
    [[{ ...good, path: "a", reason: ["r"] }], ["[0].reason: must be a text, not a list"]],
    [[{ ...good, path: "a", until: new Date(0) }], ['[0].until: must be a text like "2027-03-31", not a Date']],
    [[{ ...good, path: "a", until: 20270331 }], ["[0].until: must be a text, not number"]],
    ...(
      [
        ["2027-02-30", "2027-02-28"],
        ["2028-02-30", "2028-02-29"],
        ["2027-04-31", "2027-04-30"],
        ["2027-3-1", "2027-03-01"],
        ["2027/03/01", "2027-03-01"],
        ["2027-03-01T00:00:00Z", "2027-03-01"],
        ["2027-13-01", undefined],
        ["2027-03-45", undefined],
        ["31.03.2027", undefined],
        ["soon", undefined],
      ] as const
    ).map(
      ([until, near]) =>
        [
          [{ ...good, path: "a", until }],
          [
            `[0].until: is not a day of the calendar in the form YYYY-MM-DD${near === undefined ? "" : `; did you mean "${near}"?`}`,
          ],
        ] as const,
    ),
  ];
  it.each(cases)("are refused with place, reason and fix, all of them (%#)", (alsoReads, problems) => {
    const spec = { namespaces: ["payments"], alsoReads } as TeamSpec;
    expect([...refusal(() => team(prod, "payments", spec))].sort()).toEqual(problems.map((line) => at + line).sort());
  });

  it("are reported together with everything else that is wrong with the team", () => {
    const spec = { namespaces: [], prefixes: ["a*"], alsoReads: [{ path: "b" }], alsoRead: [] } as unknown as TeamSpec;
    expect(refusal(() => team(prod, "payments", spec))).toEqual([
      'Team "payments" › alsoRead: is not a known field; did you mean "alsoReads"?',
      'Team "payments" › namespaces: is empty',
      'Team "payments" › prefixes[0]: contains a wildcard ("*" or "+")',
      'Team "payments" › alsoReads[0].reason: is missing',
      'Team "payments" › alsoReads[0].until: is missing',
    ]);
  });

  it.each(CANARIES)("show nothing that looks like a secret (%#)", (canary) => {
    const spec = { namespaces: ["payments"], alsoReads: [{ path: canary, reason: canary, until: canary }] };
    const text = refusal(() => team(prod, "payments", spec)).join("\n");
    expect(text).toContain(`${at}[0].until`);
    expect(text).not.toContain(canary);
  });
});

describe("alsoReads in an environments file", () => {
  const file = (alsoReads: unknown) => ({
    apiVersion: "keyturn.dev/v1alpha1",
    kind: "Environments",
    environments: [
      {
        name: "prod",
        vault: { address: "https://v:8200", kv: { mount: "kv", version: 2 }, login: { kubernetes: { mount: "k" } } },
        teams: [{ name: "a", namespaces: ["a"], serviceAccount: "a", prefixes: ["a"], alsoReads }],
      },
    ],
  });
  it("is taken as it is, or left out", () => {
    expect(parseEnvironments(file([partner, lent]), "e.json")[0]?.teams[0]?.alsoReads).toEqual([partner, lent]);
    expect(parseEnvironments(file(undefined), "e.json")[0]?.teams[0]?.alsoReads).toBeUndefined();
  });
  it.each([
    [{}, "alsoReads: is not a list"],
    [[7], "alsoReads[0]: is not an object"],
    [[{ ...partner, prefix: "x" }], "alsoReads[0]: must have exactly one of path and prefix"],
    [[{ reason: "r", until: "2027-03-31" }], "alsoReads[0]: must have exactly one of path and prefix"],
    [[{ ...partner, path: "a/../b" }], 'alsoReads[0].path: contains a "." or ".." segment'],
    [[{ ...lent, prefix: 7 }], "alsoReads[0].prefix: is not a text"],
    [[{ ...partner, path: "a*" }], 'alsoReads[0].path: contains a wildcard ("*" or "+")'],
    [[{ ...partner, reason: " " }], "alsoReads[0].reason: is missing"],
    [[{ ...partner, until: "2027-02-29" }], "alsoReads[0].until: is not a day of the calendar in the form YYYY-MM-DD"],
    [[{ ...partner, until: undefined }], "alsoReads[0].until: is not a day of the calendar in the form YYYY-MM-DD"],
  ])("is refused otherwise (%#)", (alsoReads, message) => {
    expect(() => parseEnvironments(file(alsoReads), "e.json")).toThrow(`environments[0].teams[0].${message}`);
  });
});
