import { appSecret, consumer, environment, plan, secretUse, team, type SecretUseSpec } from "keyturn";
import { CANARIES, payments, refusal } from "./fixtures";

const db = appSecret("db", {
  team: payments,
  name: "app-db",
  keys: { USER: "db#username", PASSWORD: "db#password", "tls.crt": "db#cert", "tls.key": "db#key" },
});
const use = (spec: unknown) => secretUse(db, spec as SecretUseSpec);
const ref = (key: string) => ({ secretKeyRef: { name: "app-db", key } });

describe("the use of a Secret by containers", () => {
  it("is environment variables named as the keys", () => {
    expect(use({ env: ["USER", "PASSWORD"] })).toEqual({
      env: [
        { name: "USER", valueFrom: ref("USER") },
        { name: "PASSWORD", valueFrom: ref("PASSWORD") },
      ],
      envFrom: [],
      volumes: [],
      volumeMounts: [],
      keys: ["PASSWORD", "USER"],
    });
  });

  it("is environment variables of other names, also of one key", () => {
    const { env, keys } = use({ env: { PGPASSWORD: "PASSWORD", DB_PASSWORD: "PASSWORD" } });
    expect(env).toEqual([
      { name: "PGPASSWORD", valueFrom: ref("PASSWORD") },
      { name: "DB_PASSWORD", valueFrom: ref("PASSWORD") },
    ]);
    expect(keys).toEqual(["PASSWORD"]);
  });

  it("is a volume of some keys, read-only, with modes where they are given", () => {
    expect(
      use({
        volume: {
          mountPath: "/etc/db",
          items: ["tls.crt", { key: "tls.key", path: "private/server.key", mode: 0o400 }],
          defaultMode: 0o440,
        },
      }),
    ).toEqual({
      env: [],
      envFrom: [],
      volumes: [
        {
          name: "app-db",
          secret: {
            secretName: "app-db",
            items: [
              { key: "tls.crt", path: "tls.crt" },
              { key: "tls.key", path: "private/server.key", mode: 256 },
            ],
            defaultMode: 288,
          },
        },
      ],
      volumeMounts: [{ name: "app-db", mountPath: "/etc/db", readOnly: true }],
      keys: ["tls.crt", "tls.key"],
    });
  });

  it.each<[SecretUseSpec, readonly string[] | undefined]>([
    [{ env: ["USER"], volume: { mountPath: "/x", items: ["tls.crt"] } }, ["USER", "tls.crt"]],
    [{ envFrom: true }, undefined],
    [{ envFrom: { prefix: "DB_" }, env: ["USER"] }, undefined],
    [{ volume: { mountPath: "/x" }, env: ["USER"] }, undefined],
    [{ envFrom: false, env: ["USER"] }, ["USER"]],
  ])("%j uses the keys %j", (spec, keys) => {
    expect(use(spec).keys).toEqual(keys);
  });

  it("rolls for exactly those keys", () => {
    const { keys = [] } = use({ env: { A: "PASSWORD" }, volume: { mountPath: "/x", items: ["tls.key"] } });
    expect(plan([consumer(db, { kind: "Deployment", name: "checkout" }, { keys })]).consumers[0]?.annotations).toEqual({
      "keyturn.dev/rollout-on": "app-db/PASSWORD,app-db/tls.key",
    });
  });

  it("takes every key of the Secret with envFrom, under a prefix where one is given", () => {
    expect(use({ envFrom: true }).envFrom).toEqual([{ secretRef: { name: "app-db" } }]);
    expect(use({ envFrom: { prefix: "DB_" } }).envFrom).toEqual([{ prefix: "DB_", secretRef: { name: "app-db" } }]);
    expect(use({ envFrom: {} }).envFrom).toEqual([{ secretRef: { name: "app-db" } }]);
  });

  it("names the volume after the Secret, as far as that can be a volume's name", () => {
    const named = (name: string, spec: object = {}) =>
      secretUse(appSecret("x", { team: payments, name, keys: { A: "a#b" } }), {
        volume: { mountPath: "/x", ...spec },
      }).volumes[0]?.name;
    expect(named("a.b-c")).toBe("a-b-c");
    expect(named("a", { name: "other" })).toBe("other");
    const long = "a".repeat(64);
    expect(named(long, { name: "short" })).toBe("short");
    expect(refusal(() => named(long))).toEqual([
      'AppSecret "x" › use.volume.name: is missing; the name of the Secret is too long for that of a volume',
    ]);
  });

  it("takes every key where nobody knows which the Secret will have", () => {
    const open = appSecret("open", { team: payments, from: ["db"] });
    expect(secretUse(open, { env: ["ANY"] }).keys).toEqual(["ANY"]);
  });

  const wrong: readonly (readonly [unknown, readonly string[]])[] = [
    [{}, [": says nothing; write env, envFrom or volume"]],
    [{ envFrom: false }, [": says nothing; write env, envFrom or volume"]],
    [undefined, [": is missing", ": says nothing; write env, envFrom or volume"]],
    [{ env: [], environment: 1 }, [".environment: is not a known field", ".env: is empty; leave it out"]],
    [
      { env: ["PASWORD", 7, "USER", "USER"] },
      [
        '.env[0]: "PASWORD" is not a key of the Secret (PASSWORD, USER, tls.crt, tls.key); did you mean "PASSWORD"?',
        ".env[1]: must be a text, not number",
        '.env[3]: "USER" is there twice',
      ],
    ],
    [
      { env: { "1X": "USER", "A B": "PASSWORD", OK: "" } },
      [
        '.env["1X"]: "1X" is not a name for an environment variable (letters, digits, "_", "-" and ".", no digit in front); write { NAME: key }',
        '.env["A B"]: "A B" is not a name for an environment variable (letters, digits, "_", "-" and ".", no digit in front); write { NAME: key }',
        ".env.OK: is empty",
      ],
    ],
    [{ env: {} }, [".env: is empty; leave it out"]],
    [{ env: "USER" }, [".env: must be an object, not string", ".env: is empty; leave it out"]],
    [{ envFrom: "DB_" }, [".envFrom: must be an object, not string"]],
    [
      { envFrom: { prefix: "9" } },
      ['.envFrom.prefix: "9" cannot begin an environment variable (letters, digits and "_")'],
    ],
    [{ volume: {} }, [".volume.mountPath: is missing"]],
    [{ volume: { mountPath: "etc/db" } }, ['.volume.mountPath: "etc/db" is not absolute; begin with "/"']],
    [{ volume: { mountPath: "/" } }, ['.volume.mountPath: "/" is the root; name a folder']],
    [{ volume: { mountPath: "/a/../b" } }, ['.volume.mountPath: "/a/../b" may not have "." or ".." in it']],
    [{ volume: { mountPath: "/a:b" } }, ['.volume.mountPath: "/a:b" may not have a ":"']],
    [
      { volume: { mountPath: "/x", items: [], name: "A", mode: 1 } },
      [
        ".volume.mode: is not a known field",
        ".volume.items: is empty; leave it out for all keys",
        '.volume.name: "A" is not a DNS label (lower-case letters, digits and "-", at most 63 characters)',
      ],
    ],
    [
      {
        volume: {
          mountPath: "/x",
          items: [
            "tls.crt",
            { key: "tls.crt", path: "b" },
            { key: "USER", path: "b" },
            { key: "tls.keys" },
            { key: "PASSWORD", path: "../up" },
            { key: "tls.key", path: "/etc/x", mode: "0400" },
            5,
          ],
        },
      },
      [
        '.volume.items[1]: key "tls.crt" is there twice',
        '.volume.items[2]: path "b" is there twice',
        '.volume.items[3].key: "tls.keys" is not a key of the Secret (PASSWORD, USER, tls.crt, tls.key); did you mean "tls.key"?',
        '.volume.items[4].path: "../up" may not have empty segments, "." or ".." in it',
        '.volume.items[5].path: "/etc/x" is absolute; it is below the mountPath',
        ".volume.items[5].mode: must be a number from 0 to 0o777, like 0o440",
        ".volume.items[6]: must be an object, not number",
      ],
    ],
    [
      { volume: { mountPath: "/x", defaultMode: 400 } },
      [".volume.defaultMode: is 400 as a decimal number; write 0o400"],
    ],
    [
      { volume: { mountPath: "/x", defaultMode: 644 } },
      [".volume.defaultMode: must be a number from 0 to 0o777, like 0o440"],
    ],
    [
      { volume: { mountPath: "/x", defaultMode: -1 } },
      [".volume.defaultMode: must be a number from 0 to 0o777, like 0o440"],
    ],
  ];
  it.each(wrong)("%j is refused with every problem", (spec, expected) => {
    expect(refusal(() => use(spec))).toEqual(expected.map((line) => `AppSecret "db" › use${line}`));
  });

  it("shows no value that was pasted where a name belongs", () => {
    for (const canary of CANARIES) {
      const lines = refusal(() =>
        use({
          env: { [canary]: canary, B: canary },
          envFrom: { prefix: canary },
          volume: { mountPath: canary, name: canary, items: [canary, { key: "USER", path: `/${canary}` }] },
        }),
      );
      expect(lines.length).toBeGreaterThan(4);
      // A harmless-looking text is quoted as what it was taken for; those that look like secrets are not.
      if (canary !== CANARIES[0]) expect(lines.join("\n")).not.toContain(canary);
    }
  });

  it("needs a Secret, and plain values", () => {
    const open = environment("eso", {
      vault: { address: "https://v:8200", kv: { mount: "m" }, login: { kubernetes: { mount: "k" } } },
      reconciler: { install: false },
    });
    const config = appSecret("db", {
      team: team(open, "a", { namespaces: ["a"] }),
      keys: { A: "a#b" },
      manifest: { apiVersion: "v1", kind: "ConfigMap" },
    });
    expect(refusal(() => secretUse(config, { env: ["A"] }))).toEqual([
      'AppSecret "db" › use: has nothing to use: a ConfigMap is made, no Secret',
    ]);
    expect(refusal(() => use({ env: [Promise.resolve("USER")], volume: { mountPath: "/x" } }))).toEqual([
      'AppSecret "db" › use.env[0]: is a Pulumi Output or Promise; names, paths and keys must be plain values, known before anything is deployed',
    ]);
  });

  it("refuses what is wrong with the AppSecret itself first", () => {
    const eso = environment("eso", {
      vault: { address: "https://v:8200", kv: { mount: "m" }, login: { kubernetes: { mount: "k" } } },
    });
    const wrongSecret = appSecret("db", { team: team(eso, "a", { namespaces: ["a"] }), keys: {} });
    expect(refusal(() => secretUse(wrongSecret, { envFrom: true }))).toEqual([
      'AppSecret "db" › keys: is empty; a Secret without keys is of no use',
    ]);
  });
});
