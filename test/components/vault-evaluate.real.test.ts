import { randomBytes } from "node:crypto";
import fc from "fast-check";
import {
  aclCapabilities,
  aclOf,
  evaluateAcl,
  parsePolicy,
  type AclPolicy,
  type AclRequest,
  type RequestIdentity,
} from "../../components/vault";
import { bed } from "../bed";
import { mountKv, baoClient, request, send } from "../bed/bao";
import { call } from "../bed/http";
import { hclLike, hclOf, jsonLike, jsonOf, pathBelow, rulesBelow, type RandomRule } from "./vault-arbitraries";
import { seed } from "../seed";

/** In every name: other tests use the same server at the same time. */
const run = `evaluate-${randomBytes(3).toString("hex")}`;
const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] => fc.sample(arbitrary, { numRuns, seed });

/** Fails with everything that differs, and with the seed that makes it again. */
function expectNone(disagreements: readonly unknown[]): void {
  expect({ seed, disagreements: disagreements.slice(0, 5) }).toEqual({ seed, disagreements: [] });
}

const written = new Set<string>();

/** Stores a policy text as it is; false when the server refuses it. */
async function store(name: string, text: string, namespace = ""): Promise<boolean> {
  // As base64, which the server decodes: a text that happens to be base64 itself stays what it is.
  const path = `${namespace}sys/policies/acl/${name}`;
  written.add(path);
  const { status } = await request("POST", path, { policy: Buffer.from(text).toString("base64") });
  return status < 300;
}

function parsed(name: string, text: string, namespace?: string): AclPolicy {
  const policy = parsePolicy(text, { now: Date.now(), ...(namespace === undefined ? {} : { namespace }) });
  if (policy.kind === "refused") throw new Error(`${text}: ${JSON.stringify(policy.problems)}`);
  return { name, rules: policy.rules, ...(namespace === undefined ? {} : { namespace }) };
}

async function batchToken(policies: readonly string[], namespace = ""): Promise<string> {
  const body = { type: "batch", ttl: "10m", no_default_policy: true, policies };
  const { auth } = await send<{ auth: { client_token: string } }>("POST", `${namespace}auth/token/create`, body);
  return auth.client_token;
}

/** The server's answer to `sys/capabilities` for each path. */
async function serverCapabilities(token: string, paths: readonly string[], namespace = "") {
  const { data } = await send<{ data: Record<string, string[]> }>("POST", `${namespace}sys/capabilities`, {
    token,
    paths,
  });
  return paths.map((path) => data[path]);
}

async function inChunks<T>(items: readonly T[], size: number, work: (item: T, index: number) => Promise<void>) {
  for (let start = 0; start < items.length; start += size)
    await Promise.all(items.slice(start, start + size).map((item, index) => work(item, start + index)));
}

const oneText = (rules: readonly RandomRule[], index: number) => (index % 3 === 0 ? jsonOf(rules) : hclOf(rules));

afterAll(async () => {
  await inChunks([...written], 20, async (path) => {
    await request("DELETE", path);
  });
});

describe("a policy text", () => {
  it.each([
    ["HCL", hclLike],
    ["JSON", jsonLike],
  ])("of %s is refused if and only if OpenBao refuses to store it", async (_, texts) => {
    const disagreements: unknown[] = [];
    const counts = { stored: 0, refused: 0 };
    const candidates = sample(texts, 1500).filter((text) => text !== "");
    await inChunks(candidates, 20, async (text, index) => {
      // A text on which the server breaks the connection off is refused as well.
      const stored = await store(`${run}-text-${index % 20}`, text).catch(() => false);
      const policy = parsePolicy(text, { now: Date.now() });
      counts[stored ? "stored" : "refused"] += 1;
      if (stored !== (policy.kind === "policy")) disagreements.push({ text, stored, policy });
    });
    expectNone(disagreements);
    expect(counts.stored).toBeGreaterThan(200);
    expect(counts.refused).toBeGreaterThan(200);
  });
});

