import { decide, refreshAfter, type DueInput } from "../../../reconciler/sync/decide";
import { secretRecord, type SecretRecord } from "../../../reconciler/sync/secret-record";
import { decideWrite } from "../../../reconciler/sync/write";
import { externalSecretRecord, metadataOf, type ExternalSecretRecord } from "../../../reconciler/sync/record";
import { applied, bytes, edited, externalSecret, synced, type LooseSecret, type Parts } from "./objects";

const T0 = Date.parse("2026-11-24T12:00:00Z");
const HOUR = 3_600_000;

/** The Secret as written for the record, trimmed. */
function written(record: ExternalSecretRecord, data = bytes({ password: "pw" })): SecretRecord {
  return secretRecord(writtenObject(record, data));
}

function writtenObject(record: ExternalSecretRecord, data = bytes({ password: "pw" })) {
  const metadata = record.metadata ?? metadataOf(externalSecret());
  return applied(
    undefined,
    decideWrite({ externalSecret: record, metadata, data, type: "", existing: undefined }),
    record.name,
  );
}

function input(record: ExternalSecretRecord, more: Partial<DueInput> = {}): DueInput {
  return {
    externalSecret: record,
    target: "target" in more ? more.target : written(record),
    checked: undefined,
    knownKeys: undefined,
    heldUntil: undefined,
    wanted: false,
    shared: false,
    now: T0 + 60_000,
    ...more,
  };
}

describe("when a refresh is due (reference/eso.md 2.5)", () => {
  test("in step: nothing, until the interval less its jitter is over", () => {
    const record = synced();
    expect(decide(input(record))).toEqual({ do: "wait", for: refreshAfter(record) - 60_000 });
  });

  test("the jitter takes at most a tenth of the interval, fixed by the uid", () => {
    const waits = ["a", "b", "c", "d", "e"].map((uid) => refreshAfter(synced({ metadata: { uid } })));
    for (const wait of waits) {
      expect(wait).toBeGreaterThan(0.9 * HOUR);
      expect(wait).toBeLessThanOrEqual(HOUR);
    }
    expect(new Set(waits).size).toBe(5);
    expect(refreshAfter(synced({ metadata: { uid: "a" } }))).toBe(waits[0]);
  });

  test.each<[string, Parts, Partial<DueInput>, string | undefined]>([
    ["never synced", { status: { syncedResourceVersion: "" } }, {}, "never synced"],
    ["no refresh time", { status: { refreshTime: undefined } }, {}, "never synced"],
    ["a changed spec, label or annotation", { status: { syncedResourceVersion: "0-other" } }, {}, "new version"],
    ["the interval is over", {}, { now: T0 + HOUR }, "interval"],
    ["a refresh time in the future", {}, { now: T0 - HOUR }, "refresh time in the future"],
    [
      "this process looked after it",
      {},
      { now: T0 + HOUR, checked: { at: T0 + HOUR - 1000, version: "*" } },
      undefined,
    ],
    [
      "a future refresh time it already looked at",
      {},
      { now: T0 - HOUR, checked: { at: T0 - HOUR, version: "*" } },
      undefined,
    ],
    [
      "a look at an older version does not count",
      {},
      { now: T0 + HOUR, checked: { at: T0 + HOUR, version: "0-x" } },
      "interval",
    ],
    ["a shared path, inside the jitter window", {}, { now: T0 + 0.9 * HOUR, shared: true }, "interval"],
    ["a shared path, before the jitter window", {}, { now: T0 + 0.89 * HOUR, shared: true }, undefined],
    ["interval 0, synced once", { spec: { refreshInterval: "0" } }, { now: T0 + 100 * HOUR }, undefined],
    [
      "interval 0, changed spec (as ESO)",
      { spec: { refreshInterval: "0s" }, status: { syncedResourceVersion: "0-x" } },
      {},
      undefined,
    ],
    [
      "interval 0, never synced",
      { spec: { refreshInterval: "0" }, status: { syncedResourceVersion: "" } },
      {},
      "never synced",
    ],
    ["OnChange, unchanged", { spec: { refreshPolicy: "OnChange" } }, { now: T0 + 100 * HOUR }, undefined],
    [
      "OnChange, changed",
      { spec: { refreshPolicy: "OnChange" }, status: { syncedResourceVersion: "0-x" } },
      {},
      "new version",
    ],
    [
      "OnChange, never",
      { spec: { refreshPolicy: "OnChange" }, status: { refreshTime: undefined } },
      {},
      "never synced",
    ],
    [
      "CreatedOnce, changed",
      { spec: { refreshPolicy: "CreatedOnce" }, status: { syncedResourceVersion: "0-x" } },
      {},
      undefined,
    ],
    [
      "CreatedOnce, never",
      { spec: { refreshPolicy: "CreatedOnce" }, status: { syncedResourceVersion: "" } },
      {},
      "never synced",
    ],
    ["its store changed", {}, { wanted: true }, "wanted"],
    ["the last attempt failed", { status: { conditions: [{ type: "Ready", status: "False" }] } }, {}, "not ready"],
  ])("%s", (_name, parts, more, because) => {
    const record = synced(parts);
    const checked = more.checked?.version === "*" ? { at: more.checked.at, version: record.version } : more.checked;
    const action = decide(input(record, { ...more, checked }));
    if (because === undefined) expect(action.do).toBe("wait");
    else expect(action).toEqual({ do: "sync", because });
  });

  test("an interval far below a second is slowed to one second", () => {
    expect(refreshAfter(synced({ spec: { refreshInterval: "1ms" } }))).toBe(1000);
  });

  test("OnChange and CreatedOnce are not looked at again by time", () => {
    expect(decide(input(synced({ spec: { refreshPolicy: "OnChange" } })))).toEqual({ do: "wait", for: undefined });
  });

  test("a failure holds the object back, whatever else is due", () => {
    expect(decide(input(synced(), { heldUntil: T0 + 65_000, now: T0 + 60_000, wanted: true }))).toEqual({
      do: "wait",
      for: 5000,
    });
    expect(decide(input(synced(), { heldUntil: T0, wanted: true })).do).toBe("sync");
  });

  test("a spec that cannot be carried out is refused with the field named", () => {
    const record = synced({ spec: { target: { immutable: true } } });
    expect(decide(input(record))).toEqual({ do: "refuse", problem: "spec.target.immutable is not supported yet" });
  });

  test("being deleted, only ESO's finalizer is released", () => {
    const deletionTimestamp = "2026-11-24T12:00:00Z";
    const finalizers = ["externalsecrets.external-secrets.io/externalsecret-cleanup"];
    expect(decide(input(synced({ metadata: { deletionTimestamp, finalizers } })))).toEqual({ do: "release" });
    expect(decide(input(synced({ metadata: { deletionTimestamp, finalizers: ["other"] } })))).toEqual({
      do: "wait",
      for: undefined,
    });
  });
});

