import { appSecret, environment, plan, store, team, teamAccess, type AccessFile, type Grant } from "keyturn";
import { judge } from "../../policies";
import { environments } from "../policies/fixtures";
import { payments, prod, refusal, shop } from "./fixtures";

const vault = (address: string) => ({ address, kv: { mount: "kv" }, login: { kubernetes: { mount: "k" } } });
const several = environment("several", { vaults: { main: vault("https://a"), legacy: vault("https://b") } });
const pay = team(several, "pay", {
  namespaces: ["pay", "pay-eu"],
  prefixes: ["pay", "shared/search"],
  alsoReads: [{ prefix: "lent/flags", reason: "PAY-12", until: "2027-03-31" }],
});
const grant = (more: object): Grant => ({
  environment: "several",
  team: "pay",
  mount: "kv",
  kvVersion: 2,
  key: "pay/db",
  prefix: false,
  capabilities: ["read"],
  because: ["pay/db"],
  ...more,
});
const file = (...grants: readonly Grant[]): AccessFile => ({
  apiVersion: "keyturn.dev/v1alpha1",
  kind: "Access",
  grants,
});
const refused = (spec: object) => refusal(() => plan([teamAccess("a", { team: pay, ...spec })]));

const MAY = 'is outside what team "pay" may read (pay, shared/search, lent/flags/*)';
const needs = (place: "path" | "prefix") =>
  `what is outside needs alsoReads: [{ ${place}, reason, until }] of the team`;

describe("a name that does not exist is refused with the nearest that does", () => {
  it.each<[string, object, string]>([
    [
      "a Vault",
      { vault: "legcy" },
      'vault: "legcy" is not a Vault of environment "several" (legacy, main); did you mean "legacy"?',
    ],
    ["a field", { prefixs: [] }, 'prefixs: is not a known field; did you mean "prefixes"?'],
    [
      "a field of a prefix grant",
      { prefixes: [{ prefix: "pay", reason: "r", untill: "" }] },
      "prefixes[0].untill: is not a known field",
    ],
    [
      "a prefix",
      { prefixes: [{ prefix: "shared/serach/de", reason: "r" }] },
      `prefixes[0].prefix: "shared/serach/de" ${MAY}; ${needs("prefix")}; did you mean "shared/search"?`,
    ],
    [
      "a prefix that was lent",
      { prefixes: [{ prefix: "lent/flag", reason: "r" }] },
      `prefixes[0].prefix: "lent/flag" ${MAY}; ${needs("prefix")}; did you mean "lent/flags"?`,
    ],
    [
      "a path of access.json",
      { access: file(grant({ key: "pya/db" })) },
      `access.grants[0].key: "pya/db" ${MAY}; ${needs("path")}; did you mean "pay"?`,
    ],
    [
      "a path of access.json near to a longer prefix",
      { access: file(grant({ key: "shared/serch" })) },
      `access.grants[0].key: "shared/serch" ${MAY}; ${needs("path")}; did you mean "shared/search"?`,
    ],
    [
      "a Vault of access.json, which no TeamAccess would take",
      { access: file(grant({ vault: "lagacy" })) },
      'access.grants[0].vault: "lagacy" is not a Vault of environment "several" (legacy, main); did you mean "legacy"?',
    ],
  ])("%s", (_, spec, problem) => {
    expect(refused(spec)).toEqual([`TeamAccess "a" › ${problem}`]);
  });

  it("a namespace of a Store", () => {
    expect(refusal(() => store("s", { team: pay, namespaces: ["pay-us"] }))).toEqual([
      'Store "s" › namespaces[0]: "pay-us" is not a namespace of team "pay" (pay, pay-eu); did you mean "pay-eu"?',
    ]);
  });

  it("the environment that everything judged is meant for", () => {
    const judged = (name: string) => () => judge([], { now: new Date(0), environments, environment: name });
    expect(judged("prods")).toThrow('is not among the environments; did you mean "prod"?');
    expect(judged("qa")).toThrow("is not among the environments (use one of");
  });
});