describe("random sets of policies", () => {
  it("give every path the capabilities that OpenBao says", async () => {
    const rounds = 30;
    const pool = 40;
    const texts = sample(rulesBelow(run), rounds * pool).map(oneText);
    const sets = sample(fc.uniqueArray(fc.nat(pool - 1), { minLength: 1, maxLength: 4 }), rounds * 12);
    const paths = sample(pathBelow(run), rounds * 12 * 40);
    const disagreements: unknown[] = [];
    const seen = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      const ownTexts = texts.slice(round * pool, (round + 1) * pool);
      await inChunks(ownTexts, 20, async (text, number) => {
        expect(await store(`${run}-${number}`, text)).toBe(true);
      });
      const policies = ownTexts.map((text, number) => parsed(`${run}-${number}`, text));
      await inChunks(sets.slice(round * 12, (round + 1) * 12), 6, async (set) => {
        const chosen = set.flatMap((number) => policies[number] ?? []);
        const own = paths.splice(0, 40);
        const token = await batchToken(chosen.map(({ name }) => name));
        const acl = aclOf(chosen, { now: Date.now(), identity: {} });
        const answers = await serverCapabilities(token, own);
        for (const [number, path] of own.entries()) {
          const ours = aclCapabilities(acl, path);
          seen.add(JSON.stringify(ours));
          if (JSON.stringify(ours) !== JSON.stringify(answers[number]))
            disagreements.push({
              path,
              ours,
              server: answers[number],
              texts: set.map((text) => ownTexts[text]),
            });
        }
      });
    }
    expectNone(disagreements);
    expect(seen.size).toBeGreaterThan(50);
  });

  it("let a token ask about itself", async () => {
    const text = `path "sys/capabilities-self" { capabilities = ["update"] }\npath "${run}/+/a*" { capabilities = ["read", "scan"] }`;
    await store(`${run}-self`, text);
    const token = await batchToken([`${run}-self`]);
    const paths = [`${run}/x/ab`, `${run}/x/b`, "sys/capabilities-self"];
    const { data } = await send<{ data: Record<string, unknown> }>(
      "POST",
      "sys/capabilities-self",
      { paths },
      { token },
    );
    const acl = aclOf([parsed(`${run}-self`, text)]);
    expect(paths.map((path) => data[path])).toEqual(paths.map((path) => aclCapabilities(acl, path)));
    expect(paths.map((path) => aclCapabilities(acl, path))).toEqual([["read", "scan"], ["deny"], ["update"]]);
  });
});

