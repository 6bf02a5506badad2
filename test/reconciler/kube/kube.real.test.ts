import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { ESO_VERSION, type KubernetesObject } from "../../../api";
import {
  CONFIG_MAPS,
  connect,
  createEventSender,
  createLease,
  EVENTS,
  EXTERNAL_SECRETS,
  KubeError,
  LEASES,
  SECRETS,
  watch,
  type KubeClient,
  type WatchOptions,
} from "../../../reconciler/kube";
import { Connection } from "../../../reconciler/kube/connection";
import { createKubeClient } from "../../../reconciler/kube/client";
import { readKubeconfig } from "../../../reconciler/kube/kubeconfig";
import { bed } from "../../bed";
import { eventually } from "../../bed/eventually";
import { createServiceAccount, uniqueNamespace } from "../../bed/kube";
import { failure, inFlight } from "../http/fault-server";

let client: KubeClient;
let namespace: string;
beforeAll(async () => {
  client = connect({ kubeconfig: bed().kubeconfig, version: "test" });
  namespace = await uniqueNamespace("kube");
});
afterAll(() => client.close());

/** The bed's cluster with another token. */
function withToken(token: string): KubeClient {
  const access = readKubeconfig(bed().kubeconfig);
  const connection = new Connection(
    { ...access, token: { kind: "inline", token } },
    { maxSockets: 4, environment: {} },
  );
  return createKubeClient(connection, { userAgent: "keyturn/test" });
}

const secret = (name: string, more: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name, namespace, labels: { "reconcile.external-secrets.io/managed": "true" } },
  data: { password: Buffer.from("canary-value").toString("base64") },
  ...more,
});
const externalSecret = (name: string, refreshInterval = "1h"): KubernetesObject => ({
  apiVersion: ESO_VERSION,
  kind: "ExternalSecret",
  metadata: { name, namespace },
  spec: {
    refreshInterval,
    secretStoreRef: { name: "store" },
    data: [{ secretKey: "a", remoteRef: { key: "b" } }],
  },
});

describe("the client", () => {
  test("creates, applies, patches, reads and deletes", async () => {
    const made = await client.create(SECRETS, secret("verbs"), { fieldManager: "keyturn" });
    expect(made.metadata.uid).toBeDefined();
    const applied = await client.patch<KubernetesObject>(
      SECRETS,
      namespace,
      "verbs",
      { apiVersion: "v1", kind: "Secret", metadata: { name: "verbs" }, data: { password: "eA==" } },
      { type: "apply", force: true },
    );
    expect(applied.data).toEqual({ password: "eA==" });
    await client.patch(SECRETS, namespace, "verbs", { metadata: { annotations: { a: "b" } } }, { type: "merge" });
    const read = await client.get<KubernetesObject>(SECRETS, namespace, "verbs");
    expect([read.metadata.annotations?.a, read.kind, read.apiVersion]).toEqual(["b", "Secret", "v1"]);
    await client.delete(SECRETS, namespace, "verbs", { uid: made.metadata.uid ?? "" });
    expect((await failure<KubeError>(client.get(SECRETS, namespace, "verbs"))).code).toBe("KubeNotFound");
  });

  test("tells conflicts and existing objects by status and reason", async () => {
    const made = await client.create(SECRETS, secret("clash"));
    const again = await failure<KubeError>(client.create(SECRETS, secret("clash")));
    expect([again.status, again.statusReason, again.message]).toEqual([
      409,
      "AlreadyExists",
      `create Secret in ${namespace}: AlreadyExists: secrets "clash" already exists`,
    ]);
    const stale = { metadata: { resourceVersion: "1", annotations: { x: "y" } } };
    const conflict = await failure<KubeError>(client.patch(SECRETS, namespace, "clash", stale, { type: "merge" }));
    expect([conflict.status, conflict.statusReason, conflict.object]).toEqual([
      409,
      "Conflict",
      `patch Secret ${namespace}/clash`,
    ]);
    const wrong = await failure<KubeError>(
      client.delete(SECRETS, namespace, "clash", { uid: `${made.metadata.uid}x` }),
    );
    expect(wrong.status).toBe(409);
  });

  test("shows no content of a Secret that the server refuses", async () => {
    const bad = [
      secret("bad", { data: { "a/b": "Y2FuYXJ5" } }),
      secret("bad", { data: { a: "canary!" } }),
      secret("bad", { type: "kubernetes.io/dockerconfigjson", data: { ".dockerconfigjson": "Y2FuYXJ5" } }),
      secret("bad", { stringData: { a: 1 }, canary: "canary" }),
    ];
    const messages: string[] = [];
    for (const object of bad) {
      const error = await failure<KubeError>(client.create(SECRETS, object));
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/canary|Y2FuYXJ5/);
      messages.push(error.reason);
    }
    expect(messages).toEqual([
      "Invalid: data[a/b] (FieldValueInvalid)",
      "BadRequest: illegal base64 data",
      "Invalid: data[.dockerconfigjson] (FieldValueInvalid)",
      "the API server answered 400 BadRequest",
    ]);
  });

  test("pages a list of more than 500", async () => {
    const names = Array.from({ length: 620 }, (_, index) => `page-${String(index).padStart(3, "0")}`);
    const label = { page: randomBytes(4).toString("hex") };
    await inFlight(16, names.length, (index) =>
      client.create(CONFIG_MAPS, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: names[index] ?? "", namespace, labels: label },
      }),
    );
    const found = await client.list(CONFIG_MAPS, { namespace, labelSelector: `page=${label.page}` });
    expect(found.map(({ metadata }) => metadata.name).sort()).toEqual(names);
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(["ConfigMap"]));
  });

  test("gets a token of a ServiceAccount for one audience", async () => {
    await createServiceAccount(namespace, "app");
    const { token, expiresAt } = await client.requestToken(namespace, "app", {
      audiences: ["vault"],
      expirationSeconds: 600,
    });
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<
      string,
      unknown
    >;
    expect([claims.aud, claims.sub]).toEqual([["vault"], `system:serviceaccount:${namespace}:app`]);
    expect(Math.abs(expiresAt - Date.now() - 600_000)).toBeLessThan(30_000);
  });

  test("says who may not do what, also for Secrets, and that a token is wrong", async () => {
    await createServiceAccount(namespace, "nobody");
    const { token } = await client.requestToken(namespace, "nobody", { expirationSeconds: 600 });
    const nobody = withToken(token);
    const error = await failure<KubeError>(nobody.get(SECRETS, namespace, "x"));
    expect(error.message).toBe(
      `get Secret ${namespace}/x: Forbidden: User "system:serviceaccount:${namespace}:nobody" cannot get resource "secrets" in API group ""` +
        ` in the namespace "${namespace}" (grant this verb on this kind to the user or ServiceAccount)`,
    );
    nobody.close();
    const stranger = withToken("wrong");
    expect((await failure<KubeError>(stranger.get(SECRETS, namespace, "x"))).code).toBe("KubeUnauthorized");
    stranger.close();
  });
});