describe("grants of access.json that are for others", () => {
  it("are left alone: another team, environment or Vault of the environment", () => {
    const others = file(
      grant({ team: "shop", key: "shop/x" }),
      grant({ environment: "dev" }),
      grant({ vault: "legacy" }),
    );
    const planned = plan([teamAccess("a", { team: pay, access: others })]);
    expect(planned.vault.find((one) => one.vault === "main")?.policies[0]?.rules).toEqual([]);
  });
});

describe("a prefix grant of access.json", () => {
  const asked = plan([teamAccess("a", { team: pay, prefixes: [{ prefix: "pay/flags", reason: "many" }] })]).access;

  it("is opened as it was where it was declared", () => {
    const planned = plan([teamAccess("a", { team: pay, access: asked })]);
    const main = planned.vault.find((one) => one.vault === "main");
    expect(main?.policies[0]?.rules).toEqual([{ path: "kv/data/pay/flags/*", capabilities: ["read"] }]);
    expect(planned.access).toEqual(asked);
  });
});

it("everything that is wrong with a TeamAccess is said at once", () => {
  const problems = refused({
    vault: "other",
    prefix: [],
    secrets: [appSecret("db", { team: shop, keys: { A: "db#a" } }), 7],
    access: [
      { ...file(), kind: "Grants" },
      file(
        grant({ mount: "kvv" }),
        grant({ prefix: "no" }),
        grant({ capabilities: ["list"] }),
        grant({ because: 1 }),
        7 as never,
      ),
    ],
    prefixes: [{ prefix: "a*", reason: "" }, null, { prefix: "pay" }, { prefix: "pay", reason: "a\nb" }],
  });
  expect(problems.map((line) => line.replace('TeamAccess "a" › ', "").replace(/: .*/, ""))).toEqual([
    "prefix",
    "vault",
    "prefixes[0].prefix",
    "prefixes[0].reason",
    "prefixes[1]",
    "prefixes[2].reason",
    "prefixes[3].reason",
    "secrets[0]",
    "secrets[1]",
    "access[0]",
    "access[1].grants[0].mount",
    "access[1].grants[1].prefix",
    "access[1].grants[2].capabilities",
    "access[1].grants[3].because",
    "access[1].grants[4]",
  ]);
});

it("the problems of all declarations are said at once", () => {
  const wrong = team(prod, "payments", { namespaces: ["payments"], prefixes: ["payments2"] });
  expect(
    refusal(() =>
      plan([
        appSecret("a", { team: payments, keys: { A: "/shop/x#y", B: "/paymnts/x#y" } }),
        appSecret("b", { team: wrong, keys: { A: "../x#y" } }),
        teamAccess("c", { team: shop, prefixes: [{ prefix: "shpo", reason: "r" }] }),
      ]),
    ).map((line) => line.replace(/: .*/, "")),
  ).toEqual([
    'AppSecret "a" › keys.A',
    'AppSecret "a" › keys.B',
    'AppSecret "b" › keys.A',
    'TeamAccess "c" › prefixes[0].prefix',
    'Team "payments"',
  ]);
});

it("a wrong AppSecret that only a TeamAccess names is refused like any other, and one that the plan has too only once", () => {
  const wrong = appSecret("db", { team: pay, namespace: "pay", keys: { "A B": "db#a", C: "/other/db#c" } });
  const problems = refused({ secrets: [wrong] });
  expect(problems).toEqual(refusal(() => plan([wrong])));
  expect(problems).toEqual([
    expect.stringMatching(/^AppSecret "db" › keys\["A B"\]/),
    expect.stringMatching(/^AppSecret "db" › keys\.C: the path is outside what team "pay" may read/),
  ]);
  expect(refusal(() => plan([wrong, teamAccess("a", { team: pay, secrets: [wrong] })]))).toEqual(problems);
});

it("what is no AppSecret at all among the secrets of a TeamAccess is refused, and never crashes", () => {
  for (const junk of [null, 7, "x", {}, { kind: "AppSecret" }, { kind: "AppSecret", spec: null }])
    expect(refused({ secrets: [junk] })).toHaveLength(1);
});
