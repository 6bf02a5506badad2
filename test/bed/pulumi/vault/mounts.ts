import { at, isMap, mapOf, reveal, textAt, type Json, type JsonMap, type Value, type ValueMap } from "../plugin/values";
import type { VaultClient } from "./client";
import { bare, given, givenOrEmptied, properties, type VaultKind } from "./kind";

const MOUNT_LISTS = [
  "auditNonHmacRequestKeys",
  "auditNonHmacResponseKeys",
  "passthroughRequestHeaders",
  "allowedResponseHeaders",
];

/** Inputs of a mount that its `tune` endpoint takes, besides the lease times. */
const MOUNT_TUNABLE = ["description", "options", "listingVisibility", ...MOUNT_LISTS];
const MOUNT_FIXED = ["type", "local", "sealWrap", "externalEntropyAccess"];

/** Source: HashiCorp Vault API, `/sys/mounts`. A change of path is a replacement. */
export const mount: VaultKind = {
  token: "vault:index/mount:Mount",
  required: ["path", "type"],
  inputs: ["path", ...MOUNT_FIXED, ...MOUNT_TUNABLE, "defaultLeaseTtlSeconds", "maxLeaseTtlSeconds"],
  immutable: ["path", "namespace", ...MOUNT_FIXED],
  made: ["accessor"],
  defaults: (inputs) => inputs,
  id: (inputs) => bare(textAt(inputs, "path") ?? ""),
  create: (client, inputs) =>
    client.write(`sys/mounts/${mount.id(inputs)}`, inputs, {
      ...given(inputs, [...MOUNT_FIXED, "description", "options"]),
      config: { ...leaseTimes(inputs), ...present(given(inputs, ["listingVisibility", ...MOUNT_LISTS])) },
    }),
  update: (client, inputs, before) =>
    client.write(`sys/mounts/${mount.id(inputs)}/tune`, inputs, {
      ...givenOrEmptied(inputs, before, MOUNT_TUNABLE),
      ...leaseTimes(inputs),
    }),
  read: async (client, id, inputs) => {
    const live = await entry(client, "sys/mounts", id, inputs);
    const config = at(live, "config");
    if (live === undefined) return undefined;
    return {
      path: id,
      ...properties(live, ["accessor", "description", "options", "sealWrap", "local", "externalEntropyAccess", "type"]),
      ...(isMap(config) && {
        defaultLeaseTtlSeconds: config["default_lease_ttl"] as Json,
        maxLeaseTtlSeconds: config["max_lease_ttl"] as Json,
        ...properties(config as JsonMap, ["listingVisibility", ...MOUNT_LISTS]),
      }),
    };
  },
  remove: (client, id, inputs) => client.remove(`sys/mounts/${id}`, inputs),
};

const TUNE = ["defaultLeaseTtl", "maxLeaseTtl", "tokenType", "listingVisibility", ...MOUNT_LISTS];

/** Source: HashiCorp Vault API, `/sys/auth`. */
export const authBackend: VaultKind = {
  token: "vault:index/authBackend:AuthBackend",
  required: ["type"],
  inputs: ["type", "path", "description", "local", "disableRemount", "tune"],
  immutable: ["type", "path", "local", "namespace"],
  made: ["accessor"],
  defaults: (inputs) =>
    inputs["path"] === undefined ? mapOf<Value>([...Object.entries(inputs), ["path", inputs["type"]]]) : inputs,
  id: (inputs) => bare(textAt(inputs, "path") ?? ""),
  create: async (client, inputs) => {
    await client.write(`sys/auth/${authBackend.id(inputs)}`, inputs, given(inputs, ["type", "description", "local"]));
    if (at(inputs, "tune") !== undefined) await tune(client, inputs, mapOf<Value>([]));
  },
  update: (client, inputs, before) => tune(client, inputs, before),
  read: async (client, id, inputs) => {
    const live = await entry(client, "sys/auth", id, inputs);
    if (live === undefined) return undefined;
    const tuned = at(inputs, "tune") === undefined ? undefined : await client.read(`sys/auth/${id}/tune`, inputs);
    return {
      path: id,
      ...properties(live, ["accessor", "description", "local", "type"]),
      ...(tuned && { tune: properties(tuned, TUNE) }),
    };
  },
  remove: (client, id, inputs) => client.remove(`sys/auth/${id}`, inputs),
};

function tune(client: VaultClient, inputs: ValueMap, before: ValueMap): Promise<void> {
  const [now, then] = [at(inputs, "tune"), at(before, "tune")].map((part) => (isMap(part) ? part : mapOf<Value>([])));
  return client.write(`sys/auth/${authBackend.id(inputs)}/tune`, inputs, {
    ...givenOrEmptied(inputs, before, ["description"]),
    ...givenOrEmptied(now ?? {}, then ?? {}, TUNE),
  });
}

async function entry(client: VaultClient, list: string, path: string, inputs: ValueMap): Promise<JsonMap | undefined> {
  const all = await client.read(list, inputs);
  const found = all?.[`${path}/`];
  return isMap(found) ? found : undefined;
}

/** Seconds as the API wants them; 0 asks for the system's default. */
function leaseTimes(inputs: ValueMap): JsonMap {
  const seconds = (name: string): string => `${Number(reveal(inputs[name]) ?? 0)}s`;
  return { default_lease_ttl: seconds("defaultLeaseTtlSeconds"), max_lease_ttl: seconds("maxLeaseTtlSeconds") };
}

function present(body: { readonly [key: string]: Json | undefined }): JsonMap {
  return mapOf(Object.entries(body));
}
