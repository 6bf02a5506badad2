import { readJwt, readKubernetes, type JwtKeysSpec, type KubernetesApiSpec } from "./api-server";
import type { Environment, EnvironmentVault } from "./environment";
import { label, record, text, vaultPath } from "./fields";
import type { Login } from "./login";
import { didYouMean } from "./nearest";
import { pathProblem } from "./path";
import type { Place } from "./problems";
import { quote } from "./secret-like";

/** A cluster of an environment: who vouches for its ServiceAccounts, and where they log in. */
export interface ClusterSpec {
  /** How Vault reaches its API server. Needed for login by Kubernetes. */
  readonly kubernetes?: KubernetesApiSpec;
  /** Whose signatures on its login tokens Vault believes. Needed for login by JWT. */
  readonly jwt?: JwtKeysSpec;
  /**
   * Where the login method is mounted for this cluster, in each Vault of the environment. Default: where the Vault's login says; with several
   * clusters each has its own, `<that mount>-<cluster>`, because one mount asks one API server.
   */
  readonly loginMount?: string;
}

/** A cluster of an environment. */
export interface Cluster {
  readonly name: string;
  readonly kubernetes: KubernetesApiSpec | undefined;
  readonly jwt: JwtKeysSpec | undefined;
  readonly loginMount: string | undefined;
}

/** The clusters of an environment, sorted by name. */
export function readClusters(place: Place, value: unknown): readonly Cluster[] {
  const given = value === undefined ? undefined : record(place, value);
  if (given === undefined) return [];
  if (Object.keys(given).length === 0) place.report("is empty; leave it out");
  return Object.keys(given)
    .sort()
    .map((name) => {
      const at = place.at(name);
      label(at, name);
      const fields = record(at, given[name]) ?? {};
      at.onlyFields(fields, ["kubernetes", "jwt", "loginMount"]);
      return {
        name,
        kubernetes: readKubernetes(at.at("kubernetes"), fields.kubernetes),
        jwt: readJwt(at.at("jwt"), fields.jwt),
        loginMount:
          fields.loginMount === undefined ? undefined : vaultPath(at.at("loginMount"), fields.loginMount, pathProblem),
      };
    });
}

/** Reports clusters that would log in at one mount, which asks one API server. */
export function checkLoginMounts(
  place: Place,
  vaults: readonly EnvironmentVault[],
  clusters: readonly Cluster[],
): void {
  const reported = new Set<string>();
  for (const { login } of vaults) {
    const base = "kubernetes" in login ? login.kubernetes.mount : "jwt" in login ? login.jwt.mount : undefined;
    const owners = new Map<string, string>();
    for (const cluster of base === undefined ? [] : clusters) {
      const mount = mountIn(base ?? "", cluster, clusters);
      const other = owners.get(mount);
      owners.set(mount, other ?? cluster.name);
      if (other === undefined || reported.has(cluster.name)) continue;
      reported.add(cluster.name);
      place
        .at(cluster.name)
        .at("loginMount")
        .report(`${quote(mount)} is that of cluster "${other}" already`);
    }
  }
}

/** The environment as each of its clusters sees it: the Vault that is meant is logged in to at the cluster's own mount. */
export function clustersOf<N extends string>(environment: Environment<N>): readonly InCluster<N>[] {
  const { clusters } = environment;
  if (clusters.length === 0) return [{ environment, cluster: undefined }];
  return clusters.map((cluster) => ({ environment: inCluster(environment, cluster), cluster }));
}

export interface InCluster<N extends string = string> {
  readonly environment: Environment<N>;
  readonly cluster: Cluster | undefined;
}

function inCluster<N extends string>(environment: Environment<N>, cluster: Cluster): Environment<N> {
  const { vault, clusters } = environment;
  return { ...environment, vault: { ...vault, login: loginIn(vault.login, cluster, clusters) } };
}

/** The login of one of the clusters. */
function loginIn(login: Login, cluster: Cluster, clusters: readonly Cluster[]): Login {
  const at = <T extends { readonly mount: string }>(method: T): T => ({
    ...method,
    mount: mountIn(method.mount, cluster, clusters),
  });
  if ("kubernetes" in login) return { kubernetes: at(login.kubernetes) };
  return "jwt" in login ? { jwt: at(login.jwt) } : login;
}

function mountIn(mount: string, { name, loginMount }: Cluster, clusters: readonly Cluster[]): string {
  return loginMount ?? (clusters.length === 1 ? mount : `${mount}-${name}`);
}

/** Login mounts as data: one, and by cluster where there are several. */
export function loginMounts(
  mount: string,
  clusters: readonly Cluster[],
): { readonly mount: string; readonly clusters?: Readonly<Record<string, string>> } {
  const [first, ...others] = clusters;
  if (first === undefined) return { mount };
  if (others.length === 0) return { mount: mountIn(mount, first, clusters) };
  return {
    mount,
    clusters: Object.fromEntries(clusters.map((cluster) => [cluster.name, mountIn(mount, cluster, clusters)])),
  };
}

/** The environment as the cluster of that name sees it, reporting a name it does not have, or that none was given where it has several. */
export function environmentInCluster<N extends string>(
  place: Place,
  environment: Environment<N>,
  value: unknown,
): InCluster<N> {
  const seen = clustersOf(environment);
  const [first = { environment, cluster: undefined }] = seen;
  if (value === undefined) {
    if (seen.length > 1)
      place.report(`is missing; environment "${environment.name}" has several: ${namesOf(environment)}`);
    return first;
  }
  const name = text(place, value);
  if (name === undefined) return first;
  const found = seen.find(({ cluster }) => cluster?.name === name);
  if (found !== undefined) return found;
  const known = environment.clusters.map((cluster) => cluster.name);
  place.report(
    known.length === 0
      ? `${quote(name)} is given, and environment "${environment.name}" declares no clusters`
      : `${quote(name)} is not a cluster of environment "${environment.name}" (${namesOf(environment)})${didYouMean(name, known)}`,
  );
  return first;
}

function namesOf({ clusters }: Environment): string {
  return clusters.map(({ name }) => name).join(", ");
}
