import type { EnvironmentData } from "../../api";
import { dev, externalSecret, judgeObjects, prod, said, store } from "./fixtures";

const OLD = "https://old.example.com:8200";
/** With a second Vault: another server, a KV mount of version 1. */
const several: EnvironmentData = {
  ...prod,
  otherVaults: {
    legacy: { address: OLD, kv: { mount: "secret", version: 1 }, login: { kubernetes: { mount: "k8s-old" } } },
  },
};
const judged = (...objects: readonly object[]): readonly string[] =>
  said(judgeObjects(objects, { environments: [several, dev] }));
const main = store({ name: "vault", namespace: "payments", vault: { server: prod.vault.address, path: "prod" } });
const legacy = store({ name: "old", namespace: "payments", vault: { server: OLD, path: "secret", version: "v1" } });
const reads = (name: string, key: string) => externalSecret({ namespace: "payments", store: { name }, keys: [key] });

describe("an environment with several Vaults", () => {
  it("may have stores of each of them", () => {
    expect(judged(main, legacy)).toEqual([]);
  });

  it("may have no store of another server, and all its Vaults are named", () => {
    const PROD = prod.vault.address;
    expect(judged(store({ namespace: "payments", vault: { server: "https://x.example.com" } }))).toEqual([
      `ENV001 spec.provider.vault.server: "https://x.example.com:443" is the Vault of no environment; ` +
        `namespace "payments" belongs to environment "prod", whose Vaults are ${PROD} and ${OLD}`,
    ]);
  });

  it("keeps each of them from other environments", () => {
    expect(judged(store({ namespace: "payments-dev", vault: { server: OLD, namespace: "teams/dev" } }))).toEqual([
      `ENV001 spec.provider.vault.server: is the Vault of environment "prod"; ` +
        `namespace "payments-dev" belongs to environment "dev", whose Vault is https://vault.dev.example.com:8200`,
    ]);
  });

  it("has its secrets judged by mount and version of the Vault they are read from", () => {
    expect(judged(main, legacy, reads("vault", "payments/db"), reads("old", "payments/db"))).toEqual([]);
    expect(judged(legacy, reads("old", "billing/db"))).toEqual([
      'STO006 spec.data[0].remoteRef.key: "secret/billing/db" is outside what team "payments" may read: secret/payments',
    ]);
    // The mount of the other Vault is only a folder here.
    expect(judged(main, reads("vault", "secret/payments/db"))).toEqual([
      'STO006 spec.data[0].remoteRef.key: "prod/secret/payments/db" is outside what team "payments" may read: prod/payments',
    ]);
  });

  it("takes a store that is not there to be of any of them", () => {
    expect(judged(reads("elsewhere", "payments/db"))).toEqual([]);
    expect(judged(reads("elsewhere", "billing/db"))).toEqual([
      'STO006 spec.data[0].remoteRef.key: "prod/billing/db" is outside what team "payments" may read: prod/payments, secret/payments',
    ]);
  });
});
