import type { Target } from "../target";
import { unique } from "../target";
import { ABSENT, DENIED, freshMount, NO_TOKEN, read, refusal, tokenWith } from "./answers";

const READ = '{ capabilities = ["read"] }';
const DENY = '{ capabilities = ["deny"] }';

/** What a policy allows: only the best matching pattern counts. */
export function policyContract(open: () => Target): void {
  let mount = "";
  beforeAll(async () => {
    mount = await freshMount(open(), 1);
    for (const path of ["a/b", "a/b/c", "a/bb", "x/y/z", "ab"])
      await open().vault.ask("PUT", `/v1/${mount}/${path}`, { body: { k: "v" } });
  });

  /** Which paths of the mount a policy's token can read. */
  const reads = async (policy: string, paths: readonly string[]): Promise<readonly boolean[]> => {
    const client = open().vaultAs(await tokenWith(open(), policy));
    const results: boolean[] = [];
    for (const path of paths) {
      const { status } = await client.ask("GET", `/v1/${mount}/${path}`);
      expect([200, 403, 404]).toContain(status);
      results.push(status !== 403);
    }
    return results;
  };
  const path = (pattern: string, body: string): string => `path "${mount}/${pattern}" ${body}\n`;

  test.each<[string, (rule: typeof path) => string, Readonly<Record<string, boolean>>]>([
    ["an exact path is that path only", (p) => p("a/b", READ), { "a/b": true, "a/b/c": false, "a/bb": false }],
    [
      "a prefix is everything that begins with it",
      (p) => p("a/b*", READ),
      { "a/b": true, "a/b/c": true, "a/bb": true, ab: false },
    ],
    ["a prefix with a slash is what is below", (p) => p("a/*", READ), { "a/b": true, "a/b/c": true, ab: false }],
    ["+ is one whole segment", (p) => p("+/b", READ), { "a/b": true, "a/b/c": false, "a/bb": false }],
    ["+ in the middle", (p) => p("x/+/z", READ), { "x/y/z": true, "x/y": false, "a/b/c": false }],
    ["+ with a prefix", (p) => p("+/b/*", READ), { "a/b/c": true, "a/b": false }],
    ["* in the middle is a letter", (p) => p("a*/b", READ), { "a/b": false, "ab/b": false }],
    ["+ inside a segment is a letter", (p) => p("a+/b", READ), { "a/b": false, "aa/b": false }],
    ["an exact deny beats a prefix", (p) => p("a/*", READ) + p("a/b", DENY), { "a/b": false, "a/b/c": true }],
    ["an exact read beats a denied prefix", (p) => p("a/*", DENY) + p("a/b", READ), { "a/b": true, "a/b/c": false }],
    [
      "the longer prefix wins",
      (p) => p("*", DENY) + p("a/*", READ) + p("a/b/*", DENY),
      { "a/b": true, "a/b/c": false, ab: false },
    ],
    [
      "a later wildcard wins over an earlier one",
      (p) => p("+/b", DENY) + p("a/+", READ),
      { "a/b": true, "a/bb": true, "x/b": false },
    ],
    [
      "a prefix that is longer than where + stands wins",
      (p) => p("a/+", DENY) + p("a/b*", READ),
      { "a/b": true, "a/bb": true, "a/c": false },
    ],
    ["+ wins over * at the same place", (p) => p("a/+", READ) + p("a/*", DENY), { "a/b": true, "a/b/c": false }],
    ["fewer + win", (p) => p("+/+/z", DENY) + p("+/y/z", READ), { "x/y/z": true, "a/b/z": false }],
    [
      "only the best pattern counts: nothing is added from the others",
      (p) => p("a/*", READ) + p("a/b", '{ capabilities = ["list"] }'),
      { "a/b": false, "a/bb": true },
    ],
    ["no rule is no access", () => 'path "elsewhere/*" { capabilities = ["read"] }', { "a/b": false, ab: false }],
  ])("%s", async (_, policy, expected) => {
    expect(await reads(policy(path), Object.keys(expected))).toEqual(Object.values(expected));
  });

  test("equal patterns of several policies add up, and a deny takes them all", async () => {
    const names: string[] = [];
    for (const capability of ["read", "update", "deny"]) {
      const name = unique(capability);
      names.push(name);
      await open().vault.ask("PUT", `/v1/sys/policies/acl/${name}`, {
        body: { policy: path("a/b", `{ capabilities = ["${capability}"] }`) },
      });
    }
    const token = async (policies: readonly string[]): Promise<string> =>
      read(
        await open().vault.ask("POST", "/v1/auth/token/create", {
          body: { policies, no_default_policy: true, ttl: "10m" },
        }),
      ).auth.client_token;
    const capabilities = async (policies: readonly string[]): Promise<unknown> =>
      read(
        await open().vault.ask("POST", "/v1/sys/capabilities", {
          body: { token: await token(policies), paths: [`${mount}/a/b`] },
        }),
      ).data["capabilities"];
    expect(await capabilities(names.slice(0, 2))).toEqual(["read", "update"]);
    expect(await capabilities(names)).toEqual(["deny"]);
  });

  test("each operation needs its capability; creating and updating are two", async () => {
    const { vault } = open();
    const folder = unique("ops");
    await vault.ask("PUT", `/v1/${mount}/${folder}/there`, { body: { k: "v" } });
    const asks = {
      read: ["GET", `${folder}/there`],
      list: ["GET", `${folder}?list=true`],
      scan: ["GET", `${folder}?scan=true`],
      update: ["PUT", `${folder}/there`],
      create: ["PUT", `${folder}/new`],
      delete: ["DELETE", `${folder}/none`],
    } as const;
    for (const granted of Object.keys(asks) as (keyof typeof asks)[]) {
      const client = open().vaultAs(await tokenWith(open(), path(`${folder}/*`, `{ capabilities = ["${granted}"] }`)));
      const allowed: string[] = [];
      for (const [name, [method, rest]] of Object.entries(asks)) {
        const answer = await client.ask(method, `/v1/${mount}/${rest}`, method === "PUT" ? { body: { k: "v" } } : {});
        if (answer.status === 403) expect(refusal(answer)).toEqual(DENIED);
        else allowed.push(name);
      }
      await vault.ask("DELETE", `/v1/${mount}/${folder}/new`);
      expect(allowed).toEqual([granted]);
    }
  });

  test("a list is allowed by the path with or without its slash", async () => {
    for (const pattern of ["a/", "a", "a/*", "+/", "+"]) {
      const client = open().vaultAs(await tokenWith(open(), path(pattern, '{ capabilities = ["list"] }')));
      const { status } = await client.ask("GET", `/v1/${mount}/a?list=true`);
      expect([pattern, status]).toEqual([pattern, 200]);
    }
  });

  test("KV v2 needs data/ in the rule, and capabilities-self says what is granted", async () => {
    const kv = await freshMount(open(), 2);
    await open().vault.ask("PUT", `/v1/${kv}/data/team/db`, { body: { data: { k: "v" } } });
    const policy = `path "${kv}/data/team/*" { capabilities = ["read"] }\npath "${kv}/metadata/team/*" { capabilities = ["list", "read"] }\npath "sys/capabilities-self" { capabilities = ["update"] }`;
    const client = open().vaultAs(await tokenWith(open(), policy));
    expect((await client.ask("GET", `/v1/${kv}/data/team/db`)).status).toBe(200);
    expect(refusal(await client.ask("GET", `/v1/${kv}/data/team/none`))).toEqual(ABSENT);
    expect(refusal(await client.ask("GET", `/v1/${kv}/data/other/db`))).toEqual(DENIED);
    expect(refusal(await client.ask("PUT", `/v1/${kv}/data/team/db`, { body: { data: {} } }))).toEqual(DENIED);
    expect(refusal(await client.ask("GET", "/v1/no-such-mount/x"))).toEqual(DENIED);
    const { data } = read(
      await client.ask("POST", "/v1/sys/capabilities-self", {
        body: { paths: [`${kv}/data/team/db`, `${kv}/metadata/team/x`, `${kv}/data/other`] },
      }),
    );
    expect(data).toMatchObject({
      [`${kv}/data/team/db`]: ["read"],
      [`${kv}/metadata/team/x`]: ["list", "read"],
      [`${kv}/data/other`]: ["deny"],
    });
    expect((await client.ask("GET", `/v1/sys/internal/ui/mounts/${kv}/team/db`)).status).toBe(200);
    expect((await client.ask("GET", `/v1/sys/internal/ui/mounts/${mount}/x`)).status).toBe(403);
  });

  test("no token, and one that is none, are refused alike", async () => {
    for (const token of ["", "s.nonsense"]) {
      const refused = await open().vaultAs(token).ask("GET", `/v1/${mount}/a/b`);
      expect(refusal(refused)).toEqual(NO_TOKEN);
    }
  });

  test("a policy is stored as it was written, listed and deleted", async () => {
    const { vault } = open();
    const name = unique("stored");
    const text = `# why\npath "${mount}/a" {\n  capabilities = ["read", "list"] // how\n}\n`;
    const at = `/v1/sys/policies/acl/${name}`;
    await vault.ask("PUT", at, { body: { policy: text } });
    expect(read(await vault.ask("GET", at)).data).toMatchObject({ name, policy: text });
    expect(read(await vault.ask("GET", "/v1/sys/policies/acl?list=true")).data.keys).toEqual(
      expect.arrayContaining(["default", "root", name]),
    );
    expect((await vault.ask("DELETE", at)).status).toBe(204);
    expect(refusal(await vault.ask("GET", at))).toEqual(ABSENT);
  });

  test("a policy may be JSON", async () => {
    const policy = JSON.stringify({ path: { [`${mount}/a/b`]: { capabilities: ["read"] } } });
    expect(await reads(policy, ["a/b", "ab"])).toEqual([true, false]);
  });

  test("old short forms still mean what they meant", async () => {
    expect(
      await reads(path("a/*", '{ policy = "read" }') + path("a/b", '{ policy = "deny" }'), ["a/b", "a/bb"]),
    ).toEqual([false, true]);
  });

  test.each([
    ["an unknown capability", 'path "x" { capabilities = ["foo"] }', 'invalid capability "foo"'],
    ["a block that does not end", 'path "x" { ', "failed to parse policy"],
    ["an unknown key", 'paht "x" { capabilities = ["read"] }', 'invalid key "paht"'],
    ["+*", 'path "a/+*" { capabilities = ["read"] }', "'+*' is forbidden"],
    ["nothing", "", "'policy' parameter not supplied or empty"],
  ])("a policy with %s is 400", async (_, policy, message) => {
    const refused = await open().vault.ask("PUT", `/v1/sys/policies/acl/${unique("bad")}`, { body: { policy } });
    expect([refused.status, read(refused).errors[0]]).toEqual([400, expect.stringContaining(message)]);
  });
}
