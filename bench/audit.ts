import { readFileSync } from "node:fs";

/** API requests since a time, by verb and resource, of one user agent (its name before the slash), from the API server's audit log. */
export function countApiRequests(file: string, userAgent: string, since: Date): Record<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines(file)) {
    const event = JSON.parse(line) as {
      stage: string;
      verb: string;
      userAgent?: string;
      requestReceivedTimestamp: string;
      objectRef?: { resource?: string; subresource?: string };
    };
    if (event.stage !== "ResponseComplete" || event.userAgent?.split("/")[0] !== userAgent) continue;
    if (Date.parse(event.requestReceivedTimestamp) < since.getTime()) continue;
    const { resource = "", subresource } = event.objectRef ?? {};
    add(counts, `${event.verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}`);
  }
  return Object.fromEntries([...counts].sort());
}

/** Vault requests since a time, by operation and the first two segments of the path, from OpenBao's audit file. */
export function countVaultRequests(file: string, since: Date): Record<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines(file)) {
    const entry = JSON.parse(line) as { type: string; time: string; request?: { operation?: string; path?: string } };
    if (entry.type !== "request" || Date.parse(entry.time) < since.getTime()) continue;
    const path = entry.request?.path?.split("/").slice(0, 2).join("/") ?? "";
    add(counts, `${entry.request?.operation ?? ""} ${path}`);
  }
  return Object.fromEntries([...counts].sort());
}

function lines(file: string): string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("{"));
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
