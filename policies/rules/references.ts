import type { JsonRecord } from "../../api";
import type { Path } from "./rule";
import { read, readList, readText, UNKNOWN } from "./unknown";

type Text = string | undefined | typeof UNKNOWN;

/** A store that an ExternalSecret refers to, and where it does. */
export interface StoreReference {
  readonly path: Path;
  readonly kind: Text;
  readonly name: Text;
}

/** One thing that an ExternalSecret reads. */
export interface RemoteRead {
  /** Where the key is, or the entry when there is none. */
  readonly path: Path;
  /** `find` lists everything below its key; without a key, everything. */
  readonly find: boolean;
  readonly key: Text;
  /** The store it is read from; undefined when the object names none. */
  readonly store: StoreReference | undefined;
}

/** What an ExternalSecret reads, and what of it is not known yet. Malformed entries, which the API server refuses, are left out. */
export function remoteReads(object: JsonRecord): {
  readonly reads: readonly RemoteRead[];
  readonly unknown: readonly Path[];
} {
  const reads: RemoteRead[] = [];
  const unknown: Path[] = [];
  const own = storeReference(object, ["spec", "secretStoreRef"]);
  if (read(object, "spec") === UNKNOWN) return { reads, unknown: [["spec"]] };

  const each = (list: "data" | "dataFrom", visit: (at: Path, store: StoreReference | undefined) => void): void => {
    const entries = readList(object, "spec", list);
    if (entries === UNKNOWN) unknown.push(["spec", list]);
    else
      (entries ?? []).forEach((entry, index) => {
        const at: Path = ["spec", list, index];
        if (entry === UNKNOWN) unknown.push(at);
        else visit(at, storeReference(object, [...at, "sourceRef", "storeRef"]) ?? own);
      });
  };
  const add = (path: Path, find: boolean, store: StoreReference | undefined): void => {
    const key = readText(object, ...path);
    if (key !== undefined || find) reads.push({ path: key === undefined ? path.slice(0, -1) : path, find, key, store });
  };

  each("data", (at, store) => add([...at, "remoteRef", "key"], false, store));
  each("dataFrom", (at, store) => {
    if (read(object, ...at, "extract") !== undefined) add([...at, "extract", "key"], false, store);
    if (read(object, ...at, "find") !== undefined) add([...at, "find", "path"], true, store);
  });
  return { reads, unknown };
}

/** Every place where an ExternalSecret names a store. */
export function storeReferences(object: JsonRecord): readonly StoreReference[] {
  const places: Path[] = [["spec", "secretStoreRef"]];
  const unknown: StoreReference[] = [];
  for (const list of ["data", "dataFrom"]) {
    const entries = readList(object, "spec", list);
    if (entries === UNKNOWN) unknown.push({ path: ["spec", list], kind: UNKNOWN, name: UNKNOWN });
    else (entries ?? []).forEach((_, index) => places.push(["spec", list, index, "sourceRef", "storeRef"]));
  }
  return [...places.flatMap((path) => storeReference(object, path) ?? []), ...unknown];
}

function storeReference(object: JsonRecord, path: Path): StoreReference | undefined {
  const name = readText(object, ...path, "name");
  if (name === undefined || name === "") return undefined;
  const kind = readText(object, ...path, "kind");
  return { path, name, kind: kind === undefined || kind === "" ? "SecretStore" : kind };
}
