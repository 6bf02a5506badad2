import type { VaultError } from "../../../reconciler/vault";
import { Breaker, type Outage } from "../../../reconciler/vault/breaker";
import { eventually } from "../../bed/eventually";
import { failure, faultServer, inFlight, json } from "../http/fault-server";
import { clientOf, fakeVault, identityOf, later, PATH } from "./support";

const read = { kv: "v2" } as const;

/** A Vault that can be sealed. */
async function sealable() {
  const vault = await fakeVault();
  const state = { sealed: false };
  vault.intercept = (request, response) => {
    if (!state.sealed) return undefined;
    if (request.path.includes("sys/health")) json(response, 503, { initialized: true, sealed: true });
    else json(response, 503, { errors: ["Vault is sealed"] });
    return true;
  };
  return { vault, state };
}

test("a sealed Vault is told once; callers then fail at once with the same cause, until a probe finds it unsealed", async () => {
  const { vault, state } = await sealable();
  const told: string[] = [];
  const { client, counted } = clientOf({
    probe: { first: 300, cap: 300 },
    onDown: (address, error) => told.push(`down ${address} ${error.code}`),
    onUp: (address) => told.push(`up ${address}`),
  });
  const identity = identityOf(vault);
  await client.read(identity, PATH, read);
  state.sealed = true;
  const first = await failure<VaultError>(client.read(identity, PATH, read));
  expect([first.code, first.message]).toEqual([
    "VaultSealed",
    `Vault ${vault.server.url}: is sealed or not ready: Vault is sealed (503) (unseal it; nothing has to be done here then)`,
  ]);
  const sent = (): number => vault.server.requests.filter(({ path }) => !path.includes("sys/health")).length;
  const before = sent();
  const errors = await inFlight(10, 100, (index) =>
    failure<VaultError>(client.read(identity, `prod/data/${index}`, read)),
  );
  expect(sent()).toBe(before);
  expect(new Set(errors.map(({ message }) => message))).toEqual(new Set([first.message]));
  expect(errors[0]?.retryAfterMs).toBeLessThanOrEqual(300);
  expect(counted("keyturn_vault_breakers_open")).toEqual(["keyturn_vault_breakers_open 1"]);
  state.sealed = false;
  await eventually("up", () => told.length === 2);
  await client.read(identity, PATH, read);
  expect(told).toEqual([`down ${vault.server.url} VaultSealed`, `up ${vault.server.url}`]);
  expect(vault.logins).toBe(1);
  expect(counted("keyturn_vault_breakers_open")).toEqual(["keyturn_vault_breakers_open 0"]);
});

test("a Vault that goes away and comes back", async () => {
  const vault = await fakeVault();
  const { client } = clientOf({ probe: { first: 20, cap: 100 } });
  const identity = identityOf(vault);
  await client.read(identity, PATH, read);
  await vault.server.close();
  await eventually(
    "unreachable",
    async () => (await failure<VaultError>(client.read(identity, PATH, read))).failure === "Unreachable",
  );
  const again = await faultServer(
    (request, response) =>
      json(
        response,
        200,
        request.path.includes("auth") ? { auth: { client_token: "t" } } : { data: { data: { a: "b" } } },
      ),
    {
      port: vault.server.port,
    },
  );
  later(again.close);
  const secret = await eventually("back", () => client.read(identity, PATH, read));
  expect(secret.data.get("a")).toBe("b");
});

test("callers waiting for their turn when an outage is met fail with it instead of trying one by one", async () => {
  const { vault, state } = await sealable();
  const { client } = clientOf({ maxInFlight: 2 });
  const identity = identityOf(vault);
  await client.read(identity, PATH, read);
  state.sealed = true;
  const before = vault.server.requests.length;
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => failure(client.read(identity, `prod/data/${index}`, read))),
  );
  expect(vault.server.requests.length - before).toBeLessThanOrEqual(3);
});

test("an outage of one Vault does not touch another, nor another namespace of the same", async () => {
  const { vault, state } = await sealable();
  const other = await fakeVault();
  const { client } = clientOf();
  state.sealed = true;
  await failure(client.read(identityOf(vault), PATH, read));
  await client.read(identityOf(other), PATH, read);
  state.sealed = false;
  await client.read(identityOf(vault, { id: "ns", namespace: "other" }), PATH, read);
});

