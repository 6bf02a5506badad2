import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import {
  accessWrites,
  appSecret,
  configOperatorDocuments,
  environment,
  plan,
  platform,
  team,
  teamAccess,
  type ConfigOperatorSpec,
  type VaultDocuments,
} from "keyturn";
import type { KubernetesObject } from "../../api";
import { bed } from "../bed";
import * as bao from "../bed/bao";
import { installCrds } from "../bed/crds";
import { eventually } from "../bed/eventually";
import { createServiceAccount, kubeClient, request, requestToken, uniqueNamespace } from "../bed/kube";
import { companyOf } from "./arbitraries";
import { applyAll, pathOf, writeVault } from "./bed";
import { configOperatorCrds } from "./config-operator-crds";
import { operatorWrites } from "./config-operator-model";

// vault-config-operator itself does not run here. The API server judges the objects by the fields its kinds have, and OpenBao what it makes
// of them.

const mark = randomBytes(3).toString("hex");
const samples = fc.sample(companyOf(`o${mark}`), { numRuns: 12, seed: 20261128 });

const byEnvironment = (vault: readonly VaultDocuments[]) =>
  [...new Set(vault.map(({ environment: name }) => name))].map((name) =>
    vault.filter((documents) => documents.environment === name),
  );

/** OpenBao takes audit devices from its configuration only. */
const writable = ({ kind }: KubernetesObject): boolean => kind !== "Audit";

async function write(objects: readonly KubernetesObject[], tenant = ""): Promise<void> {
  for (const object of objects.filter(writable))
    for (const { path, body } of operatorWrites(object)) await bao.send("POST", `${tenant}${path}`, body);
}

it("the API server accepts every object, field by field, and adds nothing to it", async () => {
  await installCrds(kubeClient(bed().kube), configOperatorCrds);
  const spec: ConfigOperatorSpec = {
    namespace: await uniqueNamespace("operator"),
    authentication: { role: "platform" },
    connection: { tlsSecret: "vault-ca" },
  };
  const seen = new Set<string>();
  for (const { declarations } of samples)
    for (const documents of byEnvironment(plan(declarations).vault)) {
      const { manifests } = configOperatorDocuments(documents, spec);
      await applyAll(manifests);
      for (const object of manifests) {
        seen.add(object.kind);
        const { body } = await request<KubernetesObject>("GET", pathOf(object));
        expect(body.spec).toEqual(object.spec);
      }
    }
  expect([...seen].sort()).toEqual(configOperatorCrds.map(({ spec: { names } }) => names.kind).sort());
});

it("OpenBao is the same after what the operator makes of the objects as after what keyturn writes itself", async () => {
  const spec: ConfigOperatorSpec = { namespace: "vault-admin", authentication: { role: "platform" } };
  let compared = 0;
  for (const [index, { declarations }] of samples.entries())
    for (const documents of plan(declarations).vault) {
      const tenant = `${mark}-${index}-${documents.environment}-${documents.vault}`;
      for (const each of ["own", "operator"]) await bao.send("POST", `sys/namespaces/${tenant}-${each}`, {});
      const inTenant = { ...documents, platform: documents.platform.filter(({ path }) => !inRootOnly(path)) };
      const { manifests } = configOperatorDocuments([inTenant], spec);
      await writeVault(inTenant, `${tenant}-own/`);
      await write(manifests, `${tenant}-operator/`);
      for (const { path } of [...inTenant.platform, ...accessWrites(inTenant)]) {
        const [own, operator] = await Promise.all(
          ["own", "operator"].map((each) => stateOf(`${tenant}-${each}/${path}`)),
        );
        expect([path, operator]).toEqual([path, own]);
        compared += 1;
      }
    }
  expect(compared).toBeGreaterThan(100);
});

const inRootOnly = (path: string): boolean => /^sys\/(?:audit|quotas)\//.test(path);

/** What is set at a path, without what every mount has of its own. */
async function stateOf(path: string): Promise<unknown> {
  const { data } = await bao.send<{ readonly data: Record<string, unknown> }>("GET", path);
  if (/\/sys\/(?:mounts|auth)\//.test(path))
    return {
      type: data.type,
      description: data.description,
      options: data.options,
      // Hidden is what Vault does without a word about it.
      config: { listing_visibility: "hidden", ...(data.config as object) },
    };
  // A JWT role uses none.
  const { allowed_redirect_uris: _, modified: _when, cas_required: _cas, ...rest } = data;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => !isEmpty(value)));
}

/** OpenBao tells an empty list that was sent from one that was not; it means the same. */
const isEmpty = (value: unknown): boolean =>
  value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);

it("a team logs in and reads its paths with what the operator writes, as with what keyturn writes", async () => {
  const space = await uniqueNamespace("operator-team");
  const prod = environment(`operator-${mark}`, {
    vault: {
      address: bed().bao.address,
      kv: { mount: `operator-${mark}` },
      login: { kubernetes: { mount: `operator-k8s-${mark}`, reviewer: "client", tokenTtl: "5m" } },
    },
  });
  const owner = team(prod, "payments", { namespaces: [space] });
  const { vault, manifests } = plan([
    platform("p", {
      environment: prod,
      kubernetes: { host: bed().kube.server, ca: readFileSync(bed().kube.caFile, "utf8") },
    }),
    teamAccess("a", { team: owner }),
    appSecret("db", { team: owner, keys: { A: "db#a" } }),
  ]);
  const made = configOperatorDocuments(vault, { namespace: "vault-admin", authentication: { role: "platform" } });
  expect(made.rest).toEqual([]);
  await write(made.manifests);
  await createServiceAccount(space, "keyturn-payments");
  await applyAll(manifests.filter(({ kind }) => kind === "ClusterRoleBinding"));
  await eventually(
    "the KV mount",
    () => bao.request("POST", `operator-${mark}/data/payments/db`, { data: { a: "1" } }),
    ({ status }) => status < 300,
  );
  const audiences = [`vault-operator-${mark}`, "https://kubernetes.default.svc.cluster.local"];
  const jwt = await requestToken(space, "keyturn-payments", audiences);
  const login = () =>
    bao.request<{ readonly auth: { readonly client_token: string } }>(
      "POST",
      `auth/operator-k8s-${mark}/login`,
      { role: `keyturn-operator-${mark}-payments`, jwt },
      { token: "" },
    );
  const { body } = await eventually("the login", login, ({ status }) => status === 200);
  expect(body).toMatchObject({
    auth: { token_type: "batch", lease_duration: 300, policies: [`keyturn-operator-${mark}-payments`] },
  });
  const read = async (path: string) =>
    (await bao.request("GET", `operator-${mark}/data/${path}`, undefined, { token: body.auth.client_token })).status;
  expect([await read("payments/db"), await read("payments/other")]).toEqual([200, 403]);
});
