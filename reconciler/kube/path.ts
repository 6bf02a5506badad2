import { KeyturnError } from "../../api";
import { RESOURCES } from "./resources";
import type { Resource } from "./types";

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * `/apis/<group>/<version>/namespaces/<ns>/<plural>/<name>/<subresource>?<query>`, segments encoded, absent query fields left out.
 * @throws KeyturnError `InvalidName` for a name that would address something else (empty, `.`, `..`)
 */
export function resourcePath(
  resource: Resource,
  place: { readonly namespace?: string | undefined; readonly name?: string; readonly subresource?: string },
  query: Query = {},
): string {
  const root = resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const namespace =
    resource.namespaced && place.namespace !== undefined ? `/namespaces/${segment(resource, place.namespace)}` : "";
  const name = place.name === undefined ? "" : `/${segment(resource, place.name)}`;
  const subresource = place.subresource === undefined ? "" : `/${place.subresource}`;
  const search = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
    .join("&");
  return `${root}${namespace}/${resource.plural}${name}${subresource}${search === "" ? "" : `?${search}`}`;
}

function segment(resource: Resource, name: string): string {
  if (name === "" || name === "." || name === "..") {
    throw new KeyturnError({
      code: "InvalidName",
      object: `${resource.kind} ${JSON.stringify(name)}`,
      cause: "is not a name of an object",
      remedy: "give the name of the object",
    });
  }
  return encodeURIComponent(name);
}

/** What a path addresses; for messages and metrics. */
export interface Addressed {
  readonly plural: string;
  /** The plural where the kind is not one of ours. */
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Reads {@link resourcePath} back. A path of another form is its own plural. */
export function addressed(path: string): Addressed {
  const clean = path.split("?", 1)[0] ?? path;
  const match =
    /^\/(?:api\/[^/]+|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(
      clean,
    );
  if (match === null) return { plural: clean, kind: clean };
  const [, namespace, plural = "", name, subresource] = match;
  return {
    plural,
    kind: RESOURCES.find((resource) => resource.plural === plural)?.kind ?? plural,
    ...(namespace === undefined ? {} : { namespace: decode(namespace) }),
    ...(name === undefined ? {} : { name: decode(name) }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const VERBS: Readonly<Record<string, string>> = {
  GET: "get",
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** `patch Secret payments/db`, `list ExternalSecret`, `create ServiceAccount payments/app token`. */
export function describeCall(method: string, path: string): string {
  const target = addressed(path);
  const verb =
    method === "GET" && target.name === undefined
      ? /[?&]watch=(1|true)\b/.test(path)
        ? "watch"
        : "list"
      : (VERBS[method] ?? method.toLowerCase());
  const name = target.name ?? "";
  const place =
    target.namespace === undefined ? name : name === "" ? `in ${target.namespace}` : `${target.namespace}/${name}`;
  return [verb, target.kind, place, target.subresource].filter((part) => part !== undefined && part !== "").join(" ");
}
