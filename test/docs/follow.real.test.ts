import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import type { KubernetesObject } from "../../api";
import { bed } from "../bed";
import { APPLY_PATCH, MERGE_PATCH, send } from "../bed/kube";
import { pulumiEnvironment } from "../bed/pulumi";
import { readManifests } from "../e2e/manifests";
import type { Program } from "../e2e/processes";
import { runReconcilerOf } from "../e2e/reconciler";
import { pack } from "./follow/package";
import { follow, type Desk } from "./follow/reader";

// The getting-started pages, followed word for word in empty folders with the packed package, on the real servers. What stands in for a
// registry, a cluster and a Vault of one's own is listed in follow/reader.ts.

let dir: string;
let tarball: string;
const reconcilers: Program[] = [];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "keyturn-docs-"));
  tarball = pack(dir);
});

afterAll(async () => {
  for (const each of reconcilers) await each.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** A folder for a page; on the shared servers everything it makes has a name of its own. */
function desk(name: string): Desk & { readonly mark: string } {
  const mark = `x${randomBytes(3).toString("hex")}`;
  const edits = [
    [/\bpayments\b/g, `payments${mark}`],
    [/\bprod\b(?!\.example)/g, `prod${mark}`],
    ["keyturn-system", `keyturn-${mark}`],
  ] as const;
  mkdirSync(join(dir, name));
  return { dir: join(dir, name), tarball, edits, mark };
}

test("docs/getting-started-pulumi.md: from an empty folder to a rolled Deployment, and back", async () => {
  const page = desk("pulumi");
  const system = `keyturn-${page.mark}`;
  const env = { ...(await pulumiEnvironment(bed(), join(dir, "pulumi-home"))) };
  await follow("docs/getting-started-pulumi.md", {
    ...page,
    env,
    edits: [
      ...page.edits,
      // The default namespace belongs to another test; the CRDs are there; a minute is long for a test.
      ["  vault: {\n", `  reconciler: { namespace: "${system}" },\n  vault: {\n`],
      [
        /(new Reconciler\(.*?) \}/g,
        `new Reconciler("reconciler", { environment: prod${page.mark}, teams: [payments${page.mark}], crds: "none" }`,
      ],
      ['staleFor: "1m"', 'staleFor: "5s"'],
      ["process.env.VAULT_ADDR", JSON.stringify(bed().bao.address)],
    ],
    after: async (command) => {
      // Pods of the test cluster run nothing, so this is the pod of the Reconciler.
      if (command === "pulumi up" && reconcilers.length === 0)
        reconcilers.push(await runReconcilerOf(system, join(dir, "pod")));
    },
  });
});

test("docs/getting-started-cdk8s.md: from an empty folder to applied manifests", async () => {
  const page = desk("cdk8s");
  await follow("docs/getting-started-cdk8s.md", page);

  // What the page says of Argo CD, by what Argo CD does: server-side apply, and a dry run of it as the difference.
  const application = load(readFileSync(join(page.dir, "argocd-application.yaml"), "utf8")) as {
    spec: { source: { directory: { include: string } }; syncPolicy: { syncOptions: readonly string[] } };
  };
  expect(application.spec.source.directory.include).toBe("*.k8s.yaml");
  expect(application.spec.syncPolicy.syncOptions).toEqual(["ServerSideApply=true"]);
  const deployment = readManifests(join(page.dir, "dist")).find(({ kind }) => kind === "Deployment");
  const path = `/apis/apps/v1/namespaces/payments${page.mark}/deployments/checkout`;
  const sync = (query = ""): Promise<KubernetesObject> =>
    send("PATCH", `${path}?fieldManager=argocd-controller&force=true${query}`, deployment, APPLY_PATCH);
  const annotations = { "keyturn.dev/generation": "0123" };
  await sync();
  await send(
    "PATCH",
    `${path}?fieldManager=keyturn`,
    { spec: { template: { metadata: { annotations } } } },
    MERGE_PATCH,
  );
  const rolled = await sync();
  expect(rolled.spec).toMatchObject({ template: { metadata: { annotations } } });
  expect((await sync("&dryRun=All")).spec).toEqual(rolled.spec);
  // Without a resourceVersion, so that a controller's write of the status meanwhile is no conflict.
  const after = await send<KubernetesObject>("PUT", `${path}?fieldManager=argocd-controller`, deployment);
  expect(after.spec).not.toMatchObject({ template: { metadata: { annotations } } });
});

test("docs/getting-started-eso.md: from existing YAML to checked declarations and the same ExternalSecret", async () => {
  // No server is asked, so every name is the page's own.
  const page = { ...desk("eso"), edits: [] };
  await follow("docs/getting-started-eso.md", page);
  const [object] = readManifests(join(page.dir, "dist"));
  expect(object).toMatchObject({
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name: "app-db-secret", namespace: "payments" },
    spec: { secretStoreRef: { name: "vault-backend", kind: "SecretStore" }, refreshInterval: "1h0m0s" },
  });
});