test("a rate limit fails the one read, and those behind it wait for the time the server gave", async () => {
  const vault = await fakeVault();
  const { client } = clientOf({ maxInFlight: 1 });
  const identity = identityOf(vault);
  await client.read(identity, PATH, read);
  let limited = true;
  vault.intercept = (_request, response) => {
    if (!limited) return undefined;
    limited = false;
    json(response, 429, { errors: ['request path "x": rate limit quota exceeded'] }, { "Retry-After": "1" });
    return true;
  };
  const started = performance.now();
  const [error, secret] = await Promise.all([
    failure<VaultError>(client.read(identity, "prod/data/a", read)),
    client.read(identity, "prod/data/b", read),
  ]);
  expect([error.code, error.retryAfterMs]).toEqual(["VaultRateLimited", 1_000]);
  expect(error.reason).toBe("rate limit quota exceeded (429): too many requests");
  expect(secret.data.size).toBe(1);
  expect(performance.now() - started).toBeGreaterThanOrEqual(990);
});

test("a Retry-After of 0 is not taken for leave to ask at once", async () => {
  const vault = await fakeVault();
  const { client } = clientOf();
  const identity = identityOf(vault);
  await client.read(identity, PATH, read);
  let limited = true;
  vault.intercept = (_request, response) => {
    if (!limited) return undefined;
    limited = false;
    json(response, 429, { errors: ['request path "x": rate limit quota exceeded'] }, { "Retry-After": "0" });
    return true;
  };
  const error = await failure<VaultError>(client.read(identity, "prod/data/a", read));
  expect([error.code, error.retryAfterMs]).toEqual(["VaultRateLimited", 250]);
});

describe("the breaker", () => {
  const sealed: Outage = { failure: "Sealed", words: "is sealed" };
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const setUp = (options: { first?: number; cap?: number; idleAfter?: number } = {}) => {
    const log: string[] = [];
    const probedAt: number[] = [];
    let health: Outage | undefined = sealed;
    const begun = performance.now();
    const breaker = new Breaker({
      first: 20,
      cap: 80,
      idleAfter: 60_000,
      ...options,
      probe: () => {
        log.push("probe");
        probedAt.push(performance.now() - begun);
        return Promise.resolve(health);
      },
      onOpen: () => log.push("open"),
      onClose: () => log.push("close"),
    });
    later(() => breaker.close());
    return { breaker, log, probedAt, heal: () => (health = undefined) };
  };

  test("waits 1, 2, 4 .. times the first time between probes, up to the cap", async () => {
    const { breaker, probedAt } = setUp();
    breaker.failed(breaker.begin(), sealed);
    await jest.advanceTimersByTimeAsync(300);
    expect(probedAt).toEqual([20, 60, 140, 220, 300]);
  });

  test("forgets its waits only when a real call has worked, not when a probe has", async () => {
    const { breaker, log, heal } = setUp();
    heal();
    breaker.failed(breaker.begin(), sealed);
    await jest.advanceTimersByTimeAsync(20);
    expect(breaker.isOpen).toBe(false);
    breaker.failed(breaker.begin(), sealed);
    expect(breaker.refusal()?.retryAfterMs).toBe(40);
    await jest.advanceTimersByTimeAsync(40);
    expect(breaker.isOpen).toBe(false);
    breaker.worked(breaker.begin());
    breaker.failed(breaker.begin(), sealed);
    expect(breaker.refusal()?.retryAfterMs).toBe(20);
    expect(log).toEqual(["open", "probe", "close", "open", "probe", "close", "open"]);
  });

  test("does not open again for calls that had begun before it closed", async () => {
    const { breaker, heal } = setUp();
    const old = breaker.begin();
    breaker.failed(breaker.begin(), sealed);
    heal();
    await jest.advanceTimersByTimeAsync(20);
    expect(breaker.isOpen).toBe(false);
    breaker.failed(old, sealed);
    expect(breaker.isOpen).toBe(false);
  });

  test("stops probing without callers, and probes at once for the next one", async () => {
    const { breaker, log, heal } = setUp({ idleAfter: -1 });
    breaker.failed(breaker.begin(), sealed);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(log).toEqual(["open"]);
    heal();
    expect(breaker.refusal()).toMatchObject(sealed);
    await jest.advanceTimersByTimeAsync(0);
    expect(breaker.isOpen).toBe(false);
    expect(log).toEqual(["open", "probe", "close"]);
  });
});
