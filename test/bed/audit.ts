import { randomUUID } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { bed, type Bed } from "./bed";
import { eventually } from "./eventually";
import { kubeClient } from "./kube";

/** One request that the API server has answered, as its audit log has it. */
export interface AuditedRequest {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
  readonly verb: string;
  /** e.g. `bed-admin`, or `system:serviceaccount:NAMESPACE:NAME`. */
  readonly user: string;
  readonly userAgent: string;
  /** Plural; empty for requests that are about no object, such as `/version`. */
  readonly resource: string;
  readonly subresource: string;
  readonly apiGroup: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  readonly status: number;
  readonly dryRun: boolean;
}

/** A moment in an audit log: what was answered before lies before it, what is asked later lies behind it. */
export interface AuditMark {
  readonly offset: number;
}

/** Verbs that change something. */
export const WRITES: readonly string[] = ["create", "update", "patch", "delete", "deletecollection"];

/** The present moment in the API server's audit log. */
export async function auditMark(of: Bed = bed()): Promise<AuditMark> {
  const id = randomUUID();
  const { size } = statSync(of.auditLog);
  await kubeClient(of.kube).send("GET", `/version?audit-mark=${id}`);
  return logMark(of.auditLog, size, id);
}

/** Every request answered since the mark, oldest first, optionally only those equal to `like` in all its fields. */
export async function requestsSince(
  mark: AuditMark,
  like: Partial<AuditedRequest> = {},
  of: Bed = bed(),
): Promise<readonly AuditedRequest[]> {
  const now = await auditMark(of);
  return readLines(of.auditLog, mark.offset, now.offset)
    .flatMap((line) => parseEvent(line) ?? [])
    .filter(({ path }) => !path.startsWith("/version?audit-mark="))
    .filter((request) =>
      Object.entries(like).every(([field, value]) => request[field as keyof AuditedRequest] === value),
    );
}

/** {@link requestsSince}, only those that change something and are no dry run. */
export async function writesSince(
  mark: AuditMark,
  like: Partial<AuditedRequest> = {},
  of: Bed = bed(),
): Promise<readonly AuditedRequest[]> {
  const requests = await requestsSince(mark, like, of);
  return requests.filter(({ verb, dryRun }) => WRITES.includes(verb) && !dryRun);
}

/** How many requests there are of each kind, e.g. `{"patch secrets": 2}`; with a subresource `update deployments/status`. */
export function countByVerb(requests: readonly AuditedRequest[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { verb, resource, subresource } of requests) {
    const key = `${verb} ${resource}${subresource === "" ? "" : `/${subresource}`}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Event {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user?: { readonly username?: string };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly apiGroup?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** A line of the audit log; undefined for the second event of a request: a watch counts when it begins, all else when it ends. */
export function parseEvent(line: string): AuditedRequest | undefined {
  const event = JSON.parse(line) as Event;
  if (event.stage === "ResponseStarted" ? event.verb !== "watch" : event.verb === "watch") return undefined;
  const object = event.objectRef ?? {};
  return {
    verb: event.verb,
    user: event.user?.username ?? "",
    userAgent: event.userAgent ?? "",
    resource: object.resource ?? "",
    subresource: object.subresource ?? "",
    apiGroup: object.apiGroup ?? "",
    namespace: object.namespace ?? "",
    name: object.name ?? "",
    path: event.requestURI,
    status: event.responseStatus?.code ?? 0,
    dryRun: /[?&]dryRun=/.test(event.requestURI),
  };
}

/** The end of the first line after `from` that contains all `texts`, as soon as it is written. */
export async function logMark(file: string, from: number, ...texts: readonly string[]): Promise<AuditMark> {
  const offset = await eventually(
    `the mark in ${file}`,
    () => {
      let end = from;
      for (const line of readText(file, from, statSync(file).size).split("\n").slice(0, -1)) {
        end += Buffer.byteLength(line) + 1;
        if (texts.every((text) => line.includes(text))) return end;
      }
      return 0;
    },
    (end) => end > 0,
    { every: 10 },
  );
  return { offset };
}

/** The complete lines between two offsets. */
export function readLines(file: string, from: number, to: number): readonly string[] {
  return readText(file, from, to)
    .split("\n")
    .filter((line) => line !== "");
}

function readText(file: string, from: number, to: number): string {
  const descriptor = openSync(file, "r");
  try {
    const end = Math.min(to, fstatSync(descriptor).size);
    const buffer = Buffer.alloc(Math.max(0, end - from));
    const read = readSync(descriptor, buffer, 0, buffer.length, from);
    return buffer.toString("utf8", 0, read);
  } finally {
    closeSync(descriptor);
  }
}
