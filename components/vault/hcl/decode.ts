import { itemsOf, type Item, type Literal, type Node, type Position } from "./syntax";

/** A value of a policy whose type the reader decides: what Go's decoder makes of it. */
export type AnyValue =
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "integer"; readonly value: bigint }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "list"; readonly value: readonly AnyValue[] }
  | { readonly type: "map"; readonly value: ReadonlyMap<string, AnyValue> }
  | { readonly type: "maps"; readonly value: readonly ReadonlyMap<string, AnyValue>[] };

/** What a field is read from: a node, the items of a block, or one item. */
type Source =
  | Node
  | { readonly kind: "items"; readonly items: readonly Item[]; readonly at: Position }
  | { readonly kind: "item"; readonly item: Item; readonly at: Position };

/** A field of the wrong type. Reading goes on with the next field. */
export class WrongType extends Error {
  readonly at: Position;

  constructor(at: Position, message: string) {
    super(message);
    this.at = at;
  }
}

type Reader<T> = (source: Source, earlier: T | undefined) => T;

/**
 * Reads every value of a field, each continuing what the ones before gave: texts and numbers are replaced, lists and maps grow.
 * Undefined when the field is not there.
 * @throws WrongType
 */
export function readField<T>(items: readonly Item[], name: string, read: Reader<T>): T | undefined {
  const found = itemsOf(items, name);
  const labelled = found.filter(({ keys }) => keys.length > 0);
  const sources: Source[] = labelled[0] === undefined ? [] : [{ kind: "items", items: labelled, at: labelled[0].at }];
  for (const { keys, value } of found)
    if (keys.length === 0)
      sources.push(value.kind === "block" ? { kind: "items", items: value.items, at: value.at } : value);
  return sources.reduce<T | undefined>((earlier, source) => read(source, earlier), undefined);
}

export const text: Reader<string> = (source) => {
  if (source.kind === "literal" && ["string", "heredoc", "number"].includes(source.type)) return source.value;
  throw new WrongType(source.at, "a string is needed");
};

export const bool: Reader<boolean> = (source) => {
  if (source.kind === "literal" && source.type === "bool") return source.value === "true";
  throw new WrongType(source.at, "true or false is needed");
};

export const integer: Reader<bigint> = (source) => {
  const value =
    source.kind === "literal" && (source.type === "number" || source.type === "string")
      ? parseInteger(source.value)
      : undefined;
  if (value === undefined) throw new WrongType(source.at, "a whole number is needed");
  return value;
};

export const texts: Reader<readonly string[]> = (source, earlier = []) => [
  ...earlier,
  ...elementsOf(source).map((element) => text(element, undefined)),
];

/** A list of anything for each key. */
export const lists: Reader<ReadonlyMap<string, readonly AnyValue[]>> = (source, earlier) =>
  mapOf(source, earlier, anyList);

/** Anything; a second value has to be of the first one's type. */
export const anything: Reader<AnyValue> = (source, earlier) => anyValue(source, earlier, false);

const anyList: Reader<readonly AnyValue[]> = (source, earlier = []) => [
  ...earlier,
  ...elementsOf(source).map((element) => anyValue(element, undefined, true)),
];

function anyValue(source: Source, earlier: AnyValue | undefined, inList: boolean): AnyValue {
  switch (earlier?.type ?? typeOf(source, inList)) {
    case "bool":
      return { type: "bool", value: bool(source, undefined) };
    case "float":
      return { type: "float", value: float(source) };
    case "integer":
      return { type: "integer", value: integer(source, undefined) };
    case "string":
      return { type: "string", value: text(source, undefined) };
    case "list":
      return { type: "list", value: anyList(source, earlier?.type === "list" ? earlier.value : undefined) };
    case "map":
      return { type: "map", value: anyMap(source, earlier?.type === "map" ? earlier.value : undefined) };
    case "maps": {
      const before = earlier?.type === "maps" ? earlier.value : [];
      return { type: "maps", value: [...before, ...elementsOf(source).map((element) => anyMap(element, undefined))] };
    }
  }
}

const anyMap: Reader<ReadonlyMap<string, AnyValue>> = (source, earlier) => mapOf(source, earlier, anything);

function typeOf(source: Source, inList: boolean): AnyValue["type"] {
  switch (source.kind) {
    case "literal":
      return literalType(source);
    case "list":
      return "list";
    case "block":
    case "items":
      return inList ? "map" : "maps";
    case "item":
      throw new WrongType(source.at, "a block with a label cannot stand here");
  }
}

function literalType({ type }: Literal): AnyValue["type"] {
  switch (type) {
    case "number":
      return "integer";
    case "heredoc":
      return "string";
    default:
      return type;
  }
}

function elementsOf(source: Source): readonly Source[] {
  switch (source.kind) {
    case "list":
      return source.elements;
    case "block":
      return [source];
    case "items":
      return source.items.map((item) => ({ kind: "item", item, at: item.keys[0]?.at ?? item.at }));
    case "item":
    case "literal":
      throw new WrongType(source.at, "a list is needed");
  }
}

function mapOf<T>(
  source: Source,
  earlier: ReadonlyMap<string, T> | undefined,
  read: Reader<T>,
): ReadonlyMap<string, T> {
  const items = mapItems(source);
  const map = new Map(earlier);
  const done = new Set<string>();
  for (const item of items) {
    const name = item.keys[0]?.name;
    if (name === undefined) throw new WrongType(item.at, "keys are needed");
    if (done.has(name)) continue;
    let value: Source = item.value;
    if (item.keys.length > 1) {
      value = { kind: "items", items: itemsOf(items, name), at: item.at };
      done.add(name);
    }
    map.set(name, read(value, map.get(name)));
  }
  return map;
}

function mapItems(source: Source): readonly Item[] {
  switch (source.kind) {
    case "block":
    case "items":
      return source.items;
    case "item":
      return [source.item];
    case "list":
    case "literal":
      throw new WrongType(source.at, "a block is needed");
  }
}

function float(source: Source): number {
  const isNumber = source.kind === "literal" && (source.type === "float" || source.type === "number");
  if (isNumber && /^-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(source.value)) {
    const value = Number(source.value);
    if (Number.isFinite(value)) return value;
  }
  throw new WrongType(source.at, "a number is needed");
}

const MAX = 2n ** 63n;

/** Go's `ParseInt(text, 0, 64)`: a base by its prefix, underscores between digits. */
function parseInteger(written: string): bigint | undefined {
  const found =
    /^([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/.exec(
      written,
    );
  if (found === null) return undefined;
  const digits = (found[2] ?? "").replaceAll("_", "");
  const size = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const value = found[1] === "-" ? -size : size;
  return value >= -MAX && value < MAX ? value : undefined;
}
