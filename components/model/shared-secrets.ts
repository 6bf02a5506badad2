import type { Problem } from "../../api";
import type { ResolvedAppSecret } from "./app-secret";
import { Place } from "./problems";
import { quote } from "./secret-like";

/** What is looked at of an AppSecret here. */
export type SharedSecret = Pick<
  ResolvedAppSecret,
  "id" | "environment" | "namespace" | "name" | "externalSecretName" | "creationPolicy" | "manifest" | "writtenKeys"
>;

const SHARED = 'several AppSecrets fill one only where each has creationPolicy "CreateOrMerge" or "Merge"';

/**
 * AppSecrets that make one object twice. Several may fill one Secret together, when none of them takes it for its own and no key is that of
 * two. Sorted by id, so that the message does not depend on the order of declaration.
 */
export function checkSharedSecrets(problems: Problem[], secrets: readonly SharedSecret[]): void {
  const sorted = [...secrets].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const externalSecrets = new Map<string, SharedSecret>();
  const targets = new Map<string, SharedSecret[]>();
  for (const secret of sorted) {
    const place = Place.of(problems, "AppSecret", secret.id);
    const { environment, namespace, name, externalSecretName } = secret;
    const id = JSON.stringify([environment.name, namespace, externalSecretName]);
    const twin = externalSecrets.get(id);
    if (twin !== undefined) {
      const renamed = [secret, twin].some((one) => one.externalSecretName !== one.name);
      place
        .at(externalSecretName === name ? "name" : "externalSecretName")
        .report(`${renamed ? "ExternalSecret" : "Secret"} ${namespace}/${externalSecretName} ${isTaken(twin)}`);
      continue;
    }
    externalSecrets.set(id, secret);
    if (secret.creationPolicy === "None") continue;
    const target = targetOf(secret);
    const others = targets.get(target) ?? [];
    targets.set(target, [...others, secret]);
    checkBeside(place, secret, others);
  }
}

function checkBeside(place: Place, secret: SharedSecret, others: readonly SharedSecret[]): void {
  const { namespace, name, manifest } = secret;
  const owner = others.find((other) => !merges(other) || !merges(secret));
  if (owner !== undefined)
    return place.at("name").report(`${manifest?.kind ?? "Secret"} ${namespace}/${name} ${isTaken(owner)}; ${SHARED}`);
  for (const key of secret.writtenKeys ?? [])
    for (const other of others)
      if (other.writtenKeys?.includes(key) === true)
        place.at("keys").report(`the key ${quote(key)} of the Secret is written by AppSecret ${quote(other.id)} too`);
}

function merges({ creationPolicy }: SharedSecret): boolean {
  return creationPolicy === "Merge" || creationPolicy === "CreateOrMerge";
}

function targetOf({ environment, namespace, name, manifest }: SharedSecret): string {
  return JSON.stringify([environment.name, namespace, manifest?.apiVersion ?? "v1", manifest?.kind ?? "Secret", name]);
}

function isTaken({ environment, id }: SharedSecret): string {
  return `of environment "${environment.name}" is that of AppSecret "${id}" already`;
}
