import fc from "fast-check";
import { appSecret, environment, plan, planFiles, team, teamAccess, type AccessFile, type SharedPath } from "keyturn";
import { parsePolicy, planReaders } from "../../components/vault";
import { company } from "./arbitraries";
import { payments, prod, refusal, shop } from "./fixtures";

const partner = { path: "shared/search", reason: "Search until PAY-12", until: "2027-03-31" } as const;
const borrower = team(prod, "payments", { namespaces: ["payments"], alsoReads: [partner] });

const uses = appSecret("search", { team: borrower, keys: { T: "/shared/search#token" } });
const owns = appSecret("search", { team: shop, namespace: "shop", keys: { T: "/shared/search#token" } });

describe("plan.shared", () => {
  it("has the paths that several teams name, and why each may read them", () => {
    expect(plan([uses, owns, appSecret("db", { team: shop, namespace: "shop", keys: { A: "db#a" } })]).shared).toEqual([
      {
        environment: "prod",
        vault: "main",
        path: "prod/data/shared/search",
        readers: [
          {
            team: "payments",
            why: ["payments/search", "extra grant of shared/search until 2027-03-31: Search until PAY-12"],
          },
          { team: "shop", why: ["shop/search"] },
        ],
      },
    ]);
  });

  it("has what one team names and a prefix of another covers, and says by which prefix", () => {
    const access = teamAccess("shop", { team: shop, prefixes: [{ prefix: "shared/search", reason: "many indexes" }] });
    const below = { ...partner, path: "shared/search/de" };
    const reader = team(prod, "payments", { namespaces: ["payments"], alsoReads: [below] });
    expect(plan([access, appSecret("de", { team: reader, keys: { T: "/shared/search/de#token" } })]).shared).toEqual([
      expect.objectContaining({
        path: "prod/data/shared/search/de",
        readers: [
          {
            team: "payments",
            why: ["payments/de", "extra grant of shared/search/de until 2027-03-31: Search until PAY-12"],
          },
          { team: "shop", why: ["prod/data/shared/search/*: many indexes"] },
        ],
      }),
    ]);
  });

  it("has a prefix within another's, as a prefix, and nothing of prefixes that stand beside each other", () => {
    const owner = (name: string, prefix: string) => {
      const own = team(prod, name, { namespaces: [name], prefixes: ["a"] });
      return teamAccess(name, { team: own, prefixes: [{ prefix, reason: `because ${name}` }] });
    };
    expect(plan([owner("x", "a/b"), owner("y", "a/b/c"), owner("z", "a/d")]).shared).toEqual([
      {
        environment: "prod",
        vault: "main",
        path: "prod/data/a/b/c/*",
        readers: [
          { team: "x", why: ["prod/data/a/b/*: because x"] },
          { team: "y", why: ["because y"] },
        ],
      },
    ]);
  });

  it("has what finds read, with the tags, and not what they only list", () => {
    const eso = environment("eso", {
      vault: { address: "https://v:8200", kv: { mount: "kv" }, login: { token: { secret: "t", key: "t" } } },
      reconciler: { install: false },
    });
    const declared = (name: string, by: object) => {
      const own = team(eso, name, { namespaces: [name], prefixes: ["flags"] });
      return [
        teamAccess(name, { team: own, prefixes: [{ prefix: "flags", reason: "flags" }] }),
        appSecret(`${name}-flags`, { team: own, from: [{ find: { path: "/flags", ...by } }] }),
      ];
    };
    const listed = plan([...declared("x", { name: { regexp: "a" } }), ...declared("y", { name: { regexp: "a" } })]);
    expect(listed.shared.map(({ path }) => path)).toEqual(["kv/data/flags/*"]);
    expect(listed.shared[0]?.readers.map(({ why }) => why)).toEqual([
      ["flags", "x/x-flags"],
      ["flags", "y/y-flags"],
    ]);
    const tagged = plan([...declared("x", { tags: { a: "1" } }), ...declared("y", { tags: { a: "1" } })]);
    expect(tagged.shared.map(({ path }) => path)).toEqual(["kv/data/flags/*", "kv/metadata/flags/*"]);
  });

  it("says why of a path that a team's own find only lists, and its wider one lets it read", () => {
    const eso = environment("eso", {
      vault: { address: "https://v:8200", kv: { mount: "kv" }, login: { token: { secret: "t", key: "t" } } },
      reconciler: { install: false },
    });
    const [x, y] = ["x", "y"].map((name) => team(eso, name, { namespaces: [name], prefixes: ["flags"] }));
    if (x === undefined || y === undefined) throw new Error("two teams");
    const { shared } = plan([
      teamAccess("x", { team: x, prefixes: [{ prefix: "flags", reason: "flags of x" }] }),
      teamAccess("y", { team: y, prefixes: [{ prefix: "flags/b", reason: "flags of y" }] }),
      appSecret("tagged", { team: x, from: [{ find: { path: "/flags", tags: { a: "1" } } }] }),
      appSecret("named", { team: x, from: [{ find: { path: "/flags/b", name: { regexp: "a" } } }] }),
      appSecret("flags", { team: y, from: [{ find: { path: "/flags/b", tags: { a: "1" } } }] }),
    ]);
    expect(shared.find(({ path }) => path === "kv/metadata/flags/b/*")?.readers).toEqual([
      { team: "x", why: ["kv/metadata/flags/*: x/tagged"] },
      { team: "y", why: ["y/flags"] },
    ]);
  });

  it("is empty where no two teams meet: other Vaults, other environments, one team", () => {
    const other = environment("other", {
      vault: { address: "https://other:8200", kv: { mount: "prod" }, login: { kubernetes: { mount: "k" } } },
    });
    const elsewhere = team(other, "shop", { namespaces: ["shop-other"], prefixes: ["shared/search"] });
    expect(plan([uses, appSecret("a", { team: elsewhere, keys: { A: "/shared/search#a" } })]).shared).toEqual([]);
    expect(plan([uses, appSecret("b", { team: borrower, keys: { A: "/shared/search#a" } })]).shared).toEqual([]);
    const sibling = appSecret("c", { team: payments, keys: { A: "db#a" } });
    expect(plan([owns, sibling]).shared).toEqual([]);
  });

  it("has what teams of two environments read in one Vault, for each of the environments", () => {
    const at = (name: string) =>
      environment(name, {
        vault: { address: "https://one:8200", kv: { mount: "kv" }, login: { kubernetes: { mount: `k8s-${name}` } } },
      });
    const secret = (name: string) => {
      const own = team(at(name), "pay", { namespaces: [`pay-${name}`], prefixes: ["pay"] });
      return appSecret(`db-${name}`, { team: own, keys: { A: "db#a" } });
    };
    const both = plan([secret("blue"), secret("green")]);
    expect(both.shared).toEqual([
      {
        environment: "blue",
        vault: "main",
        path: "kv/data/pay/db",
        readers: [
          { team: "pay", why: ["pay-blue/db-blue"] },
          { environment: "green", team: "pay", why: ["pay-green/db-green"] },
        ],
      },
      {
        environment: "green",
        vault: "main",
        path: "kv/data/pay/db",
        readers: [
          { environment: "blue", team: "pay", why: ["pay-blue/db-blue"] },
          { team: "pay", why: ["pay-green/db-green"] },
        ],
      },
    ]);
    expect(planFiles(both).get("vault/keyturn-green-pay.hcl")).toContain(
      '\n# read by team pay (blue) too\npath "kv/data/pay/db" {',
    );
  });

  it("does not depend on the order of the declarations", () => {
    fc.assert(
      fc.property(company, fc.nat(), ({ declarations }, seed) => {
        const turned = [
          ...declarations.slice(seed % declarations.length),
          ...declarations.slice(0, seed % declarations.length),
        ];
        expect(JSON.stringify(plan(turned.reverse()).shared)).toBe(JSON.stringify(plan(declarations).shared));
      }),
      { numRuns: 30 },
    );
  });

  it("is what the server's rules say of every path and prefix in any policy, for every company", () => {
    let found = 0;
    fc.assert(
      fc.property(company, ({ declarations }) => {
        const planned = plan(declarations);
        const expected = planned.vault.flatMap((documents) => {
          const paths = [...new Set(documents.policies.flatMap(({ rules }) => rules.map(({ path }) => path)))].sort();
          // Below a prefix: a name that nobody has named.
          const asked = paths.map((path) => path.replace(/\*$/, "never-named"));
          return planReaders(documents, asked).flatMap(({ readers }, index) =>
            readers.length < 2
              ? []
              : [{ environment: documents.environment, vault: documents.vault, path: paths[index], readers }],
          );
        });
        found += expected.length;
        expect(
          planned.shared.map(({ readers, ...rest }) => ({ ...rest, readers: readers.map((reader) => reader.team) })),
        ).toEqual(expected);
        for (const { readers } of planned.shared) for (const { why } of readers) expect(why).not.toEqual([]);
      }),
      { numRuns: 200 },
    );
    expect(found).toBeGreaterThan(20);
  });
});

