import type { JsonRecord, KubernetesObject } from "../../../api";
import type { SyncDeps } from "../../../reconciler/sync/deps";
import { storeRecord } from "../../../reconciler/sync/store";
import { Stores } from "../../../reconciler/sync/stores";
import { VaultError } from "../../../reconciler/vault/error";

/** A store whose condition is written by an API server that answers when it is told to. */
function setUp() {
  let version = 1;
  const object = (status: JsonRecord): KubernetesObject => ({
    apiVersion: "external-secrets.io/v1",
    kind: "SecretStore",
    metadata: { name: "vault", namespace: "pay", uid: "u", generation: 1, resourceVersion: String((version += 1)) },
    spec: { provider: { vault: { server: "https://vault.example.com", auth: { tokenSecretRef: { name: "t" } } } } },
    status,
  });
  const ready = { conditions: [{ type: "Ready", status: "True", reason: "Valid", message: "store validated" }] };
  const written: { readonly status: unknown; readonly answer: () => void }[] = [];
  const patch = (_resource: unknown, _namespace: unknown, _name: unknown, body: { readonly status: JsonRecord }) =>
    new Promise<KubernetesObject>((resolve) => {
      const [{ status }] = body.status.conditions as [{ readonly status: string }];
      written.push({ status, answer: () => resolve(object(body.status)) });
    });
  const deps = { kube: { patch }, events: { send: () => undefined } } as unknown as SyncDeps;
  const options = {
    namespaces: [],
    controllerClass: "keyturn",
    strictClass: false,
    concurrency: 1,
    home: "keyturn-system",
    environments: undefined,
  };
  const stores = new Stores(deps, options, () => undefined);
  const store = storeRecord(object(ready));
  stores.upsert(store);
  stores.start();
  return { stores, store, statuses: () => written.map(({ status }) => status), written };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const refused = new VaultError({
  failure: "LoginFailed",
  object: "login at https://vault.example.com",
  address: "https://vault.example.com",
  cause: "permission denied",
  remedy: "correct the token",
});

describe("the condition of a store", () => {
  test("ends as the last word says, also when that came while the one before was being written", async () => {
    const { stores, store, statuses, written } = setUp();
    stores.failed(store, refused);
    expect(statuses()).toEqual(["False"]);
    stores.succeeded(store);
    written[0]?.answer();
    await settled();
    expect(statuses()).toEqual(["False", "True"]);
    written[1]?.answer();
    await settled();
    expect(statuses()).toEqual(["False", "True"]);
  });

  test("is not written again for what it says already", async () => {
    const { stores, store, statuses, written } = setUp();
    stores.succeeded(store);
    expect(statuses()).toEqual([]);
    stores.failed(store, refused);
    stores.failed(store, refused);
    written[0]?.answer();
    await settled();
    stores.failed(store, refused);
    expect(statuses()).toEqual(["False"]);
  });
});
