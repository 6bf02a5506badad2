import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { logMark, readLines, type AuditMark } from "./audit";
import { baoClient } from "./bao";
import { bed, type Bed } from "./bed";

/** One request that OpenBao has answered, as its audit file has it. */
export interface BaoRequest {
  /** `read`, `create`, `update`, `patch`, `delete`, `list`, `scan`. */
  readonly operation: string;
  /** Without `/v1/`, e.g. `secret/data/team/app`. */
  readonly path: string;
  /** e.g. `root`, or `kubernetes-NAMESPACE-SERVICEACCOUNT`; empty for a login. */
  readonly user: string;
  /** OpenBao's own words, empty when the request succeeded, e.g. `permission denied`. */
  readonly error: string;
}

const MARK_PATH = "kv1/audit-mark-";

/** The present moment in OpenBao's audit file. */
export async function baoAuditMark(of: Bed = bed()): Promise<AuditMark> {
  const id = randomUUID();
  const { size } = statSync(of.bao.auditLog);
  await baoClient(of.bao).request("GET", `${MARK_PATH}${id}`);
  // The entry of the answer follows the entry of the request: two marks would be read as one only by luck.
  return logMark(of.bao.auditLog, size, `"type":"response"`, id);
}

/** Every request answered since the mark, oldest first, optionally only those equal to `like` in all its fields. */
export async function baoRequestsSince(
  mark: AuditMark,
  like: Partial<BaoRequest> = {},
  of: Bed = bed(),
): Promise<readonly BaoRequest[]> {
  const now = await baoAuditMark(of);
  return readLines(of.bao.auditLog, mark.offset, now.offset)
    .flatMap((line) => parseEntry(line) ?? [])
    .filter(({ path }) => !path.startsWith(MARK_PATH))
    .filter((request) => Object.entries(like).every(([field, value]) => request[field as keyof BaoRequest] === value));
}

interface Entry {
  readonly type: string;
  readonly error?: string;
  readonly auth?: { readonly display_name?: string };
  readonly request?: { readonly operation?: string; readonly path?: string };
}

/** A line of the audit file; undefined for the entry that is written when a request arrives. */
export function parseEntry(line: string): BaoRequest | undefined {
  const entry = JSON.parse(line) as Entry;
  if (entry.type !== "response") return undefined;
  return {
    operation: entry.request?.operation ?? "",
    path: entry.request?.path ?? "",
    user: entry.auth?.display_name ?? "",
    error: entry.error ?? "",
  };
}
