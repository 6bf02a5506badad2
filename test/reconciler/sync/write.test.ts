import * as fc from "fast-check";
import { dataHash, type JsonRecord, type KubernetesObject } from "../../../api";
import { decide } from "../../../reconciler/sync/decide";
import { metadataOf } from "../../../reconciler/sync/record";
import { secretRecord } from "../../../reconciler/sync/secret-record";
import { decideWrite, secretData, type WriteAction } from "../../../reconciler/sync/write";
import { applied, bytes, edited, externalSecret, synced, type Parts } from "./objects";

const b64 = (text: string): string => Buffer.from(text).toString("base64");
const HASH = "reconcile.external-secrets.io/data-hash";
const MANAGED = "reconcile.external-secrets.io/managed";
const CREATED_BY = "reconcile.external-secrets.io/created-by";

function act(
  data: Readonly<Record<string, string>> | Map<string, Uint8Array>,
  existing: KubernetesObject | undefined,
  parts: Parts = {},
  type = "",
): WriteAction {
  return decideWrite({
    externalSecret: synced(parts),
    metadata: metadataOf(externalSecret(parts)),
    data: data instanceof Map ? data : bytes(data),
    type,
    existing,
  });
}

const foreign = (parts: { data?: Record<string, string>; metadata?: JsonRecord; immutable?: boolean } = {}) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "db", namespace: "payments", uid: "uid-secret", resourceVersion: "7", ...parts.metadata },
  data: parts.data ?? { password: b64("old") },
  ...(parts.immutable === undefined ? {} : { immutable: parts.immutable }),
});