describe("the watch", () => {
  function start<T>(options: Pick<WatchOptions<T>, "resource" | "project"> & Partial<WatchOptions<T>>, lifetime = 300) {
    const log: string[] = [];
    const errors: Error[] = [];
    const requests: string[] = [];
    const spy: KubeClient = Object.create(client, {
      stream: {
        value: (request: { path: string }, onLine: (line: string) => void) => {
          requests.push(request.path);
          return client.stream({ method: "GET", ...request }, onLine);
        },
      },
    }) as KubeClient;
    const informer = watch<T>(
      spy,
      {
        namespace,
        onUpsert: (key, _record, previous) => log.push(`${previous === undefined ? "+" : "~"}${key.split("/")[1]}`),
        onDelete: (key) => log.push(`-${key.split("/")[1]}`),
        onError: (error) => errors.push(error),
        ...options,
      },
      { lifetime: () => lifetime },
    );
    return { informer, log, errors, requests };
  }

  test("streams the state of a custom resource, and its changes", async () => {
    await client.create(EXTERNAL_SECRETS, externalSecret("one"));
    await client.create(EXTERNAL_SECRETS, externalSecret("two"));
    const { informer, log, errors, requests } = start({ resource: EXTERNAL_SECRETS, project: ({ spec }) => spec });
    await informer.synced;
    expect([...informer.records.keys()].sort()).toEqual([`${namespace}/one`, `${namespace}/two`]);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toContain("sendInitialEvents=true");
    log.length = 0;
    await client.create(EXTERNAL_SECRETS, externalSecret("three"));
    await client.patch(EXTERNAL_SECRETS, namespace, "one", { spec: { refreshInterval: "2h" } }, { type: "merge" });
    await client.delete(EXTERNAL_SECRETS, namespace, "two");
    await eventually("three changes", () => log.length === 3);
    expect(log).toEqual(["+three", "~one", "-two"]);
    expect(informer.records.get(`${namespace}/one`)).toMatchObject({ refreshInterval: "2h" });
    await informer.stop();
    expect(errors).toEqual([]);
  });

  test("goes on without a gap when the server ends it, from where it was", async () => {
    const { informer, log, errors, requests } = start(
      { resource: CONFIG_MAPS, project: () => 1, labelSelector: "gap=yes" },
      1,
    );
    await informer.synced;
    const names = Array.from({ length: 30 }, (_, index) => `gap-${index}`);
    for (const name of names) {
      await client.create(CONFIG_MAPS, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, namespace, labels: { gap: "yes" } },
      });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await eventually("all seen", () => log.length >= names.length);
    await informer.stop();
    expect(log).toEqual(names.map((name) => `+${name}`));
    expect(requests.length).toBeGreaterThan(2);
    expect(requests.filter((path) => path.includes("sendInitialEvents"))).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  test("of Secrets by metadata only carries managed fields and no data", async () => {
    const seen: KubernetesObject[] = [];
    const { informer } = start({
      resource: SECRETS,
      metadataOnly: true,
      labelSelector: "reconcile.external-secrets.io/managed=true",
      project: (object) => (seen.push(object), object.metadata.name),
    });
    await informer.synced;
    await client.create(SECRETS, secret("meta"), { fieldManager: "keyturn" });
    await eventually("the Secret", () => informer.records.has(`${namespace}/meta`));
    await informer.stop();
    const found = seen.find(({ metadata }) => metadata.name === "meta");
    expect(JSON.stringify(seen)).not.toContain("canary");
    expect(JSON.stringify(seen)).not.toContain(Buffer.from("canary-value").toString("base64"));
    expect(found).not.toHaveProperty("data");
    expect(found?.metadata).toMatchObject({ managedFields: [{ manager: "keyturn", fieldsV1: { "f:data": {} } }] });
  });

  test("of a kind that is not installed tells so and goes on", async () => {
    const { informer, errors } = start({ resource: { ...EXTERNAL_SECRETS, plural: "nosuchthings" }, project: () => 1 });
    await eventually("told", () => errors.length > 0);
    expect((errors[0] as KubeError).code).toBe("KubeNotFound");
    expect(informer.isSynced).toBe(false);
    await informer.stop();
  });
});

test("an Event is accepted by the API server and shown with its object", async () => {
  const object = await client.create(EXTERNAL_SECRETS, externalSecret("eventful"));
  const sender = createEventSender(client, { instance: "keyturn-0" });
  sender.send(
    { apiVersion: ESO_VERSION, kind: "ExternalSecret", name: "eventful", namespace, uid: object.metadata.uid ?? "" },
    "Warning",
    "SecretSyncError",
    "no such path",
  );
  await sender.close();
  const events = await client.list(EVENTS, { namespace, fieldSelector: "involvedObject.name=eventful" });
  expect(events).toEqual([
    expect.objectContaining({
      type: "Warning",
      reason: "SecretSyncError",
      message: "no such path",
      source: { component: "keyturn" },
    }),
  ]);
});

test("of three candidates one leads; a release hands over; a lease nobody renews is taken over", async () => {
  const name = `lease-${randomBytes(4).toString("hex")}`;
  const lost: string[] = [];
  // Long enough that no busy moment of this computer loses a lease.
  const elector = (identity: string) =>
    createLease(client, {
      namespace,
      name,
      identity,
      leaseDuration: 60,
      renewDeadline: 40_000,
      retryPeriod: 1_000,
      onLost: () => lost.push(identity),
    });
  const candidates = ["a", "b", "c"].map(elector);
  const led: string[] = [];
  const acquired = candidates.map((candidate) =>
    candidate.acquire().then(
      () => led.push(candidate.identity),
      () => undefined,
    ),
  );
  await eventually("one leads", () => led.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const leading = (): readonly string[] =>
    candidates.filter((candidate) => candidate.isLeader()).map(({ identity }) => identity);
  expect(led).toHaveLength(1);
  // Between two renewals on a very busy computer nobody may call itself leader.
  await eventually("it still leads", leading, (now) => now.length > 0);
  expect(leading()).toEqual(led);
  await candidates.find(({ identity }) => identity === led[0])?.release();
  await eventually("another leads", () => led.length === 2);
  const object = await client.get<KubernetesObject>(LEASES, namespace, name);
  expect(object.spec).toMatchObject({ holderIdentity: led[1], leaseTransitions: 1 });
  await Promise.all(candidates.map((candidate) => candidate.release()));
  await Promise.all(acquired);

  // Someone dies without a word.
  await client.patch(
    LEASES,
    namespace,
    name,
    { spec: { holderIdentity: "dead", leaseDurationSeconds: 2 } },
    { type: "merge" },
  );
  const heir = elector("heir");
  const started = performance.now();
  await heir.acquire();
  expect(performance.now() - started).toBeGreaterThan(1_900);
  await heir.release();
  expect(lost).toEqual([]);
});
