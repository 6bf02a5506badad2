import { ApiObject, App, Chart, Cron, Testing } from "cdk8s";
import * as plus27 from "cdk8s-plus-27";
import * as plus34 from "cdk8s-plus-34";
import { environment, team } from "keyturn";
import { AppSecret, Store, type SecretUse } from "keyturn/cdk8s";
import type { KubernetesObject, SecretRolloutStatus } from "../../api";
import { eventually } from "../contract/target";
import { realWorld, Run, Tenant, type World } from "../reconciler/world";
import { applyAll } from "./bed";

let world: World;
let tenant: Tenant;
let run: Run;
beforeAll(async () => {
  world = await realWorld();
  tenant = await Tenant.create(world);
  run = await new Run(world, { namespaces: [tenant.namespace] }).start();
});
afterAll(async () => {
  await run.stop();
  await world.stop();
});

/** A chart with an AppSecret of the tenant, in the Vault of the bed. */
function declared(): { readonly chart: Chart; readonly db: AppSecret } {
  const owner = environment("bed", {
    vault: {
      address: world.vault.address,
      ca: { pem: world.vault.ca },
      kv: { mount: tenant.mount, version: 2 },
      login: { kubernetes: { mount: "kubernetes" } },
    },
  });
  const app = team(owner, "app", { namespaces: [tenant.namespace] });
  const chart = new Chart(new App({ outdir: "unused" }), "chart", { namespace: tenant.namespace });
  const db = new AppSecret(chart, "db", {
    team: app,
    store: Store.fromName(owner, "vault"),
    keys: { USER: "db#user", PASSWORD: "db#password", "tls.key": "db#key" },
    refreshInterval: "1s",
  });
  return { chart, db };
}

/** A Deployment of one pod without cdk8s-plus. */
function plain(chart: Chart, name: string, use: SecretUse): ApiObject {
  const { env, envFrom, volumeMounts, volumes } = use;
  const labels = { app: name };
  const containers = [{ name: "app", image: "example.com/app:1", env, envFrom, volumeMounts }];
  return new ApiObject(chart, name, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers, volumes } } },
  });
}

test("what the helpers write is accepted by the API server, in pod templates of every kind of making", async () => {
  const { chart, db } = declared();
  const everything = db.use({
    env: { PGUSER: "USER" },
    envFrom: { prefix: "DB_" },
    volume: {
      mountPath: "/etc/db",
      items: ["PASSWORD", { key: "tls.key", path: "private/server.key", mode: 0o400 }],
      defaultMode: 0o440,
    },
  });
  plain(chart, "plain", everything).with(
    everything.rollout({
      windows: [{ days: ["Sat", "Sun"], from: "22:00", to: "04:00", timeZone: "Europe/Berlin" }],
      approval: "required",
      after: [{ kind: "StatefulSet", name: "ledger" }],
      deadline: "90s",
      strategy: "none",
    }),
  );
  const some = db.use({ env: ["PASSWORD"], volume: { mountPath: "/etc/db", items: ["tls.key"], defaultMode: 0o400 } });
  for (const [line, { Deployment, Volume, Secret }] of [
    ["27", plus27],
    ["34", plus34],
  ] as const) {
    const secret = Secret.fromSecretName(chart, `secret-${line}`, db.secretName);
    const volume = Volume.fromSecret(chart, `volume-${line}`, secret, some.secretVolumeOptions);
    new Deployment(chart, `plus-${line}`, {
      containers: [
        {
          image: "example.com/app:1",
          envVariables: some.envVariables,
          volumeMounts: [{ path: "/etc/db", volume: volume as never }],
        },
      ],
    }).with(some.rollout());
  }
  new plus34.CronJob(chart, "nightly", {
    schedule: Cron.daily(),
    containers: [{ image: "example.com/app:1", envVariables: some.envVariables }],
  }).with(some.rollout());
  const objects = Testing.synth(chart) as KubernetesObject[];
  expect(objects.map(({ kind }) => kind).sort()).toEqual([
    "CronJob",
    "Deployment",
    "Deployment",
    "Deployment",
    "ExternalSecret",
  ]);
  await applyAll(objects, { dryRun: true });
});

test("a declared workload is rolled for the keys it uses, after the one it comes after, and for no other", async () => {
  await tenant.put("app/db", { user: "u", password: "one", key: "k" });
  const { chart, db } = declared();
  const password = db.use({ env: { PGPASSWORD: "PASSWORD" } });
  const key = db.use({ volume: { mountPath: "/etc/db", items: ["tls.key"], defaultMode: 0o440 } });
  plain(chart, "checkout", password).with(
    password.rollout({
      windows: [{ from: "00:00", to: "24:00" }],
      after: [{ kind: "Deployment", name: "ledger" }],
      deadline: "2m",
    }),
  );
  plain(chart, "ledger", password).with(password.rollout());
  plain(chart, "proxy", key).with(key.rollout());
  await tenant.apply(tenant.store(), ...(Testing.synth(chart) as KubernetesObject[]));

  const record = async (name: string): Promise<SecretRolloutStatus | undefined> =>
    (await tenant.get<{ status?: SecretRolloutStatus }>("SecretRollout", `deployment-${name}`))?.status;
  for (const [name, keys] of Object.entries({ checkout: ["PASSWORD"], ledger: ["PASSWORD"], proxy: ["tls.key"] }))
    await eventually(`${name} is seen`, async () =>
      expect(await record(name)).toMatchObject({ phase: "Current", secrets: [{ name: "db", keys }] }),
    );

  await tenant.put("app/db", { user: "another", password: "two", key: "k" });
  for (const name of ["ledger", "checkout"])
    await eventually(`${name} is rolled`, async () =>
      expect(await record(name)).toMatchObject({ phase: "Current", history: [{ outcome: "Healthy" }] }),
    );
  const [ledger, checkout] = [await record("ledger"), await record("checkout")].map((status) => status?.history?.[0]);
  expect((ledger?.finishedAt ?? "") <= (checkout?.startedAt ?? "")).toBe(true);

  await tenant.put("app/db", { user: "another", password: "two", key: "new" });
  await eventually("the user of the key is rolled", async () =>
    expect(await record("proxy")).toMatchObject({ phase: "Current", history: [{ outcome: "Healthy" }] }),
  );
  // Every change was noted by all three; each rolled once, for its own key.
  const hashes = async (): Promise<ReadonlySet<string | undefined>> =>
    new Set(
      (await Promise.all(["checkout", "ledger", "proxy"].map(record))).map((status) => status?.secrets[0]?.dataHash),
    );
  await eventually("the last change is noted", async () => expect((await hashes()).size).toBe(1));
  for (const name of ["checkout", "ledger", "proxy"]) expect((await record(name))?.history).toHaveLength(1);
});
