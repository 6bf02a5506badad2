import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bed } from "../bed";
import { eventually } from "../bed/eventually";
import { MERGE_PATCH, request, send } from "../bed/kube";
import { pulumiStack, type PulumiStack } from "../bed/pulumi/stack";

// A run of the CLI takes two seconds of two idle cores, and more than ten times that on busy ones.
jest.setTimeout(900_000);

/** No reconciler runs here: the test says what an operator would say. */
describe("waitForReady, with the real engine", () => {
  const id = randomBytes(3).toString("hex");
  const namespace = `wait-${id}`;
  const pathOf = (name: string): string =>
    `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets/${name}`;
  const storePath = `/apis/external-secrets.io/v1/namespaces/${namespace}/secretstores/keyturn-prod-${id}`;
  let stack: PulumiStack;

  beforeAll(async () => {
    await request("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    stack = await pulumiStack(bed(), {
      source: join(__dirname, "../bed/pulumi/fixture/components"),
      config: {
        id,
        namespace,
        address: bed().bao.address,
        ca: readFileSync(bed().bao.caFile, "utf8"),
        apiServer: bed().kube.server,
        apiServerCa: readFileSync(bed().kube.caFile, "utf8"),
        storeWait: "true",
        secrets: JSON.stringify({ db: { keys: { A: "db#a" }, waitForReady: { timeout: "3s" } } }),
      },
    });
  });

  it("fails when an AppSecret is not ready in time, and says which and why", async () => {
    const [up] = await Promise.all([
      stack.run(["up", "--yes", "--skip-preview"]),
      report(storePath, "True", "Valid", "store validated"),
      report(pathOf("db"), "False", "SecretSyncedError", "could not get secret data from provider: 403"),
    ]);
    expect(up.code).not.toBe(0);
    expect(up.stdout).toContain(
      `ExternalSecret ${namespace}/db: timed out after 3 s of waiting for condition Ready, which is False: ` +
        "SecretSyncedError: could not get secret data from provider: 403",
    );
    // The store was waited for as well: only then does the state know its condition.
    expect(await conditionsInState("SecretStore")).toEqual(["True"]);
  });

  it("goes on when it is ready: the state has the condition that was waited for", async () => {
    const secrets = { db: { keys: { A: "db#a" }, waitForReady: true }, other: { keys: { A: "db#a" } } };
    await stack.configure({ secrets: JSON.stringify(secrets) });
    const [up] = await Promise.all([
      stack.run(["up", "--yes", "--skip-preview"]),
      report(pathOf("db"), "True", "SecretSynced", "secret synced"),
    ]);
    expect({ ...up, seconds: 0 }).toMatchObject({ code: 0, stderr: "" });
    // `other` did not ask for it: nothing reported on it, and nobody waited.
    expect([...(await conditionsInState("ExternalSecret"))].sort()).toEqual(["True", "none"]);
  });

  it("is one annotation in the cluster, and none where it was not asked for", async () => {
    const annotations = async (path: string): Promise<readonly string[]> => {
      const { metadata } = await send<{ readonly metadata: { readonly annotations: object } }>("GET", path);
      return Object.keys(metadata.annotations).filter((key) => key.startsWith("pulumi.com/"));
    };
    expect(await annotations(pathOf("db"))).toEqual(["pulumi.com/waitFor"]);
    expect(await annotations(storePath)).toEqual(["pulumi.com/waitFor"]);
    expect(await annotations(pathOf("other"))).toEqual([]);
  });

  it("leaves nothing to change, also when the operator has filled in its defaults and the state was refreshed", async () => {
    const live = await send<{ readonly spec: { readonly data: readonly { readonly remoteRef: object }[] } }>(
      "GET",
      pathOf("db"),
    );
    const [entry] = live.spec.data;
    const remoteRef = { ...entry?.remoteRef, nullBytePolicy: "Ignore" };
    await send(
      "PATCH",
      `${pathOf("db")}?fieldManager=operator`,
      { spec: { target: { immutable: false }, data: [{ ...entry, remoteRef }] } },
      MERGE_PATCH,
    );
    const refreshed = await stack.run(["refresh", "--yes"]);
    expect({ ...refreshed, seconds: 0 }).toMatchObject({ code: 0, stderr: "" });
    const preview = await stack.run(["preview", "--expect-no-changes", "--diff"]);
    expect({ ...preview, seconds: 0 }).toMatchObject({ code: 0, stderr: "" });
    await stack.run(["destroy", "--yes", "--skip-preview"]);
  });

  /** As an operator does: when the object is there. */
  async function report(path: string, status: string, reason: string, message: string): Promise<void> {
    await eventually(
      `${path} is there`,
      () => request("GET", path),
      (answer) => answer.status === 200,
    );
    const conditions = [{ type: "Ready", status, reason, message, lastTransitionTime: new Date().toISOString() }];
    await send("PATCH", `${path}/status?fieldManager=operator`, { status: { conditions } }, MERGE_PATCH);
  }

  async function conditionsInState(kind: string): Promise<readonly string[]> {
    const { deployment } = JSON.parse(await stack.state()) as {
      readonly deployment: {
        readonly resources: readonly {
          readonly type: string;
          readonly outputs?: { readonly status?: { readonly conditions: readonly { readonly status: string }[] } };
        }[];
      };
    };
    return deployment.resources
      .filter(({ type }) => type.endsWith(`:${kind}`))
      .map(({ outputs }) => outputs?.status?.conditions[0]?.status ?? "none");
  }
});
