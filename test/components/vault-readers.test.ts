import fc from "fast-check";
import { appSecret, environment, plan, team, teamAccess, type Plan } from "keyturn";
import { kvReadPath, type ExternalSecret } from "../../api";
import { holdersOf, parsePolicy, planReaders, readersOf, type AclPolicy } from "../../components/vault";
import { company, type Company } from "./arbitraries";

/** A path that a team has to read, or the start of all paths that it may. */
interface Need {
  readonly environment: string;
  readonly vault: string;
  readonly team: string;
  readonly path: string;
}

function kvOf({ environments }: Company, name: string, vault: string) {
  const kv = environments.find((entry) => entry.name === name)?.vaults.find((entry) => entry.name === vault)?.kv;
  if (kv === undefined) throw new Error(`no Vault ${vault} of an environment ${name}`);
  return { path: kv.mount, version: kv.version === 1 ? "v1" : "v2" } as const;
}

/** Read off the manifests, not off the grants: what the ExternalSecrets name, and below what those that find by tags look. */
function needsOf(
  from: Company,
  { manifests }: Plan,
): { readonly exact: readonly Need[]; readonly tagged: readonly Need[] } {
  const exact: Need[] = [];
  const tagged: Need[] = [];
  for (const object of manifests.filter(({ kind }) => kind === "ExternalSecret")) {
    const { metadata, spec } = object as unknown as ExternalSecret;
    const environmentName = metadata.annotations?.["keyturn.dev/environment"] ?? "";
    const owner = {
      environment: environmentName,
      vault: spec.secretStoreRef?.name === `keyturn-${environmentName}` ? "main" : "legacy",
      team: metadata.annotations?.["keyturn.dev/team"] ?? "",
    };
    const mount = kvOf(from, owner.environment, owner.vault);
    const dataFrom = spec.dataFrom ?? [];
    const references = [
      ...(spec.data ?? []).map(({ remoteRef }) => remoteRef),
      ...dataFrom.flatMap(({ extract }) => extract ?? []),
    ];
    for (const { key, metadataPolicy } of references) {
      // ESO's buildMetadataPath: unlike that of values it puts the mount before every key.
      const path = metadataPolicy === "Fetch" ? `${mount.path}/metadata/${key}` : kvReadPath(mount, key);
      exact.push({ ...owner, path });
    }
    for (const { find } of dataFrom)
      if (find?.tags !== undefined && mount.version === "v2")
        tagged.push({ ...owner, path: `${mount.path}/metadata/${find.path}/` });
  }
  return { exact, tagged };
}

/** Declared prefixes, as the start of API paths. */
function prefixesOf(from: Company): readonly Need[] {
  return from.declarations.flatMap((declaration) => {
    if (declaration.kind !== "TeamAccess") return [];
    const { team: owner, vault = "main", prefixes = [] } = declaration.spec;
    const { path, version } = kvOf(from, owner.environment.name, vault);
    return prefixes.map(({ prefix }) => ({
      environment: owner.environment.name,
      vault,
      team: owner.name,
      path: `${path}/${version === "v2" ? "data/" : ""}${prefix}/`,
    }));
  });
}

describe("the policies of a plan", () => {
  it("let every AppSecret's team read what it names, and no other team that has not declared it", () => {
    fc.assert(
      fc.property(company, (from) => {
        const planned = plan(from.declarations);
        const { exact, tagged } = needsOf(from, planned);
        const below = [...prefixesOf(from), ...tagged];
        for (const documents of planned.vault) {
          const inside = (need: Need) => need.environment === documents.environment && need.vault === documents.vault;
          // What nobody names is asked for as well: below and beside what somebody names.
          const paths = new Set(
            exact.filter(inside).flatMap(({ path }) => [path, `${path}/x`, `${path}x`, path.slice(0, -1)]),
          );
          for (const { path, readers, unknown } of planReaders(documents, paths)) {
            const declared = [
              ...exact.filter((need) => inside(need) && need.path === path),
              ...below.filter((need) => inside(need) && path.startsWith(need.path)),
            ];
            expect({ path, readers }).toEqual({
              path,
              readers: [...new Set(declared.map((need) => need.team))].sort(),
            });
            expect(unknown).toEqual([]);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("who can read what", () => {
  const prod = environment("prod", {
    vault: {
      address: "https://vault.example.com:8200",
      kv: { mount: "kv", version: 2 },
      login: { token: { secret: "vault-token", key: "token" } },
      namespace: "tenants/a",
    },
  });
  const payments = team(prod, "payments", { namespaces: ["payments"], prefixes: ["payments", "shared"] });
  const billing = team(prod, "billing", { namespaces: ["billing"], prefixes: ["billing", "shared"] });
  const { vault } = plan([
    appSecret("db", { team: payments, keys: { A: "/payments/db#a", B: "/shared/ca#b" } }),
    appSecret("ca", { team: billing, keys: { B: "/shared/ca#b" } }),
    teamAccess("billing", { team: billing, prefixes: [{ prefix: "billing", reason: "names are made at run time" }] }),
  ]);
  const documents = vault[0];
  if (documents === undefined) throw new Error("no documents");

  it("shows the teams that share a path, also those of a prefix, and nobody for what nobody reads", () => {
    const paths = ["kv/data/shared/ca", "kv/data/payments/db", "kv/data/billing/any/where", "kv/metadata/shared/ca"];
    expect(planReaders(documents, paths)).toEqual([
      { path: "kv/data/shared/ca", readers: ["billing", "payments"], unknown: [] },
      { path: "kv/data/payments/db", readers: ["payments"], unknown: [] },
      { path: "kv/data/billing/any/where", readers: ["billing"], unknown: [] },
      { path: "kv/metadata/shared/ca", readers: [], unknown: [] },
    ]);
  });

  it("judges by the text that is stored, in the Vault namespace it is stored in", () => {
    const holders = holdersOf(documents);
    expect(holders.map(({ name, policies }) => [name, policies.map(({ namespace }) => namespace)])).toEqual([
      ["billing", ["tenants/a"]],
      ["payments", ["tenants/a"]],
    ]);
    expect(readersOf(holders, ["kv/data/payments/db"])[0]?.readers).toEqual([]);
    expect(readersOf(holders, ["kv/data/payments/db"], { namespace: "tenants/a" })[0]?.readers).toEqual(["payments"]);
  });

  it("names those of whom it cannot be said, because their policies are templated", () => {
    const policy = (name: string, text: string): AclPolicy => {
      const parsed = parsePolicy(text);
      if (parsed.kind === "refused") throw new Error(name);
      return { name, rules: parsed.rules };
    };
    const mine = policy("mine", 'path "kv/{{identity.entity.name}}/*" { capabilities = ["read"] }');
    const all = policy("all", 'path "kv/*" { capabilities = ["read"] }');
    expect(
      readersOf(
        [
          { name: "b", policies: [mine] },
          { name: "a", policies: [all] },
        ],
        ["kv/x/y", "kv/x"],
      ),
    ).toEqual([
      { path: "kv/x/y", readers: ["a"], unknown: ["b"] },
      { path: "kv/x", readers: ["a"], unknown: [] },
    ]);
  });
});
