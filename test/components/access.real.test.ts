import { randomBytes } from "node:crypto";
import { appSecret, environment, plan, planFiles, platform, team, teamAccess, type AccessFile } from "keyturn";
import { accessWrites, type VaultDocuments } from "../../components";
import { bed } from "../bed";
import * as bao from "../bed/bao";
import { eventually } from "../bed/eventually";
import { writeVault } from "./bed";

/** In every name: other tests use the same server at the same time. */
const run = randomBytes(3).toString("hex");

describe.each([1, 2] as const)("an extra grant, in a real OpenBao with KV v%s", (version) => {
  const mount = `lent${version}-${run}`;
  const company = environment(mount, {
    vault: { address: bed().bao.address, kv: { mount, version }, login: { token: { secret: "t", key: "t" } } },
  });
  const owner = team(company, "owner", { namespaces: ["owner"] });
  const alsoReads = [{ path: "owner/partner", reason: 'A "quoted" reason # {', until: "2027-03-31" }];
  const borrower = team(company, "borrower", { namespaces: ["borrower"], alsoReads });
  const other = team(company, "other", { namespaces: ["other"] });
  const data = version === 2 ? `${mount}/data` : mount;
  const value = version === 2 ? { data: { token: "canary" } } : { token: "canary" };

  const declared = [
    appSecret("api", { team: owner, keys: { T: "partner#token" } }),
    appSecret("db", { team: owner, keys: { T: "db#token" } }),
    appSecret("partner", { team: borrower, keys: { T: "/owner/partner#token", OWN: "db#token" } }),
    appSecret("mine", { team: other, keys: { T: "db#token" } }),
  ];
  const paths = ["owner/partner", "owner/partner/below", "owner/partner2", "owner/db", "borrower/db", "other/db"];

  /** Statuses of a read of every path, with a token that has the policies of the team. */
  async function readAs(documents: VaultDocuments, name: string): Promise<readonly (readonly [string, number])[]> {
    const policies = documents.policies.filter((policy) => policy.team === name).map((policy) => policy.name);
    const { auth } = await bao.send<{ auth: { client_token: string } }>("POST", "auth/token/create", {
      policies,
      no_default_policy: true,
    });
    const status = async (path: string) =>
      (await bao.request("GET", path, undefined, { token: auth.client_token })).status;
    return Promise.all(paths.map(async (path) => [path, await status(`${data}/${path}`)] as const));
  }

  const only = (...open: readonly string[]) => paths.map((path) => [path, open.includes(path) ? 200 : 403]);

  beforeAll(async () => {
    const [documents] = plan([...declared, platform("p", { environment: company })]).vault;
    if (documents === undefined) throw new Error("a plan without a Vault");
    await writeVault(documents);
    for (const path of paths)
      await eventually(
        path,
        () => bao.request("POST", `${data}/${path}`, value),
        ({ status }) => status < 300,
      );
  });

  it("opens that path of the other team, nothing below it and nothing beside it, and gives a third team nothing", async () => {
    const planned = plan(declared);
    const [documents] = planned.vault;
    if (documents === undefined) throw new Error("a plan without a Vault");
    expect(await readAs(documents, "borrower")).toEqual(only("owner/partner", "borrower/db"));
    expect(await readAs(documents, "owner")).toEqual(only("owner/partner", "owner/db"));
    expect(await readAs(documents, "other")).toEqual(only("other/db"));
    expect(planned.shared.map(({ path, readers }) => [path, readers.map((reader) => reader.team)])).toEqual([
      [`${data}/owner/partner`, ["borrower", "owner"]],
    ]);
  });

  it("opens the same from access.json, and the policies that a synth wrote are taken with their comments", async () => {
    const files = planFiles(plan(declared));
    const access = JSON.parse(files.get("access.json") ?? "") as AccessFile;
    const [documents] = plan(
      [owner, borrower, other].map((each) => teamAccess(each.name, { team: each, access })),
    ).vault;
    if (documents === undefined) throw new Error("a plan without a Vault");
    for (const { path, body } of accessWrites(documents)) await bao.send("POST", path, body);
    expect(await readAs(documents, "borrower")).toEqual(only("owner/partner", "borrower/db"));
    for (const { name } of documents.policies) {
      const policy = files.get(`vault/${name}.hcl`) ?? "";
      await bao.send("POST", `sys/policies/acl/${name}`, { policy });
    }
    expect(files.get(`vault/keyturn-${mount}-borrower.hcl`)).toContain("# read by team owner too\n");
    expect(await readAs(documents, "borrower")).toEqual(only("owner/partner", "borrower/db"));
    expect(await readAs(documents, "owner")).toEqual(only("owner/partner", "owner/db"));
  });
});
