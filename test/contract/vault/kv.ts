import type { Answer } from "../http";
import type { Target } from "../target";
import { ABSENT, freshMount, read, refusal } from "./answers";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Reading and writing secrets, KV version 1 and 2. */
export function kvContract(open: () => Target): void {
  let [v1, v2] = ["", ""];
  const get = (path: string): Promise<Answer> => open().vault.ask("GET", `/v1/${path}`);
  const put = (path: string, body?: unknown): Promise<Answer> => open().vault.ask("PUT", `/v1/${path}`, { body });
  const remove = (path: string): Promise<Answer> => open().vault.ask("DELETE", `/v1/${path}`);
  const write = async (name: string, data: object, options?: object): Promise<Answer> =>
    put(`${v2}/data/${name}`, { data, ...(options === undefined ? {} : { options }) });

  beforeAll(async () => {
    v1 = await freshMount(open(), 1);
    v2 = await freshMount(open(), 2);
  });

  test("v2: a write answers the new version, a read the data and its metadata", async () => {
    const written = await write("team/app", { user: "u", password: "p" });
    const version = {
      created_time: expect.stringMatching(TIME) as unknown,
      custom_metadata: null,
      deletion_time: "",
      destroyed: false,
      version: 1,
    };
    expect([written.status, read(written).data]).toEqual([200, version]);
    const answer = await get(`${v2}/data/team/app`);
    expect([answer.status, read(answer)]).toEqual([
      200,
      {
        request_id: expect.any(String) as unknown,
        lease_id: "",
        renewable: false,
        lease_duration: 0,
        data: { data: { password: "p", user: "u" }, metadata: version },
        wrap_info: null,
        warnings: null,
        auth: null,
      },
    ]);
  });

  test("v2: an explicit version is read, zero and none mean the newest, one that never was is 404", async () => {
    await write("versions", { x: "1" });
    await write("versions", { x: "2" });
    const at = async (query: string): Promise<unknown> => read(await get(`${v2}/data/versions${query}`)).data.data;
    expect([
      await at("?version=1"),
      await at("?version=2"),
      await at("?version=0"),
      await at("?version="),
      await at(""),
    ]).toEqual([{ x: "1" }, { x: "2" }, { x: "2" }, { x: "2" }, { x: "2" }]);
    expect(refusal(await get(`${v2}/data/versions?version=9`))).toEqual(ABSENT);
    expect((await get(`${v2}/data/versions?version=x`)).status).toBe(400);
  });

  test("v2: a path without a secret is 404 without errors, and so is a path that is none", async () => {
    expect(refusal(await get(`${v2}/data/none`))).toEqual(ABSENT);
    const wrong = await get(`${v2}/none`);
    expect([wrong.status, read(wrong).data, read(wrong).errors]).toEqual([404, null, undefined]);
    expect(read(wrong).warnings?.[0]).toContain("Invalid path for a versioned K/V secrets engine");
    expect(refusal(await get("no-such-mount/data/x"))).toEqual([
      404,
      ['no handler for route "no-such-mount/data/x". route entry not found.'],
    ]);
  });

  test("v2: a deleted version is 404 with a body that says when, and comes back", async () => {
    await write("deleted", { x: "1" });
    expect((await remove(`${v2}/data/deleted`)).status).toBe(204);
    const gone = await get(`${v2}/data/deleted`);
    expect([gone.status, read(gone).errors, read(gone).data]).toEqual([
      404,
      undefined,
      {
        data: null,
        metadata: expect.objectContaining({
          deletion_time: expect.stringMatching(TIME) as unknown,
          destroyed: false,
          version: 1,
        }) as unknown,
      },
    ]);
    expect((await put(`${v2}/undelete/deleted`, { versions: [1] })).status).toBe(204);
    expect(read(await get(`${v2}/data/deleted`)).data.data).toEqual({ x: "1" });
    await write("deleted", { x: "2" });
    expect((await put(`${v2}/delete/deleted`, { versions: [1] })).status).toBe(204);
    expect((await get(`${v2}/data/deleted?version=1`)).status).toBe(404);
    expect(read(await get(`${v2}/data/deleted`)).data.data).toEqual({ x: "2" });
  });

  test("v2: a destroyed version is 404 with a body and never comes back", async () => {
    await write("destroyed", { x: "1" });
    expect((await put(`${v2}/destroy/destroyed`, { versions: [1] })).status).toBe(204);
    await put(`${v2}/undelete/destroyed`, { versions: [1] });
    const gone = await get(`${v2}/data/destroyed`);
    expect([gone.status, read(gone).data.data, read(gone).data.metadata]).toEqual([
      404,
      null,
      expect.objectContaining({ deletion_time: "", destroyed: true, version: 1 }),
    ]);
    expect(refusal(await put(`${v2}/destroy/destroyed`, {}))).toEqual([400, ["no version number provided"]]);
    expect(refusal(await put(`${v2}/delete/destroyed`, {}))).toEqual([400, ["No version number provided"]]);
  });

  test("v2: check-and-set refuses a stale version", async () => {
    const refused = [400, ["check-and-set parameter did not match the current version"]];
    expect((await write("cas", { x: "1" }, { cas: 0 })).status).toBe(200);
    expect(refusal(await write("cas", { x: "2" }, { cas: 0 }))).toEqual(refused);
    expect((await write("cas", { x: "2" }, { cas: 1 })).status).toBe(200);
    await put(`${v2}/metadata/cas`, { cas_required: true });
    expect(refusal(await write("cas", { x: "3" }))).toEqual([400, ["check-and-set parameter required for this call"]]);
  });

  test("v2: metadata tells the versions and keeps custom fields", async () => {
    await write("meta", { x: "1" });
    await write("meta", { x: "2" });
    expect((await put(`${v2}/metadata/meta`, { custom_metadata: { owner: "payments" }, max_versions: 2 })).status).toBe(
      204,
    );
    await write("meta", { x: "3" });
    const { data } = read(await get(`${v2}/metadata/meta`));
    expect(data).toMatchObject({
      current_version: 3,
      oldest_version: 2,
      max_versions: 2,
      cas_required: false,
      custom_metadata: { owner: "payments" },
      delete_version_after: "0s",
    });
    expect(Object.keys(data.versions)).toEqual(["2", "3"]);
    expect(read(await get(`${v2}/data/meta`)).data.metadata["custom_metadata"]).toEqual({ owner: "payments" });
    expect((await remove(`${v2}/metadata/meta`)).status).toBe(204);
    expect(refusal(await get(`${v2}/metadata/meta`))).toEqual(ABSENT);
    expect(refusal(await get(`${v2}/data/meta`))).toEqual(ABSENT);
  });

  test("v2: folders are listed level by level, or all at once by a scan", async () => {
    for (const name of ["tree/a", "tree/b/c", "tree/b/d/e"]) await write(name, { x: "1" });
    const keys = async (path: string): Promise<readonly string[]> =>
      [...read(await get(`${v2}/${path}`)).data.keys].sort();
    expect(await keys("metadata/tree?list=true")).toEqual(["a", "b/"]);
    expect(await keys("metadata/tree/b/?list=true")).toEqual(["c", "d/"]);
    expect(await keys("metadata/tree?list=true&after=a")).toEqual(["b/"]);
    expect(await keys("metadata/tree?list=true&limit=1")).toEqual(["a"]);
    expect(await keys("metadata/tree?scan=true")).toEqual(["a", "b/c", "b/d/e"]);
    expect(refusal(await get(`${v2}/metadata/none?list=true`))).toEqual(ABSENT);
    const detailed = read(await get(`${v2}/detailed-metadata/tree?scan=true`)).data;
    expect(detailed["key_info"]).toMatchObject({
      a: { current_version: 1 },
      "b/c": { current_version: 1 },
      "b/d/e": {},
    });
    expect(read(await get(`${v2}/detailed-metadata/tree?list=true`)).data["key_info"]).toMatchObject({
      a: {},
      "b/": {},
    });
  });

  test("v2: subkeys show names without values", async () => {
    await write("shape", { a: "secret", b: { c: 1 } });
    const answer = await get(`${v2}/subkeys/shape`);
    expect([read(answer).data["subkeys"], answer.text.includes('secret"')]).toEqual([
      { a: null, b: { c: null } },
      false,
    ]);
  });

  test("v2: a patch merges, and needs its media type", async () => {
    await write("patched", { a: "1", b: "2" });
    const patch = (type: string) =>
      open().vault.ask("PATCH", `/v1/${v2}/data/patched`, {
        body: { data: { a: null, c: "3" } },
        headers: { "Content-Type": type },
      });
    expect((await patch("application/json")).status).toBe(415);
    expect((await patch("application/merge-patch+json")).status).toBe(200);
    expect(read(await get(`${v2}/data/patched`)).data.data).toEqual({ b: "2", c: "3" });
  });

  test.each([
    ["no data", { x: "1" }, "no data provided"],
    ["data that is no object", { data: "x" }, 'error converting input for field "data"'],
  ])("v2: a write with %s is 400", async (_, body, message) => {
    const refused = await put(`${v2}/data/bad`, body);
    expect([refused.status, read(refused).errors[0]]).toEqual([400, expect.stringContaining(message)]);
  });

  test("v2: numbers become floating point", async () => {
    await open().vault.ask("PUT", `/v1/${v2}/data/numbers`, {
      text: '{"data":{"n":12345678901234567890,"f":1.0,"e":1e3}}',
    });
    const { text } = await get(`${v2}/data/numbers`);
    expect(text).toContain('"data":{"e":1000,"f":1,"n":12345678901234567000}');
  });

  test("v1: a write stores, a read returns the data as it was written, numbers included", async () => {
    const written = await open().vault.ask("PUT", `/v1/${v1}/team/app`, {
      text: '{"n":12345678901234567890,"f":1.0,"user":"u","__proto__":"x"}',
    });
    expect([written.status, written.text]).toEqual([204, ""]);
    const answer = await get(`${v1}/team/app`);
    expect(answer.text).toContain('"data":{"__proto__":"x","f":1.0,"n":12345678901234567890,"user":"u"}');
    expect(read(answer).lease_duration).toBe(2_764_800);
  });

  test("v1: ttl in the data is the lease's hint", async () => {
    await put(`${v1}/hint`, { x: "1", ttl: "1h" });
    expect(read(await get(`${v1}/hint`)).lease_duration).toBe(3600);
  });

  test("v1: missing, deleted and listed like files", async () => {
    expect(refusal(await get(`${v1}/none`))).toEqual(ABSENT);
    await put(`${v1}/dir/a`, { x: "1" });
    await put(`${v1}/dir/b/c`, { x: "1" });
    expect(read(await get(`${v1}/dir?list=true`)).data.keys).toEqual(["a", "b/"]);
    expect([...read(await get(`${v1}/dir?scan=true`)).data.keys].sort()).toEqual(["a", "b/c"]);
    expect((await remove(`${v1}/dir/a`)).status).toBe(204);
    expect(refusal(await get(`${v1}/dir/a`))).toEqual(ABSENT);
    expect(refusal(await put(`${v1}/empty`, {}))).toEqual([400, ["missing data fields"]]);
    expect(refusal(await put(`${v1}/dir/`, { x: "1" }))).toEqual([400, ["cannot write to a path ending in '/'"]]);
  });

  test("a body that is not JSON is 400", async () => {
    const refused = await open().vault.ask("PUT", `/v1/${v1}/broken`, { text: '{"x":' });
    expect(refusal(refused)).toEqual([400, ["failed to decode JSON input: unexpected EOF"]]);
  });

  test("an operation a path does not have is 405", async () => {
    const refused = await put(`${v2}/subkeys/x`, {});
    expect(refusal(refused)).toEqual([405, ["1 error occurred:\n\t* unsupported operation\n\n"]]);
  });

  test("empty and relative path segments reach nothing", async () => {
    const redirected = await get(`${v1}//team/app`);
    expect([redirected.status, redirected.headers["location"]]).toEqual([307, `/v1/${v1}/team/app`]);
    expect(refusal(await get(`${v1}/team%2F..%2Fapp`))).toEqual([400, ["relative paths not supported"]]);
  });

  test("a mount tells its type and version to those who may see it", async () => {
    const { vault } = open();
    for (const [path, version] of [
      [v1, "1"],
      [v2, "2"],
    ]) {
      const { data } = read(await vault.ask("GET", `/v1/sys/internal/ui/mounts/${path}/team/app`));
      expect([data["type"], data["options"], data["path"]]).toEqual(["kv", { version }, `${path}/`]);
    }
    const taken = await vault.ask("POST", `/v1/sys/mounts/${v2}`, { body: { type: "kv" } });
    expect(refusal(taken)).toEqual([400, [`path is already in use at ${v2}/`]]);
    const unknown = await vault.ask("POST", "/v1/sys/mounts/foo", { body: { type: "foo" } });
    expect(refusal(unknown)).toEqual([400, ["plugin not found in the catalog: foo"]]);
    const table = read(await vault.ask("GET", "/v1/sys/mounts")).data;
    expect(table[`${v2}/`]).toMatchObject({ type: "kv", options: { version: "2" } });
    const other = await freshMount(open(), 2);
    await put(`${other}/data/x`, { data: { a: "b" } });
    expect((await vault.ask("DELETE", `/v1/sys/mounts/${other}`)).status).toBe(204);
    expect((await get(`${other}/data/x`)).status).toBe(404);
  });

  test("health needs no token", async () => {
    const nobody = open().vaultAs("");
    const health = await nobody.ask("GET", "/v1/sys/health");
    expect([health.status, read(health)]).toEqual([
      200,
      expect.objectContaining({ initialized: true, sealed: false, standby: false }),
    ]);
    expect(read(await nobody.ask("GET", "/v1/sys/seal-status"))).toMatchObject({ initialized: true, sealed: false });
  });
}