describe("whether the Secret is as written, from its metadata alone", () => {
  const record = synced({ metadata: { labels: { app: "shop" }, annotations: { note: "x" } } });
  const object = writtenObject(record);
  const change = (edit: (secret: LooseSecret) => void): SecretRecord => secretRecord(edited(object, edit));
  const act = (target: SecretRecord | undefined, more: Partial<DueInput> = {}) =>
    decide(input(record, { target, ...more }));

  test("written by us or by ESO: right, no read", () => {
    expect(act(secretRecord(object)).do).toBe("wait");
  });

  test("deleted, or its managed label taken off: written again", () => {
    expect(act(undefined)).toEqual({ do: "sync", because: "Secret missing" });
  });

  test("a value changed by somebody else: read once", () => {
    expect(act(change((secret) => (secret.data.password = "b3RoZXI=")))).toEqual({ do: "verify" });
  });

  test("a key removed by somebody else leaves no owner, but its name is missing", () => {
    expect(act(change((secret) => delete secret.data.password))).toEqual({ do: "sync", because: "Secret changed" });
  });

  test("a key added by somebody else: read once", () => {
    expect(act(change((secret) => (secret.data.extra = "eA==")))).toEqual({ do: "verify" });
  });

  test("the data hash removed: written again", () => {
    const target = change((secret) => delete secret.metadata.annotations["reconcile.external-secrets.io/data-hash"]);
    expect(act(target)).toEqual({ do: "sync", because: "Secret changed" });
  });

  test("a copied label changed or removed by somebody else: read once", () => {
    const labels = (edit: (labels: Record<string, string>) => void): SecretRecord =>
      change((secret) => edit(secret.metadata.labels));
    expect(act(labels((map) => (map.app = "other")))).toEqual({ do: "verify" });
    expect(act(labels((map) => delete map.app))).toEqual({ do: "verify" });
    expect(act(labels((map) => (map.theirs = "x"))).do).toBe("wait");
  });

  test("read once and found right: not read again for this version", () => {
    const target = change((secret) => (secret.data.extra = "eA=="));
    target.verified = true;
    expect(act(target).do).toBe("wait");
  });

  test("the owner reference gone: written again", () => {
    const target = change((secret) => (secret.metadata.ownerReferences = []));
    expect(act(target)).toEqual({ do: "sync", because: "Secret changed" });
  });

  test("with extract only the last known names can tell that a key is missing", () => {
    const extract = synced({ spec: { data: undefined, dataFrom: [{ extract: { key: "payments/db" } }] } });
    const target = written(extract, bytes({ a: "1" }));
    expect(decide(input(extract, { target })).do).toBe("wait");
    expect(decide(input(extract, { target, knownKeys: ["a", "b"] }))).toEqual({
      do: "sync",
      because: "Secret changed",
    });
  });

  test("Orphan is never repaired before its refresh, as in ESO; Merge waits for a Secret that is not there", () => {
    const orphan = synced({ spec: { target: { creationPolicy: "Orphan" } } });
    expect(decide(input(orphan, { target: undefined })).do).toBe("wait");
    const merge = synced({ spec: { target: { creationPolicy: "Merge" } } });
    expect(decide(input(merge, { target: undefined })).do).toBe("wait");
  });
});

test("the record of an object that is no ExternalSecret at all carries the problem instead of throwing", () => {
  const broken = {
    ...externalSecret(),
    spec: { data: [{ secretKey: 7, remoteRef: "x" }], refreshInterval: 5 },
  } as never;
  const record = externalSecretRecord(broken);
  expect(record.spec.problem).toBe(
    "spec.data[0].secretKey is missing or not a string; spec.data[0].remoteRef is missing or not an object; " +
      "spec.refreshInterval is not a string",
  );
  expect(decide(input(record, { target: undefined })).do).toBe("refuse");
});
