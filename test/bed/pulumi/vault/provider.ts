import { ProviderError } from "../plugin/errors";
import { isUnder } from "../plugin/diff";
import type { Problem, Provider, Resource } from "../plugin/provider";
import {
  isList,
  isMap,
  mapOf,
  markSecrets,
  reveal,
  sameValue,
  Secret,
  textAt,
  UNKNOWN,
  type JsonMap,
  type Value,
  type ValueMap,
} from "../plugin/values";
import { VaultClient } from "./client";
import type { VaultKind } from "./kind";
import { vaultKinds } from "./kinds";

/**
 * Test fixture. Vault and OpenBao for the Pulumi engine: mounts, policies, auth methods, Kubernetes logins, audit devices, rate limits. Previews write nothing.
 * Unlike the real provider it uses the given token itself instead of a child token.
 */
export function vaultProvider(): Provider {
  let configured: VaultClient | undefined;
  const client = (): VaultClient => {
    if (configured === undefined) throw new ProviderError("the provider is not configured");
    return configured;
  };

  return {
    configure: (args, signal) => {
      configured = new VaultClient(args, signal);
    },
    check: async (resource, { olds, news, seed }) => {
      const kind = vaultKinds.get(resource.type);
      if (kind === undefined)
        return { inputs: news, problems: [{ property: "type", reason: unsupported(resource.type) }] };
      const ending = Buffer.from(seed).toString("hex").slice(0, 7);
      const autoname = textAt(olds, "name") ?? `${resource.name}-${ending}`;
      return { inputs: kind.defaults(news, autoname), problems: problemsOf(kind, news) };
    },
    replaces: (resource, changed) => {
      const { immutable } = kindOf(resource);
      const paths = changed.filter(({ path }) => immutable === "all" || immutable.some((name) => isUnder(path, name)));
      // Two cannot have one path, and where the path is what changes the order does not matter.
      return { paths, deleteFirst: true };
    },
    create: async (resource, { inputs, preview }) => {
      const kind = kindOf(resource);
      if (preview)
        return {
          id: "",
          outputs: mapOf<Value>([...Object.entries(inputs), ...kind.made.map((name) => [name, UNKNOWN] as const)]),
        };
      await kind.create(client(), inputs);
      const id = kind.id(inputs);
      return { id, outputs: outputsOf(inputs, await kind.read(client(), id, inputs)) };
    },
    update: async (resource, { id, oldInputs, oldOutputs, inputs, preview }) => {
      const kind = kindOf(resource);
      if (preview)
        return mapOf<Value>([
          ...Object.entries(inputs),
          ...kind.made.map((name) => [name, oldOutputs[name] ?? UNKNOWN] as const),
        ]);
      await kind.update(client(), inputs, oldInputs);
      return outputsOf(inputs, await kind.read(client(), id, inputs));
    },
    read: async (resource, { id, inputs, outputs }) => {
      const kind = kindOf(resource);
      const live = await kind.read(client(), id, inputs ?? outputs);
      if (live === undefined) return undefined;
      const found = inputs === undefined ? imported(kind, live) : liveInputs(inputs, live);
      return { id, inputs: found, outputs: outputsOf(found, live) };
    },
    remove: async (resource, { id, inputs }) => kindOf(resource).remove(client(), id, inputs),
  };
}

function kindOf({ type }: Resource): VaultKind {
  const kind = vaultKinds.get(type);
  if (kind === undefined) throw new ProviderError(unsupported(type));
  return kind;
}

function unsupported(type: string): string {
  return `${type} is not supported by this test fixture; it knows ${[...vaultKinds.keys()].join(", ")}`;
}

function problemsOf(kind: VaultKind, inputs: ValueMap): readonly Problem[] {
  const missing = kind.required.filter((name) => inputs[name] === undefined);
  const strange = Object.keys(inputs).filter((name) => name !== "namespace" && !kind.inputs.includes(name));
  return [
    ...missing.map((property) => ({ property, reason: "is required" })),
    ...strange.map((property) => ({ property, reason: "is not supported by this test fixture" })),
  ];
}

/** What the program gave, and what the server added. */
function outputsOf(inputs: ValueMap, live: JsonMap | undefined): ValueMap {
  const added = Object.entries(live ?? {}).filter(([name, value]) => inputs[name] === undefined && value !== null);
  return mapOf<Value>([...Object.entries(inputs), ...added]);
}

function imported(kind: VaultKind, live: JsonMap): ValueMap {
  const isEmpty = (value: Value): boolean => value === null || value === "" || (isList(value) && value.length === 0);
  return mapOf<Value>(Object.entries(live).filter(([name, value]) => kind.inputs.includes(name) && !isEmpty(value)));
}

/** The declared inputs with the values that are live; what the server does not return is taken as unchanged. */
function liveInputs(declared: ValueMap, live: JsonMap): ValueMap {
  return mapOf<Value>(
    Object.entries(declared).map(([name, value]) => {
      const found = live[name];
      return [
        name,
        found === undefined || isSame(value, found) ? value : markSecrets(declaredParts(found, value), value),
      ];
    }),
  );
}

/** Of a map, only the declared keys: the server fills in others. */
function declaredParts(live: Value, declared: Value): Value {
  const wanted = reveal(declared);
  if (!isMap(live) || !isMap(wanted)) return live;
  return mapOf<Value>(
    Object.entries(wanted).map(([key, value]) => {
      const found = live[key];
      return [key, found === undefined || isSame(value, found) ? value : found];
    }),
  );
}

/** The server keeps lists as sets, durations as seconds, paths with a slash, and texts without white space at their ends. */
function isSame(declared: Value, live: Value): boolean {
  const [a, b] = [reveal(declared), live instanceof Secret ? live.value : live];
  if (isList(a)) return (isList(b) || b === null) && sameSet(a, isList(b) ? b : []);
  if (isMap(a)) return isMap(b) && Object.entries(a).every(([key, value]) => isSame(value, b[key] ?? null));
  if (typeof a === "string" && typeof b === "string") return normal(a) === normal(b);
  if (typeof a === "string" && typeof b === "number") return seconds(a) === b;
  return sameValue(a, b);
}

function sameSet(left: readonly Value[], right: readonly Value[]): boolean {
  const contains = (list: readonly Value[], item: Value): boolean => list.some((other) => sameValue(item, other));
  return left.every((item) => contains(right, item)) && right.every((item) => contains(left, item));
}

function normal(text: string): string {
  return text.trim().replace(/\/$/, "");
}

function seconds(duration: string): number {
  if (/^\d+$/.test(duration)) return Number(duration);
  const units = new Map([
    ["h", 3600],
    ["m", 60],
    ["s", 1],
    ["d", 86_400],
  ]);
  return [...duration.matchAll(/(\d+)([hmsd])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units.get(unit ?? "") ?? 0),
    0,
  );
}
