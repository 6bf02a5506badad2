import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Chart } from "cdk8s";
import { plan, planFiles, team, type AccessFile } from "keyturn";
import * as cdk8s from "keyturn/cdk8s";
import * as components from "keyturn/pulumi";
import { prod, shop } from "./fixtures";
import { record } from "./pulumi-rig";

const payments = team(prod, "payments", {
  namespaces: ["payments"],
  alsoReads: [
    { path: "shop/search", reason: "Search until PAY-12", until: "2027-03-31" },
    { prefix: "lent", reason: "Flags, PAY-13", until: "2027-01-31" },
  ],
});
const keys = { OWN: "db#password", LENT: "/shop/search#key", FLAG: "/lent/a#b" };
const prefixes = [{ prefix: "lent/flags", reason: "Flags are made at run time" }];
const EXPECTED = `# keyturn: what team payments may read in environment prod

# beyond the team's prefixes, lent/* until 2027-01-31: Flags, PAY-13
path "prod/data/lent/a" {
  capabilities = ["read"]
}

# beyond the team's prefixes, lent/* until 2027-01-31: Flags, PAY-13
path "prod/data/lent/flags/*" {
  capabilities = ["read"]
}

path "prod/data/payments/db" {
  capabilities = ["read"]
}

# beyond the team's prefixes, shop/search until 2027-03-31: Search until PAY-12
path "prod/data/shop/search" {
  capabilities = ["read"]
}
`;

/** What the application's own synth writes beside its manifests. */
function synthOfApplication(): AccessFile {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), "keyturn-access-")) });
  new cdk8s.AppSecret(new Chart(app, "application"), "all", { team: payments, keys });
  app.synth();
  const files = cdk8s.writeVaultFiles(app);
  const path = files.find((file) => file.endsWith("access.json")) ?? "";
  const read = JSON.parse(readFileSync(path, "utf8")) as AccessFile;
  rmSync(app.outdir, { recursive: true });
  return read;
}

async function pulumiPolicy(program: () => unknown): Promise<unknown> {
  const { resources } = await record(program);
  return resources.find(({ type }) => type === "vault:index/policy:Policy")?.inputs.policy;
}

function cdk8sPolicy(declare: (chart: Chart) => void): string | undefined {
  const chart = new Chart(new App({ outdir: "unused" }), "platform");
  declare(chart);
  return planFiles(cdk8s.planOf(chart)).get("vault/keyturn-prod-payments.hcl");
}

describe("extra grants give the same policy", () => {
  it("through cdk8s, with the AppSecret in the same app", () => {
    const policy = cdk8sPolicy((chart) => {
      new cdk8s.AppSecret(chart, "all", { team: payments, keys });
      new cdk8s.TeamAccess(chart, "access", { team: payments, prefixes });
    });
    expect(policy).toBe(EXPECTED);
  });

  it("through cdk8s, from the access.json of another synth", () => {
    const access = synthOfApplication();
    expect(
      cdk8sPolicy((chart) => void new cdk8s.TeamAccess(chart, "access", { team: payments, access, prefixes })),
    ).toBe(EXPECTED);
  });

  it("through Pulumi, with the AppSecret in the same program", async () => {
    const policy = await pulumiPolicy(() => {
      const all = new components.AppSecret("all", { team: payments, keys });
      new components.TeamAccess("access", { team: payments, secrets: [all], prefixes });
    });
    expect(policy).toBe(EXPECTED);
  });

  it("through Pulumi, from the access.json of a synth", async () => {
    const access = synthOfApplication();
    expect(await pulumiPolicy(() => new components.TeamAccess("access", { team: payments, access, prefixes }))).toBe(
      EXPECTED,
    );
  });
});

describe("an access.json that asks for more than the platform has lent", () => {
  const lender = team(prod, "payments", { namespaces: ["payments"] });
  const refused = [
    'TeamAccess "access" › access.grants[0].key: "lent/a" is outside what team "payments" may read (payments); ' +
      "what is outside needs alsoReads: [{ path, reason, until }] of the team",
    'TeamAccess "access" › access.grants[2].key: "shop/search" is outside what team "payments" may read (payments); ' +
      "what is outside needs alsoReads: [{ path, reason, until }] of the team",
  ].join("\n");

  it("is refused by both adapters, with every path of it", async () => {
    const spec = { team: lender, access: synthOfApplication() };
    const chart = new Chart(new App({ outdir: "unused" }), "platform");
    expect(() => new cdk8s.TeamAccess(chart, "access", spec)).toThrow(refused);
    await expect(record(() => new components.TeamAccess("access", spec))).rejects.toThrow(refused);
  });

  it("gives another team nothing: its grants are left alone", () => {
    const [documents] = plan([
      { kind: "TeamAccess", id: "a", spec: { team: shop, access: synthOfApplication() } },
    ]).vault;
    expect(documents?.policies[0]?.rules).toEqual([]);
  });
});
