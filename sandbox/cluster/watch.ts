import type { ServerResponse } from "node:http";
import { apiVersionOf, type Body } from "./kinds";
import { LIST_OPTIONS, readRevision, type Selection } from "./list";
import { encodeObject, type Representation } from "./represent";
import { ApiError, cause, invalid, type Cause } from "./status";
import type { Change, ChangeType, Storage } from "./storage";

export interface WatchRequest {
  readonly selection: Selection;
  readonly version: string;
  readonly query: URLSearchParams;
  readonly as: Representation;
}

/** As long as the API server keeps a watch that names no time. */
const DEFAULT_SECONDS = 1800;

/**
 * Serves a watch until its time is over, the client leaves or `onClose` of the sandbox ends it. Errors after the request was
 * understood are ERROR events, as the API server sends them.
 * @throws ApiError 422 for contradictory options, 500 for a resourceVersion that is no number
 */
export function serveWatch(
  storage: Storage,
  request: WatchRequest,
  response: ServerResponse,
  bookmarkMs: number,
): void {
  const { selection, query } = request;
  checkWatchOptions(query);
  const version = query.get("resourceVersion") ?? "";
  const from = version === "" || version === "0" ? undefined : readRevision(version);
  const initial = query.get("sendInitialEvents");
  const bookmarks = flag(query, "allowWatchBookmarks");
  const seconds = Number(query.get("timeoutSeconds") ?? 0) || DEFAULT_SECONDS;
  response.writeHead(200, { "Content-Type": "application/json" });
  const send = (type: ChangeType | "BOOKMARK" | "ERROR", object: string): void =>
    void response.write(`{"type":"${type}","object":${object}}\n`);
  const bookmark = (annotations?: object): void => {
    if (bookmarks) send("BOOKMARK", bookmarkText(request, storage.revision, annotations));
  };
  if (initial === "true" || (initial === null && from === undefined)) {
    for (const body of storage.list(selection.kind, selection.namespace))
      if (selection.matches(body)) send("ADDED", encodeObject(selection.kind, request.version, body, request.as));
    if (initial === "true") bookmark({ "k8s.io/initial-events-end": "true" });
  } else if (from !== undefined) {
    try {
      for (const change of storage.since(selection.kind, from))
        if (selection.namespace === undefined || change.object.metadata.namespace === selection.namespace)
          emit(request, change, send);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      send("ERROR", JSON.stringify(error.body()));
      response.end();
      return;
    }
  }
  response.flushHeaders();
  const stopListening = storage.listen(
    selection.kind,
    selection.namespace,
    (change) => emit(request, change, send),
    () => response.end(),
  );
  const ticker = setInterval(bookmark, bookmarkMs).unref();
  const end = setTimeout(() => {
    bookmark();
    response.end();
  }, seconds * 1000).unref();
  response.once("close", () => {
    stopListening();
    clearInterval(ticker);
    clearTimeout(end);
  });
}

type Send = (type: ChangeType, object: string) => void;

/** A change as this watch sees it: leaving the selection looks like a deletion, entering it like a creation. */
function emit(request: WatchRequest, change: Change, send: Send): void {
  const { matches, selective } = request.selection;
  const before = change.previous !== undefined && (!selective || matches(change.previous));
  if (change.type === "DELETED") {
    if (before) send("DELETED", textOf(request, change, change.object));
    return;
  }
  const after = !selective || matches(change.object);
  if (after) send(before ? "MODIFIED" : "ADDED", textOf(request, change, change.object));
  else if (before) send("DELETED", textOf(request, change, lastMatching(change)));
}

function lastMatching({ previous, object, revision }: Change): Body {
  const body = previous ?? object;
  return { ...body, metadata: { ...body.metadata, resourceVersion: String(revision) } };
}

/** Watches that show a change the same way share its text: writing is not slowed by their number. */
const shared: { change: Change | undefined; readonly texts: Map<string, string> } = {
  change: undefined,
  texts: new Map(),
};

function textOf(request: WatchRequest, change: Change, body: Body): string {
  if (body !== change.object) return encodeObject(change.kind, request.version, body, request.as);
  if (shared.change !== change) {
    shared.change = change;
    shared.texts.clear();
  }
  const key = `${request.version} ${request.as}`;
  let text = shared.texts.get(key);
  if (text === undefined) {
    text = encodeObject(change.kind, request.version, body, request.as);
    shared.texts.set(key, text);
  }
  return text;
}

function bookmarkText(request: WatchRequest, revision: number, annotations?: object): string {
  const metadata = { resourceVersion: String(revision), ...(annotations === undefined ? {} : { annotations }) };
  return JSON.stringify(
    request.as === "metadata"
      ? { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata }
      : {
          kind: request.selection.kind.kind,
          apiVersion: apiVersionOf(request.selection.kind, request.version),
          metadata,
        },
  );
}

/** A boolean query parameter: present without a value means true. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== "false" && value !== "0";
}

function checkWatchOptions(query: URLSearchParams): void {
  const match = query.get("resourceVersionMatch");
  const causes: Cause[] = [];
  const refuse = (why: string): void => void causes.push(cause.forbidden("resourceVersionMatch", why));
  if (query.has("sendInitialEvents")) {
    if (match === null) refuse("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    else if (match !== "NotOlderThan") causes.push(cause.unsupported("resourceVersionMatch", match, ["NotOlderThan"]));
  } else if (match !== null) refuse("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
  if (query.has("continue")) causes.push(cause.forbidden("continue", "continue is forbidden for watch"));
  if (causes.length > 0) throw invalid(LIST_OPTIONS, causes);
}
