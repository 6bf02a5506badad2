import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { appSecret, environment, plan, platform, store, team, teamAccess } from "keyturn";
import { bed } from "../bed";
import * as bao from "../bed/bao";
import { request, requestToken } from "../bed/kube";
import { applyAll, writeVault } from "./bed";

/** In every name: other tests use the same servers at the same time. */
const run = randomBytes(3).toString("hex");

test("in each cluster of an environment its team logs in at the cluster's own mount, and reads the same paths", async () => {
  const name = `prod-${run}`;
  const namespace = `pay-${run}`;
  const { server, caFile } = bed().kube;
  // One API server stands for both: what differs here is the mount.
  const kubernetes = { host: server, ca: readFileSync(caFile, "utf8") };
  const prod = environment(name, {
    vault: {
      address: bed().bao.address,
      kv: { mount: `kv-${run}`, version: 1 },
      login: { kubernetes: { mount: `k8s-${run}`, reviewer: "client" } },
    },
    clusters: { eu: { kubernetes }, us: { kubernetes, loginMount: `clusters/us-${run}` } },
  });
  const pay = team(prod, "pay", { namespaces: [namespace] });
  const { vault, manifests } = plan([
    platform("p", { environment: prod }),
    teamAccess("a", { team: pay }),
    store("eu", { team: pay, cluster: "eu" }),
    store("us", { team: pay, cluster: "us" }),
    appSecret("db", { team: pay, keys: { A: "db#a" } }),
  ]);
  await request("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await applyAll(manifests.filter(({ kind }) => kind !== "SecretStore" && kind !== "ExternalSecret"));
  for (const documents of vault) await writeVault(documents);
  await bao.send("POST", `kv-${run}/pay/db`, { a: "1" });
  const stores = manifests.filter(({ kind }) => kind === "SecretStore") as unknown as {
    readonly spec: { readonly provider: { readonly vault: { readonly auth: { readonly kubernetes: Login } } } };
  }[];
  const logins = stores.map(({ spec }) => spec.provider.vault.auth.kubernetes);
  expect(logins.map(({ mountPath }) => mountPath)).toEqual([`k8s-${run}-eu`, `clusters/us-${run}`]);
  for (const { mountPath, role, serviceAccountRef } of logins) {
    const jwt = await requestToken(namespace, serviceAccountRef.name, serviceAccountRef.audiences);
    const { auth } = await bao.send<{ readonly auth: { readonly client_token: string } }>(
      "POST",
      `auth/${mountPath}/login`,
      { role, jwt },
    );
    const read = (path: string) => bao.request("GET", path, undefined, { token: auth.client_token });
    expect((await read(`kv-${run}/pay/db`)).status).toBe(200);
    expect((await read(`kv-${run}/pay/other`)).status).toBe(403);
  }
  // Nothing is mounted where the login says, which is the mount of neither.
  expect((await bao.request("POST", `auth/k8s-${run}/login`, {})).status).toBe(404);
});

interface Login {
  readonly mountPath: string;
  readonly role: string;
  readonly serviceAccountRef: { readonly name: string; readonly audiences: readonly string[] };
}
