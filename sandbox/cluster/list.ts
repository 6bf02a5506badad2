import { isFields } from "../json";
import type { Body, Kind } from "./kinds";
import { fieldMatcher, labelMatcher, type Matcher } from "./selectors";
import { ApiError, badRequest, cause, invalid, type Cause } from "./status";
import type { Storage } from "./storage";

/** The objects a list or watch is about. */
export interface Selection {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly matches: Matcher;
  readonly selective: boolean;
}

/**
 * @param name one object's name, for a watch of a single object
 * @throws ApiError 400 for a selector that cannot be read
 */
export function select(kind: Kind, namespace: string | undefined, query: URLSearchParams, name?: string): Selection {
  const [labels, fields] = [query.get("labelSelector") ?? "", query.get("fieldSelector") ?? ""];
  const byLabel = labels === "" ? undefined : labelMatcher(labels);
  const byField = fields === "" ? undefined : fieldMatcher(kind, fields);
  return {
    kind,
    namespace,
    selective: byLabel !== undefined || byField !== undefined || name !== undefined,
    matches: (body) =>
      (name === undefined || body.metadata.name === name) &&
      (byLabel?.(body.metadata.labels) ?? true) &&
      (byField?.(body) ?? true),
  };
}

export interface Page {
  readonly items: readonly Body[];
  readonly metadata: object;
}

interface ContinueToken {
  readonly rv: number;
  readonly start: string;
}

/**
 * A list, whole or paged. Pages show the state of the first page's revision.
 * @throws ApiError 400, 410 when a page's revision is no longer known, 422, 504
 */
export function list(storage: Storage, selection: Selection, query: URLSearchParams): Page {
  checkListOptions(query);
  const limit = Number(query.get("limit") ?? 0);
  const token = query.get("continue");
  const version = query.get("resourceVersion") ?? "";
  let revision = storage.revision;
  let after = "";
  if (token !== null && token !== "") {
    if (version !== "" && version !== "0")
      throw badRequest("specifying resource version is not allowed when using continue");
    ({ rv: revision, start: after } = readContinue(token));
  } else if (version !== "" && version !== "0") {
    const asked = readRevision(version);
    if (asked > storage.revision) throw tooLarge(asked, storage.revision);
    if (query.get("resourceVersionMatch") === "Exact") revision = asked;
  }
  const known =
    after === "" && revision === storage.revision
      ? storage.list(selection.kind, selection.namespace)
      : storage.listAt(selection.kind, selection.namespace, revision, after).map(([, body]) => body);
  const found = selection.selective ? known.filter(selection.matches) : known;
  if (limit <= 0 || found.length <= limit || version === "0")
    return { items: found, metadata: { resourceVersion: String(revision) } };
  const items = found.slice(0, limit);
  const { namespace, name } = (items.at(-1) as Body).metadata;
  const start = namespace === undefined ? name : `${namespace}/${name}`;
  return {
    items,
    metadata: {
      resourceVersion: String(revision),
      continue: Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: revision, start })).toString("base64url"),
      ...(selection.selective ? {} : { remainingItemCount: found.length - limit }),
    },
  };
}

export const tooLarge = (asked: number, current: number): ApiError =>
  new ApiError(504, "Timeout", `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  });

/** @throws ApiError 500, as the API server answers */
export function readRevision(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new ApiError(
    500,
    undefined,
    `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

function readContinue(token: string): ContinueToken {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (isFields(value) && typeof value.rv === "number" && typeof value.start === "string")
      return { rv: value.rv, start: value.start };
  } catch {
    // Not one of ours: refused below.
  }
  throw badRequest("invalid continue token: continue key is not valid");
}

const MATCHES = ["Exact", "NotOlderThan"];

function checkListOptions(query: URLSearchParams): void {
  const match = query.get("resourceVersionMatch");
  const version = query.get("resourceVersion") ?? "";
  const causes: Cause[] = [];
  if (match !== null) {
    if (version === "")
      causes.push(
        cause.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"),
      );
    if (!MATCHES.includes(match)) causes.push(cause.unsupported("resourceVersionMatch", match, MATCHES));
    if (match === "Exact" && version === "0")
      causes.push(
        cause.forbidden("resourceVersionMatch", 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
      );
  }
  if (query.has("sendInitialEvents"))
    causes.push(cause.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  if (causes.length > 0) throw invalid(LIST_OPTIONS, causes);
}

export const LIST_OPTIONS = { group: "meta.k8s.io", kind: "ListOptions", name: "" } as const;
