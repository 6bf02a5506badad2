import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { environment, plan, appSecret, team } from "keyturn";
import { bed } from "../bed";
import * as bao from "../bed/bao";
import { request, send } from "../bed/kube";
import { runPulumi } from "../bed/pulumi";
import { pulumiStack, type PulumiStack } from "../bed/pulumi/stack";
import { installPackage } from "./installed";

// A run of the CLI takes two seconds of two idle cores, and more than ten times that on busy ones.
jest.setTimeout(900_000);

// PulumiPlugin.yaml as the engine uses it: the built package is started by its folder, a program that knows tokens and data only has its
// components made by it, on the real servers.
const ROOT = join(__dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "keyturn-plugin-"));
const installed = installPackage(folder, ["@pulumi/pulumi", "@pulumi/kubernetes", "@pulumi/vault"]);
const PLUGIN = join(installed, "dist/components/pulumi/plugin");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = randomBytes(3).toString("hex");
const namespace = `remote-${run}`;
const certificate = (file: string): string => readFileSync(file, "utf8");

describe("the components for programs in other languages", () => {
  const vault = {
    address: "https://vault.invalid:8200",
    kv: { mount: `kv-${run}` },
    login: { kubernetes: { mount: `k8s-${run}`, reviewer: "client" } },
  } as const;
  const base = {
    environment: { name: `prod-${run}`, vault },
    team: { name: "payments", namespaces: [namespace] },
  };
  const keys = { USER: "db#username", PASSWORD: { path: "db", property: "password", version: 3 } };
  let stack: PulumiStack;
  let stdout: string;

  beforeAll(async () => {
    await request("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const declared = [
      {
        name: "vault",
        type: "keyturn:index:Platform",
        inputs: {
          environment: base.environment,
          kubernetes: { host: bed().kube.server, ca: certificate(bed().kube.caFile) },
          keepSecrets: false,
        },
        outputs: ["environment", "mount"],
      },
      {
        name: "access",
        type: "keyturn:index:TeamAccess",
        inputs: { ...base, secrets: [{ name: "db", keys }] },
        outputs: ["accessName"],
      },
      { name: "store", type: "keyturn:index:Store", inputs: base, outputs: ["name"] },
      { name: "db", type: "keyturn:index:AppSecret", inputs: { ...base, keys }, outputs: ["name", "namespace"] },
    ];
    stack = await pulumiStack(bed(), {
      source: join(ROOT, "test/bed/pulumi/fixture/remote"),
      config: {
        declared: JSON.stringify(declared),
        leaves: JSON.stringify({ store: { address: bed().bao.address, ca: certificate(bed().bao.caFile) } }),
      },
    });
    const project = join(stack.cwd, "Pulumi.yaml");
    const plugins = { providers: [{ name: "keyturn", path: PLUGIN }] };
    writeFileSync(project, dump({ ...(load(readFileSync(project, "utf8")) as object), plugins }));
  });

  it.each([
    ["the npm package", PLUGIN],
    // The same build, and the PulumiPlugin.yaml that is beside package.json there.
    ["a checkout", installed],
  ])("have a schema that Pulumi accepts, from the host that Pulumi starts in %s", async (_where, plugin) => {
    copyFileSync(join(ROOT, "PulumiPlugin.yaml"), join(installed, "PulumiPlugin.yaml"));
    const got = await runPulumi(["package", "get-schema", plugin], stack);
    expect({ code: got.code, stderr: got.stderr }).toEqual({ code: 0, stderr: "" });
    const schema = JSON.parse(got.stdout) as { readonly version: string; readonly resources: object };
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { readonly version: string };
    expect(schema.version).toBe(version);
    expect(Object.keys(schema.resources).sort()).toEqual(
      ["AppSecret", "Platform", "Reconciler", "Store", "TeamAccess"].map((kind) => `keyturn:index:${kind}`),
    );
    const file = join(stack.cwd, "schema.json");
    writeFileSync(file, got.stdout);
    const checked = await runPulumi(["schema", "check", file], stack);
    expect({ code: checked.code, out: checked.stdout + checked.stderr }).toEqual({ code: 0, out: "" });
  });

  it("leave Pulumi nothing to install into the npm package", () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(PLUGIN, "package.json"), "utf8")) as {
      readonly dependencies?: unknown;
      readonly devDependencies?: unknown;
    };
    expect({ dependencies, devDependencies }).toEqual({});
  });

  it("are deployed: the outputs, the objects of the cluster and of Vault are those of the TypeScript components", async () => {
    const up = await stack.run(["up", "--yes", "--skip-preview"]);
    ({ stdout } = up);
    expect({ code: up.code, stderr: up.stderr, stdout }).toEqual({
      code: 0,
      stderr: "",
      stdout: expect.stringContaining("Outputs:") as string,
    });
    for (const line of [
      `vault.environment: "prod-${run}"`,
      `vault.mount      : "kv-${run}"`,
      `access.accessName: "keyturn-prod-${run}-payments"`,
      `store.name       : "keyturn-prod-${run}"`,
      `db.name          : "db"`,
      `db.namespace     : "${namespace}"`,
    ])
      expect(stdout).toContain(line);

    const prod = environment(`prod-${run}`, { vault });
    const payments = team(prod, "payments", { namespaces: [namespace] });
    const [expected] = plan([appSecret("db", { team: payments, keys })]).manifests;
    const secret = await send<{ readonly spec: unknown }>(
      "GET",
      `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets/db`,
    );
    expect(secret.spec).toEqual(expected?.spec);
    const store = await send<{ readonly spec: { readonly provider: { readonly vault: object } } }>(
      "GET",
      `/apis/external-secrets.io/v1/namespaces/${namespace}/secretstores/keyturn-prod-${run}`,
    );
    expect(store.spec.provider.vault).toMatchObject({
      server: bed().bao.address,
      caBundle: Buffer.from(certificate(bed().bao.caFile)).toString("base64"),
    });
    const policy = await bao.send<{ readonly data: { readonly policy: string } }>(
      "GET",
      `sys/policies/acl/keyturn-prod-${run}-payments`,
    );
    expect(policy.data.policy).toContain(`path "kv-${run}/data/payments/db"`);
  });

  it("are parents of what they deploy, and the stack has nothing to change afterwards", async () => {
    const { deployment } = JSON.parse(await stack.state()) as {
      readonly deployment: { readonly resources: readonly { readonly urn: string; readonly parent?: string }[] };
    };
    const parents = deployment.resources.flatMap(({ urn, parent }) =>
      urn.includes("kubernetes:external-secrets.io/v1:") || urn.includes("vault:index/policy:Policy")
        ? [parent ?? ""]
        : [],
    );
    expect(parents.map((parent) => parent.split("::").slice(2).join(" ")).sort()).toEqual([
      "keyturn:index:AppSecret db",
      "keyturn:index:Store store",
      "keyturn:index:TeamAccess access",
    ]);
    const preview = await stack.run(["preview", "--expect-no-changes", "--diff"]);
    expect({ ...preview, seconds: 0 }).toMatchObject({ code: 0, stderr: "" });
  });

  it("say what is wrong with data, where, and never what a value is", async () => {
    const canary = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1";
    const other = await pulumiStack(bed(), {
      source: join(ROOT, "test/bed/pulumi/fixture/remote"),
      config: {
        declared: JSON.stringify([
          {
            name: "db",
            type: "keyturn:index:AppSecret",
            inputs: { ...base, keys: { A: canary, B: "db#b" }, nam: "x" },
            outputs: ["name"],
          },
        ]),
      },
    });
    const project = join(other.cwd, "Pulumi.yaml");
    writeFileSync(project, readFileSync(join(stack.cwd, "Pulumi.yaml")));
    const { code, stdout, stderr } = await other.run(["preview"]);
    expect(code).not.toBe(0);
    const said = stdout + stderr;
    expect(said).toContain('AppSecret "db" cannot be deployed as it is declared:');
    expect(said).toContain('property AppSecret "db" › keys.A has a problem: looks like a random value');
    expect(said).toContain('property AppSecret "db" › nam has a problem: is not a known field; did you mean "name"?');
    expect(said).not.toContain(canary);
    expect(await other.state()).not.toContain(canary);
  });

  it("go with the stack", async () => {
    const { code, stderr } = await stack.run(["destroy", "--yes", "--skip-preview"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect((await bao.request("GET", `sys/policies/acl/keyturn-prod-${run}-payments`)).status).toBe(404);
  });
});