describe("real requests", () => {
  const mount = `${run}-kv`;
  beforeAll(() => mountKv(baoClient(bed().bao), mount, 1));
  afterAll(() => send("DELETE", `sys/mounts/${mount}`));

  const segment = fc.constantFrom("a", "b", "ab", "data", "ä", "a+b", "x");
  const asked = fc.record({
    path: fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => [mount, ...segments].join("/")),
    operation: fc.constantFrom("read" as const, "list" as const, "scan" as const, "delete" as const, "update" as const),
  });

  /** Sends it; true unless the server says that it is not permitted. */
  async function permitted({ path, operation }: AclRequest, token: string): Promise<boolean> {
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    const [method, query, body] = {
      read: ["GET", "", undefined],
      list: ["GET", "?list=true", undefined],
      scan: ["GET", "?scan=true", undefined],
      delete: ["DELETE", "", undefined],
      create: ["POST", "", { k: "v" }],
      update: ["POST", "", { k: "v" }],
      patch: ["PATCH", "", {}],
    }[operation] as [string, string, unknown];
    const { status } = await request(method, `${encoded}${query}`, body, { token });
    return status !== 403;
  }

  it("are permitted and denied as foreseen: read, list, scan, delete, create and update", async () => {
    const broad = fc.uniqueArray(fc.constantFrom("create", "read", "update", "delete", "list", "scan"));
    const texts = sample(fc.tuple(rulesBelow(mount), broad), 40).map(([rules, capabilities], index) =>
      oneText([...rules, { path: `${mount}/*`, capabilities, extra: {} }], index),
    );
    const requests = sample(asked, 40 * 20);
    const existing = new Set<string>();
    const disagreements: unknown[] = [];
    const counts = { allowed: 0, denied: 0, unknown: 0 };
    for (const [index, text] of texts.entries()) {
      const name = `${run}-request-${index % 5}`;
      await store(name, text);
      const token = await batchToken([name]);
      const acl = aclOf([parsed(name, text)], { now: Date.now(), identity: {} });
      // One after another: whether a write creates depends on those before.
      for (const { path, operation } of requests.slice(index * 20, (index + 1) * 20)) {
        const actual = operation === "update" && !existing.has(path) ? "create" : operation;
        const { decision, reason } = evaluateAcl(acl, { path, operation: actual });
        const answer = await permitted({ path, operation }, token);
        counts[decision] += 1;
        if (answer !== (decision === "allowed")) disagreements.push({ path, operation: actual, answer, reason, text });
        if (answer && operation === "update") existing.add(path);
        if (answer && operation === "delete") existing.delete(path);
      }
    }
    expectNone(disagreements);
    expect(counts.allowed).toBeGreaterThan(50);
    expect(counts.denied).toBeGreaterThan(50);
    expect(counts.unknown).toBe(0);
  });

  it("are judged by their parameters, pages and wrapping as foreseen", async () => {
    const values = fc.constantFrom("[]", '["x"]', '["x*", "*y"]', "[true]", "[5]", '[["x", "y"]]', '[{ a = "x" }]');
    const parameters = fc.dictionary(fc.constantFrom("k", "K2", "*"), values, { maxKeys: 2 });
    const block = (map: Record<string, string>) =>
      `{ ${Object.entries(map)
        .map(([name, list]) => `"${name}" = ${list}`)
        .join("\n")} }`;
    const rule = fc
      .record(
        {
          allowed_parameters: parameters.map(block),
          denied_parameters: parameters.map(block),
          required_parameters: fc.constantFrom('["k"]', '["K2"]', '["limit"]'),
          pagination_limit: fc.constantFrom("2", "-1", '"5"'),
          min_wrapping_ttl: fc.constantFrom('"1m"', "30", '"0"'),
          max_wrapping_ttl: fc.constantFrom('"2m"', "90"),
        },
        { requiredKeys: [] },
      )
      .map((fields) =>
        Object.entries(fields)
          .map(([name, value]) => `${name} = ${value}`)
          .join("\n"),
      );
    const body = fc.dictionary(
      fc.constantFrom("k", "K2", "k2", "other"),
      fc.constantFrom<unknown>("x", "xz", "zy", "", true, 5, ["x", "y"], { a: "x" }, null),
      { maxKeys: 3 },
    );
    const key = `${mount}/parameters`;
    await send("POST", key, { k: "v" });
    const texts = sample(fc.array(rule, { minLength: 1, maxLength: 2 }), 100).map((rules) =>
      rules.map((fields) => `path "${mount}/*" {\ncapabilities = ["read", "update", "list"]\n${fields}\n}`).join("\n"),
    );
    const bodies = sample(body, 100 * 12);
    const wraps = sample(fc.constantFrom(undefined, undefined, undefined, 40, 100), 100 * 12);
    const limits = sample(fc.constantFrom(undefined, "", "0", "2", "3", "-1", "max", "x"), 100 * 12);
    const { address, caFile } = bed().bao;
    const disagreements: unknown[] = [];
    const counts = { allowed: 0, denied: 0, unknown: 0 };
    for (const [index, text] of texts.entries()) {
      const name = `${run}-limits-${index % 5}`;
      const policy = parsed(name, text);
      await store(name, text);
      const token = await batchToken([name]);
      for (let number = index * 12; number < (index + 1) * 12; number += 1) {
        const wrap = wraps[number];
        const limit = number % 4 === 0 ? limits[number] : undefined;
        const isList = number % 4 === 0;
        const sent = bodies[number] ?? {};
        const { status } = await call(address, caFile, {
          method: isList ? "GET" : "POST",
          path: isList ? `/v1/${mount}/?list=true${limit === undefined ? "" : `&limit=${limit}`}` : `/v1/${key}`,
          ...(isList ? {} : { body: sent }),
          headers: { "x-vault-token": token, ...(wrap === undefined ? {} : { "x-vault-wrap-ttl": `${wrap}` }) },
        });
        const { decision, reason } = evaluateAcl(aclOf([policy]), {
          path: isList ? mount : key,
          operation: isList ? "list" : "update",
          parameters: new Map<string, unknown>(
            isList ? (limit === undefined ? [] : [["limit", limit]]) : Object.entries(sent),
          ),
          ...(wrap === undefined ? {} : { wrapTtl: wrap * 1000 }),
        });
        counts[decision] += 1;
        if ((status !== 403) !== (decision === "allowed"))
          disagreements.push({ text, isList, limit, wrap, sent, status, decision, reason });
      }
    }
    expectNone(disagreements);
    expect(counts.allowed).toBeGreaterThan(50);
    expect(counts.denied).toBeGreaterThan(50);
  });
});

