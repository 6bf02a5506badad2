import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../../api";
import { readManifests } from "../e2e/manifests";
import { run } from "../e2e/processes";
import { problems, ROOT } from "./compile";

/**
 * The TypeScript blocks of a page; one that begins with `// name.ts` is that module, so that later blocks can import it. A page that
 * begins with an empty folder has one of its own, the others share theirs.
 */
function blocks(page: string): readonly { readonly file: string; readonly text: string }[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  const name = page.replaceAll(/\W/g, "-");
  const folder = page.includes("started-") ? name : "docs";
  return [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code = ""], index) => ({
    file: join(folder, /^\/\/ ([\w-]+\.ts)/.exec(code)?.[1] ?? `${name}-${index}.ts`),
    text: code,
  }));
}

test("the examples of README and docs compile", () => {
  const files = [
    "README.md",
    "docs/getting-started.md",
    "docs/getting-started-pulumi.md",
    "docs/getting-started-cdk8s.md",
    "docs/app-secrets.md",
    "docs/access.md",
    "docs/cdk8s.md",
    "docs/environments.md",
    "docs/rollouts.md",
    "docs/reconciler.md",
    "docs/vault-half.md",
  ].flatMap(blocks);
  expect(files.length).toBeGreaterThanOrEqual(4);
  expect(problems(files)).toEqual([]);
});

test("an example with a mistake would be found: a dev team does not fit a prod store", () => {
  const text = `
    import { environment, team } from "keyturn";
    import { Store } from "keyturn/cdk8s";
    import { Chart, App } from "cdk8s";
    const vault = { address: "https://v:8200", kv: { mount: "m" }, login: { kubernetes: { mount: "k" } } };
    const dev = team(environment("dev", { vault }), "a", { namespaces: ["a"] });
    new Store<"prod">(new Chart(new App(), "c"), "s", { team: dev });`;
  expect(problems([{ file: "wrong.ts", text }]).join("\n")).toContain('"dev"');
});

test("the example of the README writes what the README says", async () => {
  mkdirSync(join(ROOT, "build"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, "build/readme-"));
  try {
    const [example] = blocks("README.md");
    writeFileSync(join(folder, "main.ts"), example?.text ?? "");
    const outdir = join(folder, "dist");
    const env = { ...process.env, CDK8S_OUTDIR: outdir };
    const { code, stderr } = await run(process.execPath, ["--import", "tsx", join(folder, "main.ts")], {
      cwd: ROOT,
      env,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [secret, deployment] = readManifests(outdir);
    expect([secret?.kind, deployment?.kind]).toEqual(["ExternalSecret", "Deployment"]);
    expect(deployment?.metadata.annotations).toEqual({ "keyturn.dev/rollout-on": secret?.metadata.name });
    expect((secret as KubernetesObject & { spec: object }).spec).toMatchObject({
      refreshInterval: "5m0s",
      target: { name: "db" },
      data: [
        { secretKey: "DB_PASSWORD", remoteRef: { key: "payments/db", property: "password" } },
        { secretKey: "DB_USER", remoteRef: { key: "payments/db", property: "username" } },
      ],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
