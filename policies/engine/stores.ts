import { ESO_GROUP, type JsonRecord } from "../../api";
import type { RuleContext } from "../rules/rule";
import type { Target } from "./expand";

/** Finds stores among everything judged. Two of one name are both found, in an order that does not depend on theirs. */
export function storeLookup(targets: readonly Target[]): RuleContext["stores"] {
  const stores = new Map<string, JsonRecord[]>();
  const keyOf = (kind: string, name: string, namespace: string | undefined): string =>
    JSON.stringify([kind, kind === "ClusterSecretStore" ? "" : (namespace ?? ""), name]);
  for (const { subject, object } of targets) {
    const isStore = subject.kind === "SecretStore" || subject.kind === "ClusterSecretStore";
    if (!isStore || !subject.apiVersion.startsWith(`${ESO_GROUP}/`)) continue;
    const key = keyOf(subject.kind, subject.name, subject.namespace);
    stores.set(key, [...(stores.get(key) ?? []), object]);
  }
  for (const same of stores.values()) {
    if (same.length > 1) same.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  }
  return (kind, name, namespace) => stores.get(keyOf(kind, name, namespace)) ?? [];
}

function sortKey(object: JsonRecord): string {
  return JSON.stringify(object, (_, value: unknown) => (typeof value === "symbol" ? String(value) : value)) ?? "";
}