describe("the Secret that is written", () => {
  test("is ESO's, byte for byte: labels, annotations, owner, hash", () => {
    const parts = { metadata: { labels: { app: "shop" }, annotations: { note: "x" } } };
    expect(act({ password: "pw" }, undefined, parts)).toEqual({
      do: "create",
      keys: ["password"],
      secret: {
        apiVersion: "v1",
        kind: "Secret",
        type: "Opaque",
        metadata: {
          name: "db",
          namespace: "payments",
          labels: {
            app: "shop",
            [MANAGED]: "true",
            // sha3-224 of "payments/db"
            [CREATED_BY]: "bc52d1f23a3ceb43f66ae32b24d35d9b5e7dacfb4ae0cc68157ddbc4",
          },
          annotations: { note: "x", [HASH]: dataHash(bytes({ password: "pw" })) },
          ownerReferences: [
            {
              apiVersion: "external-secrets.io/v1",
              kind: "ExternalSecret",
              name: "db",
              uid: "uid-db",
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        data: { password: b64("pw") },
      },
    });
  });

  test("Orphan has no owner and no created-by", () => {
    const action = act({ password: "pw" }, undefined, { spec: { target: { creationPolicy: "Orphan" } } });
    expect(action.do === "create" && action.secret.metadata).toEqual({
      name: "db",
      namespace: "payments",
      labels: { [MANAGED]: "true" },
      annotations: { [HASH]: dataHash(bytes({ password: "pw" })) },
    });
  });

  test("a rotation patches the changed key and the hash, for the version that was read", () => {
    const before = applied(undefined, act({ user: "u", password: "old" }, undefined));
    expect(act({ user: "u", password: "new" }, before)).toEqual({
      do: "patch",
      keys: ["password"],
      patch: {
        metadata: {
          resourceVersion: "1",
          annotations: { [HASH]: dataHash(bytes({ user: "u", password: "new" })) },
        },
        data: { password: b64("new") },
      },
    });
  });

  test("the type is given to a new Secret; another one of an existing Secret is refused, none leaves it as it is", () => {
    const create = act({ password: "pw" }, undefined, {}, "example.com/x");
    expect(create.do === "create" && create.secret.type).toBe("example.com/x");
    const before = applied(undefined, create);
    expect(act({ password: "pw" }, before, {}, "example.com/x")).toEqual({ do: "nothing" });
    expect(act({ password: "pw" }, before)).toEqual({ do: "nothing" });
    expect(act({ password: "pw" }, before, {}, "Opaque")).toEqual({
      do: "refuse",
      message: "could not update secret",
      cause:
        "Secret payments/db has the type example.com/x, which cannot change, and spec.target.template.type is Opaque",
      remedy: "delete the Secret, then it is written anew; or correct the type",
    });
    expect(act({ password: "new" }, foreign(), {}, "Opaque").do).toBe("patch");
  });

  test("a key that is no longer wanted is set null, __proto__ is a key as any other", () => {
    const proto = new Map([["__proto__", Buffer.from("p")]]);
    const before = applied(undefined, act(new Map([...proto, ...bytes({ old: "x" })]), undefined));
    expect([...secretData(before).keys()].sort()).toEqual(["__proto__", "old"]);
    const action = act(proto, before);
    expect(action.do === "patch" && action.patch.data).toEqual({ old: null });
    expect(JSON.stringify(act(proto, undefined))).toContain('"data":{"__proto__":"cA=="}');
  });

  test("own labels and annotations that the ExternalSecret lost go, others stay", () => {
    const parts = { metadata: { labels: { app: "shop" }, annotations: { note: "x" } } };
    const before = edited(applied(undefined, act({ password: "pw" }, undefined, parts)), (secret) => {
      secret.metadata.labels.theirs = "1";
    });
    expect(act({ password: "pw" }, before)).toEqual({
      do: "patch",
      keys: [],
      patch: { metadata: { resourceVersion: "2", labels: { app: null }, annotations: { note: null } } },
    });
  });

  test("a Secret that ESO wrote with the same data needs no write", () => {
    const byEso = applied(undefined, act({ password: "pw" }, undefined));
    expect(act({ password: "pw" }, byEso)).toEqual({ do: "nothing" });
  });

  test("Merge keeps foreign keys, hashes all of them, and leaves a missing Secret missing", () => {
    const parts = { spec: { target: { creationPolicy: "Merge" } } };
    expect(act({ password: "pw" }, undefined, parts)).toEqual({ do: "leave" });
    const action = act({ password: "pw" }, foreign({ data: { theirs: b64("t") } }), parts);
    expect(action).toEqual({
      do: "patch",
      keys: ["password"],
      patch: {
        metadata: {
          resourceVersion: "7",
          labels: { [MANAGED]: "true" },
          annotations: { [HASH]: dataHash(bytes({ password: "pw", theirs: "t" })) },
        },
        data: { password: b64("pw") },
      },
    });
  });
});

describe("what is not written", () => {
  const owner = (kind: string, name: string, uid: string, apiVersion = "external-secrets.io/v1") => ({
    metadata: { ownerReferences: [{ apiVersion, kind, name, uid, controller: true }] },
  });

  test.each<[string, WriteAction, string, string]>([
    [
      "an unmanaged Secret whose keys would be lost",
      act({ password: "pw" }, foreign({ data: { b: b64("1"), a: b64("2"), password: b64("3") } })),
      "could not update secret",
      "Secret payments/db exists already and its keys a, b would be lost",
    ],
    [
      "another ExternalSecret's Secret",
      act({ password: "pw" }, foreign(owner("ExternalSecret", "other", "uid-2"))),
      "target is owned by another ExternalSecret",
      "Secret payments/db belongs to ExternalSecret other",
    ],
    [
      "another controller's Secret",
      act({ password: "pw" }, foreign(owner("Certificate", "tls", "uid-3", "cert-manager.io/v1"))),
      "failed to take ownership of target secret",
      "Secret payments/db is controlled by Certificate tls",
    ],
    [
      "an immutable Secret with other data",
      act({ password: "pw" }, foreign({ immutable: true })),
      "could not update secret, target is immutable",
      "Secret payments/db is immutable and its data would change",
    ],
    [
      "a bad key",
      act({ "pass word": "pw" }, undefined),
      "could not update secret",
      'the key "pass word" may only have letters, digits, "-", "_" and "."',
    ],
    [
      "more than a Secret holds",
      act({ a: "x".repeat(1024 * 1024), b: "y" }, undefined),
      "could not update secret",
      "the values have 1048577 bytes together, a Secret holds at most 1048576",
    ],
  ])("%s", (_name, action, message, cause) => {
    expect(action).toMatchObject({ do: "refuse", message, cause });
  });

  test("the annotation keyturn.dev/adopt takes the unmanaged Secret over", () => {
    const secret = foreign({ data: { a: b64("2") } });
    const refused = act({ password: "pw" }, secret);
    expect(refused.do === "refuse" && refused.remedy).toContain('keyturn.dev/adopt: "true"');
    const adopted = act({ password: "pw" }, secret, { metadata: { annotations: { "keyturn.dev/adopt": "true" } } });
    expect(adopted.do === "patch" && adopted.patch.data).toEqual({ password: b64("pw"), a: null });
  });

  test("whose the ExternalSecret is comes with the next change of the Secret, never by a write of its own", () => {
    const whose = { "keyturn.dev/environment": "prod", "keyturn.dev/team": "payments" };
    const declared = { metadata: { annotations: { ...whose } } };
    const before = applied(undefined, act({ password: "pw" }, undefined));
    expect(act({ password: "pw" }, before, declared)).toEqual({ do: "nothing" });
    const changed = act({ password: "new" }, before, declared);
    expect(changed).toMatchObject({ do: "patch", keys: ["password"], patch: { metadata: { annotations: whose } } });
    const after = applied(before, changed);
    const moved = { metadata: { annotations: { ...whose, "keyturn.dev/team": "shop" } } };
    expect(act({ password: "new" }, after, moved)).toMatchObject({
      do: "patch",
      keys: [],
      patch: { metadata: { annotations: { "keyturn.dev/team": "shop" } } },
    });
    expect(act({ password: "new" }, after)).toMatchObject({
      do: "patch",
      patch: { metadata: { annotations: { "keyturn.dev/environment": null, "keyturn.dev/team": null } } },
    });
    // Anything else that is missing is written, and they with it.
    expect(act({ password: "pw" }, before, { metadata: { annotations: { ...whose, note: "x" } } })).toMatchObject({
      do: "patch",
      keys: [],
      patch: { metadata: { annotations: { ...whose, note: "x" } } },
    });
  });

  test("an unmanaged Secret that loses no key is taken over", () => {
    expect(act({ password: "pw" }, foreign()).do).toBe("patch");
  });

  test("exactly 1 MiB is written", () => {
    expect(act({ a: "x".repeat(1024 * 1024) }, undefined).do).toBe("create");
  });
});

describe("laws", () => {
  const name = fc.constantFrom("a", "b", "c", "__proto__", "password");
  const map = fc.dictionary(name, fc.string({ maxLength: 4 }), { maxKeys: 4, noNullPrototype: true });
  const data = fc
    .array(fc.tuple(name, fc.uint8Array({ maxLength: 4 })), { minLength: 1, maxLength: 4 })
    .map((entries) => new Map(entries));
  const whose = fc.dictionary(
    fc.constantFrom("keyturn.dev/environment", "keyturn.dev/team"),
    fc.constantFrom("prod", "shop"),
    { maxKeys: 2, noNullPrototype: true },
  );
  const metadata = fc.record({ labels: map, annotations: map, whose }).map(({ whose: own, annotations, ...rest }) => ({
    ...rest,
    annotations: Object.fromEntries([...Object.entries(annotations), ...Object.entries(own)]),
  }));
  const policy = fc.constantFrom("Owner", "Orphan", "CreateOrMerge");

  test("after a write, deciding again writes nothing and the Secret counts as written, without a read", () => {
    fc.assert(
      fc.property(data, data, metadata, metadata, policy, (first, second, before, after, creationPolicy) => {
        const parts = (meta: JsonRecord, keys: Iterable<string>): Parts => ({
          metadata: meta,
          spec: {
            target: { creationPolicy },
            data: [...keys].map((secretKey) => ({ secretKey, remoteRef: { key: "p" } })),
          },
        });
        const one = applied(undefined, act(first, undefined, parts(before, first.keys())));
        const next = parts(after, second.keys());
        const write = act(second, one, next);
        const two = write.do === "nothing" ? one : applied(one, write);
        expect(act(second, two, next)).toEqual({ do: "nothing" });
        const action = decide({
          externalSecret: synced(next),
          target: secretRecord(two),
          checked: undefined,
          knownKeys: undefined,
          heldUntil: undefined,
          wanted: false,
          shared: false,
          now: Date.parse("2026-11-24T12:00:01Z"),
        });
        expect(action.do).toBe("wait");
      }),
    );
  });

  test("whatever somebody else changes, the next write restores what was wanted and nothing else", () => {
    fc.assert(
      fc.property(data, metadata, map, map, (wanted, meta, theirData, theirLabels) => {
        const parts = { metadata: meta };
        const ours = applied(undefined, act(wanted, undefined, parts));
        const theirs = edited(ours, (secret) => {
          secret.data = Object.fromEntries(Object.entries(theirData).map(([key, value]) => [key, b64(value)]));
          secret.metadata.labels = { ...secret.metadata.labels, ...theirLabels };
        });
        const write = act(wanted, theirs, parts);
        const after = write.do === "nothing" ? theirs : applied(theirs, write);
        expect(secretData(after)).toEqual(new Map([...wanted].map(([key, value]) => [key, Buffer.from(value)])));
        expect(after.metadata.labels).toEqual({ ...theirLabels, ...ours.metadata.labels });
      }),
    );
  });

  test("no refusal shows a value", () => {
    const canary = "CANARY-7f3a";
    const secret = foreign({ data: { lost: b64(canary), password: b64(canary) }, immutable: true });
    for (const action of [
      act({ "bad key": canary }, secret),
      act({ password: canary }, secret),
      act({ password: canary, lost: "x" }, secret),
    ])
      expect(JSON.stringify(action)).not.toContain(canary);
  });
});
