import { clone, equal, get, isFields, set, type Fields } from "../json";
import { typeBelow, type FieldType } from "./field-type";
import { ApiError, badRequest } from "./status";

/** RFC 7386: null deletes, objects merge, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const out: Fields = isFields(target) ? { ...target } : {};
  for (const key of Object.keys(patch)) {
    if (patch[key] === null) delete out[key];
    else set(out, key, mergePatch(get(out, key), patch[key]));
  }
  return out;
}

/**
 * RFC 6902.
 * @throws ApiError 422 when an operation does not fit, 400 when it is malformed
 */
export function jsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations))
    throw badRequest("error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  let root: unknown = clone(target);
  for (const operation of operations as Fields[]) {
    const path = pointer(operation.path);
    switch (operation.op) {
      case "test":
        if (!equal(lookUp(root, path), operation.value)) throw rejected();
        break;
      case "add":
        root = insert(root, path, clone(operation.value));
        break;
      case "remove":
        root = removeAt(root, path);
        break;
      case "replace":
        lookUp(root, path);
        root = insert(removeAt(root, path), path, clone(operation.value));
        break;
      case "move": {
        const from = pointer(operation.from);
        const value = lookUp(root, from);
        root = insert(removeAt(root, from), path, value);
        break;
      }
      case "copy":
        root = insert(root, path, clone(lookUp(root, pointer(operation.from))));
        break;
      default:
        throw rejected();
    }
  }
  return root;
}

const rejected = (): ApiError =>
  new ApiError(422, "Invalid", "the server rejected our request due to an error in our request", {});

function pointer(text: unknown): readonly string[] {
  if (typeof text !== "string" || (text !== "" && !text.startsWith("/"))) throw rejected();
  return text
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function lookUp(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const key of path) {
    if (Array.isArray(value)) value = (value as unknown[])[index(key, value.length)];
    else if (isFields(value) && Object.hasOwn(value, key)) value = value[key];
    else throw rejected();
  }
  return value;
}

function index(key: string, length: number): number {
  const value = Number(key);
  if (!/^\d+$/.test(key) || value >= length) throw rejected();
  return value;
}

function insert(root: unknown, path: readonly string[], value: unknown): unknown {
  const key = path.at(-1);
  if (key === undefined) return value;
  const parent = lookUp(root, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(key === "-" ? parent.length : index(key, parent.length + 1), 0, value);
  else if (isFields(parent)) set(parent, key, value);
  else throw rejected();
  return root;
}

function removeAt(root: unknown, path: readonly string[]): unknown {
  const key = path.at(-1);
  if (key === undefined) return undefined;
  const parent = lookUp(root, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(index(key, parent.length), 1);
  else if (isFields(parent) && Object.hasOwn(parent, key)) delete parent[key];
  else throw rejected();
  return root;
}

/**
 * Kubernetes' strategic merge for built-in kinds: keyed lists merge by their first key, `$patch: delete|replace`,
 * `$deleteFromPrimitiveList` and `$retainKeys` are followed, `$setElementOrder` is accepted and ignored.
 */
export function strategicPatch(target: unknown, patch: unknown, type: FieldType | undefined): unknown {
  if (Array.isArray(patch)) return mergeList(target, patch as unknown[], type);
  if (!isFields(patch)) return patch;
  if (patch.$patch === "replace") return without(patch, "$patch");
  const out: Fields = isFields(target) ? { ...target } : {};
  if (Array.isArray(patch.$retainKeys))
    for (const key of Object.keys(out)) if (!patch.$retainKeys.includes(key)) delete out[key];
  for (const key of Object.keys(patch)) {
    if (key.startsWith("$deleteFromPrimitiveList/")) {
      const field = key.slice("$deleteFromPrimitiveList/".length);
      const gone = patch[key] as unknown[];
      const list = get(out, field);
      if (Array.isArray(list))
        set(
          out,
          field,
          list.filter((entry) => !gone.includes(entry)),
        );
    } else if (key.startsWith("$")) continue;
    else if (patch[key] === null) delete out[key];
    else set(out, key, strategicPatch(get(out, key), patch[key], typeBelow(type, key)));
  }
  return out;
}

function mergeList(target: unknown, patch: readonly unknown[], type: FieldType | undefined): unknown {
  const entries = Array.isArray(target) ? [...(target as unknown[])] : [];
  if (type?.set === true) return [...entries, ...patch.filter((entry) => !entries.includes(entry))];
  const key = type?.keys?.[0];
  if (key === undefined) return patch;
  const given = patch.filter(
    (entry) => !(isFields(entry) && entry.$patch === "replace" && get(entry, key) === undefined),
  );
  const out = given.length < patch.length ? [] : entries;
  for (const entry of given) {
    if (!isFields(entry)) throw badRequest("cannot merge a list element that is not an object");
    const at = out.findIndex((present) => isFields(present) && equal(get(present, key), get(entry, key)));
    if (entry.$patch === "delete") {
      if (at >= 0) out.splice(at, 1);
    } else if (at < 0) out.push(strategicPatch({}, entry, type?.each));
    else out[at] = strategicPatch(out[at], entry, type?.each);
  }
  return out;
}

function without(fields: Fields, key: string): Fields {
  const out = { ...fields };
  delete out[key];
  return out;
}