describe("Vault namespaces", () => {
  const namespace = `${run}-ns`;
  beforeAll(() => send("POST", `sys/namespaces/${namespace}`));
  afterAll(() => send("DELETE", `sys/namespaces/${namespace}`));

  it("are part of every path, for the policies in them and for those above", async () => {
    const disagreements: unknown[] = [];
    for (const inside of [true, false]) {
      const start = inside ? `${namespace}/` : "";
      const texts = sample(rulesBelow(inside ? run : `${namespace}/${run}`), 60).map(oneText);
      const paths = sample(pathBelow(run), 60 * 30);
      await inChunks(texts, 10, async (text, index) => {
        const name = `${run}-ns-${index}`;
        expect(await store(name, text, start)).toBe(true);
        const token = await batchToken([name], start);
        const own = paths.splice(0, 30);
        const answers = await serverCapabilities(token, own, `${namespace}/`);
        const acl = aclOf([parsed(name, text, inside ? namespace : undefined)], { now: Date.now(), identity: {} });
        for (const [number, path] of own.entries()) {
          const ours = aclCapabilities(acl, path, namespace);
          if (JSON.stringify(ours) !== JSON.stringify(answers[number]))
            disagreements.push({ path, ours, server: answers[number], text, inside });
        }
      });
    }
    expectNone(disagreements);
  });
});

describe("templated policies", () => {
  const mount = `${run}-users`;
  beforeAll(() => send("POST", `sys/auth/${mount}`, { type: "userpass" }));
  afterAll(() => send("DELETE", `sys/auth/${mount}`));

  it("are filled in with the identity of the token, and left out where a value is missing; a forbidden value denies everything", async () => {
    const name = `${run}-templated`;
    const { data: mounts } = await send<{ data: Record<string, { accessor: string }> }>("GET", "sys/auth");
    const accessor = mounts[`${mount}/`]?.accessor ?? "";
    const templates = [
      "{{identity.entity.id}}",
      "{{ identity.entity.name }}",
      "{{identity.entity.metadata.team}}",
      "{{identity.entity.metadata.missing}}",
      "{{identity.entity.nonsense}}",
      `{{identity.entity.aliases.${accessor}.name}}`,
      "{{identity.entity.aliases.none.name}}",
      `{{identity.groups.names.${run}.id}}`,
      "{{identity.groups.names.none.id}}",
      "{{identity.entity.metadata.team}}-{{identity.entity.metadata.team}}",
      "{{}}",
    ];
    const text = templates
      .map((template, index) => `path "${run}/${index}/${template}/*" { capabilities = ["read"] }`)
      .join("\n");
    expect(await store(name, text)).toBe(true);
    await send("POST", `auth/${mount}/users/alice`, { password: "not-secret-1", token_policies: [name] });
    const { auth } = await send<{ auth: { client_token: string; entity_id: string } }>(
      "POST",
      `auth/${mount}/login/alice`,
      { password: "not-secret-1" },
    );
    const id = auth.entity_id;
    const metadata = { team: "payments", star: "a*", plus: "a+b", slash: "a/b" };
    await send("POST", `identity/entity/id/${id}`, { name: run, metadata });
    const { data: group } = await send<{ data: { id: string } }>("POST", "identity/group", {
      name: run,
      member_entity_ids: [id],
    });
    const identity: RequestIdentity = {
      entity: {
        id,
        name: run,
        metadata: new Map(Object.entries(metadata)),
        aliases: new Map([[accessor, { id: "alias", name: "alice" }]]),
      },
      groups: [{ id: group.id, name: run }],
    };
    const parts = [id, run, "payments", "", "x", "alice", "x", group.id, "x", "payments-payments", ""];
    const paths = parts.flatMap((part, index) => [`${run}/${index}/${part}/k`, `${run}/${index}/other/k`]);
    const answers = await serverCapabilities(auth.client_token, paths);
    const policy = parsed(name, text);
    const known = aclOf([policy], { identity, now: Date.now() });
    expect(paths.map((path) => aclCapabilities(known, path))).toEqual(answers);
    expect(answers.filter((answer) => answer?.[0] === "read")).toHaveLength(6);
    const without = await serverCapabilities(await batchToken([name]), paths);
    const nobody = aclOf([policy], { identity: {}, now: Date.now() });
    expect(paths.map((path) => aclCapabilities(nobody, path))).toEqual(without);
    for (const forbidden of ["star", "plus", "slash"]) {
      const unusable = `path "${run}/{{identity.entity.metadata.${forbidden}}}" { }\npath "${run}/k" { capabilities = ["read"] }`;
      await store(name, unusable);
      const { status } = await request("POST", "sys/capabilities", { token: auth.client_token, paths: [`${run}/k`] });
      expect([forbidden, status]).toEqual([forbidden, 403]);
      const acl = aclOf([parsed(name, unusable)], { identity });
      expect(aclCapabilities(acl, `${run}/k`)).toEqual(["deny"]);
    }
    await send("DELETE", `identity/group/id/${group.id}`);
    await send("DELETE", `identity/entity/id/${id}`);
  });
});
