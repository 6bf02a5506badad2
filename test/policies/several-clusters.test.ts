import type { EnvironmentData } from "../../api";
import { judgeObjects, prod, said, store } from "./fixtures";

const SERVER = "https://vault.example.com:8200";
const of = (name: string, mount: string, clusters: readonly string[]): EnvironmentData => ({
  ...prod,
  name,
  vault: {
    address: SERVER,
    kv: { mount, version: 2 },
    login: {
      kubernetes: {
        mount: `k8s-${name}`,
        ...(clusters.length === 0
          ? {}
          : { clusters: Object.fromEntries(clusters.map((cluster) => [cluster, `k8s-${name}-${cluster}`])) }),
      },
    },
  },
  teams: prod.teams.map((team) => ({ ...team, namespaces: [name] })),
});
/** They share a Vault: their mounts tell them apart. */
const environments = [of("prod", "prod", ["eu", "us"]), of("test", "test", [])];
const judged = (namespace: string, path: string, mountPath: string): readonly string[] =>
  said(
    judgeObjects([store({ namespace, vault: { server: SERVER, path, auth: { kubernetes: { mountPath } } } })], {
      environments,
    }),
  );

describe("an environment with several clusters", () => {
  it("may have stores that log in at the mount of each", () => {
    for (const cluster of ["eu", "us"]) expect(judged("prod", "prod", `k8s-prod-${cluster}`)).toEqual([]);
  });

  it("keeps each of them from environments that share the Vault, and they their own", () => {
    expect(judged("test", "test", "k8s-prod-us")).toEqual([
      'ENV001 spec.provider.vault.auth.kubernetes.mountPath: is the login mount of environment "prod"; ' +
        'namespace "test" belongs to environment "test", whose login mount is "k8s-test"',
    ]);
    expect(judged("prod", "prod", "k8s-test")).toEqual([
      'ENV001 spec.provider.vault.auth.kubernetes.mountPath: is the login mount of environment "test"; ' +
        'namespace "prod" belongs to environment "prod", whose login mount is "k8s-prod-eu" or "k8s-prod-us"',
    ]);
  });
});
