import { createHmac } from "node:crypto";
import {
  compare,
  DATA_HASH_ANNOTATION,
  dataHash,
  TEMPLATE_INPUTS,
  type KubernetesObject,
  type SecretData,
} from "../../api";
import type { RandomNames, Rendered } from "./render";
import type { Section, TemplatePart, TemplateSpec } from "./template-spec";

/**
 * The random rule. A template with a random function gives another text each time; its result is kept until what it was made from
 * changes, so that a refresh never rotates by accident. The annotation `keyturn.dev/template-inputs` of the Secret says what it was
 * made from and what came out, both as keyed hashes (a plain hash of a short password could be guessed):
 *
 *     <key id>.<inputs>.<values> <section>/<name>,<section>/<name>
 *
 * The names are those that random templates made. As long as inputs and values are the same, these values stay.
 */
export interface Key {
  readonly key: Uint8Array;
  /** Another id: the hashes cannot be compared. */
  readonly id: string;
}

/** What the values of random templates are made from: `<key id>.<hash>` of the ExternalSecret's name, the fetched data and the templates. */
export function inputsOf(
  key: Key,
  owner: string,
  template: Pick<TemplateSpec, "type" | "withFetched">,
  parts: readonly TemplatePart[],
  fetched: SecretData,
): string {
  const texts = parts.map(({ into, key: name, text, decoding }) => [into, name ?? null, text, decoding]);
  const mac = createHmac("sha256", key.key);
  mac.update(`${JSON.stringify(["template inputs", owner, template.type, template.withFetched, texts])}\n`);
  for (const [name, bytes] of [...fetched].sort(([a], [b]) => compare(a, b)))
    mac.update(`${JSON.stringify([name, bytes.byteLength])}\n`).update(bytes);
  return `${key.id}.${mac.digest("hex").slice(0, 32)}`;
}

/** The annotation of a Secret that was rendered anew. */
export function markOf(key: Key, inputs: string, rendered: Rendered): string {
  const names = SECTIONS.flatMap((section) =>
    [...rendered.random[section]].sort(compare).map((name) => `${section}/${name}`),
  );
  return `${inputs}.${valuesHash(key, names, rendered)} ${names.join(",")}`;
}

/** Whether a Secret with this annotation was made from these inputs. */
export function isMadeFrom(mark: string | undefined, inputs: string): boolean {
  return mark?.startsWith(`${inputs}.`) ?? false;
}

/**
 * What the Secret becomes when the values of random templates stay: these, and everything else as rendered now. Undefined: they
 * have to be made anew, because an input or the template changed, or one of them was changed or is gone.
 *
 * A Secret without the annotation (from ESO, or written with a key that is lost since) is believed to be made from the present inputs when it was
 * written for the present spec, is intact, and everything that is not random comes out the same.
 *
 * @param steady the templates without the random ones
 * @param current the Secret was written for the present spec, labels and annotations of its ExternalSecret
 */
export function keep(
  existing: KubernetesObject,
  present: SecretData,
  steady: Rendered,
  rule: {
    readonly key: Key;
    readonly inputs: string;
    readonly current: boolean;
    readonly parts: readonly TemplatePart[];
  },
): (Rendered & { readonly mark: string }) | undefined {
  const { key, inputs, parts } = rule;
  const there = {
    data: present,
    labels: new Map(Object.entries(existing.metadata.labels ?? {})),
    annotations: new Map(Object.entries(existing.metadata.annotations ?? {})),
  };
  const mark = there.annotations.get(TEMPLATE_INPUTS);
  if (mark?.startsWith(`${key.id}.`)) {
    const [hashes = "", list = ""] = mark.split(" ");
    const names = list === "" ? [] : list.split(",");
    if (hashes !== `${inputs}.${valuesHash(key, names, there)}`) return undefined;
    return { ...overlay(steady, there, names), mark };
  }
  if (!rule.current || existing.metadata.annotations?.[DATA_HASH_ANNOTATION] !== dataHash(present)) return undefined;
  for (const [name, value] of steady.data) if (!equal(present.get(name), value)) return undefined;
  const names: string[] = [];
  for (const { random, into, key: name } of parts) {
    if (!random) continue;
    if (name !== undefined) names.push(`${into}/${name}`);
    // What a literal made cannot be told from what others added; it stays all.
    else if (into === "data") names.push(...[...present.keys()].map((each) => `data/${each}`));
    else return undefined;
  }
  if (names.some((name) => !has(there, name))) return undefined;
  const made = overlay(steady, there, [...new Set(names)].sort(compare));
  return { ...made, mark: markOf(key, inputs, made) };
}

const SECTIONS: readonly Section[] = ["annotations", "data", "labels"];

interface Maps {
  readonly data: SecretData;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
}

function valuesHash({ key }: Key, names: readonly string[], maps: Maps): string {
  const mac = createHmac("sha256", key).update("template values\n");
  for (const name of names) {
    const value = valueAt(maps, name);
    mac.update(`${JSON.stringify([name, value === undefined ? -1 : value.byteLength])}\n`);
    if (value !== undefined) mac.update(value);
  }
  return mac.digest("hex").slice(0, 32);
}

/** `name` is `<section>/<name>`. */
function valueAt(maps: Maps, name: string): Uint8Array | undefined {
  const [section, rest] = split(name);
  const value = maps[section].get(rest);
  return typeof value === "string" ? Buffer.from(value) : value;
}

function has(maps: Maps, name: string): boolean {
  const [section, rest] = split(name);
  return maps[section].has(rest);
}

function split(name: string): readonly [Section, string] {
  const slash = name.indexOf("/");
  return [name.slice(0, slash) as Section, name.slice(slash + 1)];
}

function overlay(steady: Rendered, there: Maps, names: readonly string[]): Rendered {
  const made = {
    data: new Map(steady.data),
    labels: new Map(steady.labels),
    annotations: new Map(steady.annotations),
  };
  const random: RandomNames & Record<Section, Set<string>> = {
    data: new Set(),
    labels: new Set(),
    annotations: new Set(),
  };
  for (const each of names) {
    const [section, name] = split(each);
    if (section === "data") copy(there.data, made.data, name);
    else copy(there[section], made[section], name);
    random[section].add(name);
  }
  return { ...made, random };
}

function copy<T>(from: ReadonlyMap<string, T>, to: Map<string, T>, name: string): void {
  const value = from.get(name);
  if (value !== undefined) to.set(name, value);
}

function equal(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}