describe("the files of a plan", () => {
  const files = planFiles(plan([uses, owns]));
  const read = JSON.parse(files.get("access.json") ?? "") as AccessFile;

  it("have the shared paths in access.json, where nothing takes them from", () => {
    expect(read.shared).toEqual(plan([uses, owns]).shared);
    const forged: SharedPath[] = [{ environment: "prod", vault: "main", path: "prod/data/x", readers: [] }];
    const access = teamAccess("a", { team: borrower, access: { ...read, shared: forged } });
    expect(plan([access]).shared).toEqual([]);
    expect(plan([access]).vault[0]?.policies[0]?.rules.map(({ path }) => path)).toEqual(["prod/data/shared/search"]);
    expect(refusal(() => plan([teamAccess("a", { team: borrower, access: { ...read, shared: 7 as never } })]))).toEqual(
      [],
    );
    expect(planFiles(plan([uses])).get("access.json")).not.toContain('shared": [');
  });

  it("say it above the path in the policies of both teams, and servers read the same policy", () => {
    expect(files.get("vault/keyturn-prod-shop.hcl")).toBe(
      "# keyturn: what team shop may read in environment prod\n\n" +
        "# read by team payments too\n" +
        'path "prod/data/shared/search" {\n  capabilities = ["read"]\n}\n',
    );
    expect(files.get("vault/keyturn-prod-payments.hcl")).toContain(
      "# beyond the team's prefixes, shared/search until 2027-03-31: Search until PAY-12\n" +
        "# read by team shop too\n" +
        'path "prod/data/shared/search" {',
    );
    const parsed = parsePolicy(files.get("vault/keyturn-prod-payments.hcl") ?? "");
    expect(parsed.kind === "refused" ? parsed : parsed.rules.map(({ path }) => path)).toEqual([
      "prod/data/shared/search",
    ]);
  });

  it("say of a prefix that others read parts of it, once", () => {
    const wide = teamAccess("shop", { team: shop, prefixes: [{ prefix: "shared/search", reason: "many" }] });
    const alsoReads = ["de", "fr"].map((name) => ({ ...partner, path: `shared/search/${name}` }));
    const reader = team(prod, "payments", { namespaces: ["payments"], alsoReads });
    const keys = { D: "/shared/search/de#t", F: "/shared/search/fr#t" };
    const hcl = planFiles(plan([wide, appSecret("s", { team: reader, keys })])).get("vault/keyturn-prod-shop.hcl");
    expect(hcl).toContain('\n# in parts read by team payments too\npath "prod/data/shared/search/*" {');
  });
});
