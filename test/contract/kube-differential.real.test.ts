import fc from "fast-check";
import type { Answer } from "./http";
import { deploymentSubject, probeSubject, secretSubject, steps, type Step, type Subject } from "./kube/random-writes";
import { installProbe } from "./kube/probe";
import { realTarget } from "./real-target";
import { sandboxTarget } from "./sandbox-target";
import { freshNamespace, MERGE, type Target } from "./target";

let [real, sandbox]: readonly Target[] = [];
const namespaces = new Map<Target, string>();

beforeAll(async () => {
  [real, sandbox] = [await realTarget(), await sandboxTarget()];
  for (const target of [real, sandbox]) {
    namespaces.set(target, await freshNamespace(target));
    await installProbe(target);
  }
});
afterAll(async () => {
  await sandbox?.stop();
  await real?.stop();
});

/** An answer without what must differ: ids, versions, times. */
function comparable({ status, json }: Answer): unknown {
  const copy = JSON.parse(JSON.stringify({ status, json })) as { json: Record<string, unknown> };
  const { json: body } = copy;
  const metadata = body["metadata"] as Record<string, unknown> | undefined;
  if (metadata !== undefined) {
    for (const key of ["uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "namespace"]) {
      if (metadata[key] !== undefined) metadata[key] = "-";
    }
    const all = metadata["managedFields"] as Record<string, unknown>[] | undefined;
    // What controllers write meanwhile is not part of the answer to a step.
    const fields = all?.filter((entry) => entry["manager"] !== "kube-controller-manager");
    if (body["kind"] === "Deployment") delete body["status"];
    metadata["managedFields"] = fields === undefined || fields.length === 0 ? undefined : fields;
    for (const entry of fields ?? []) delete entry["time"];
    // Entries are in order of their times, which differ by the seconds between the two servers.
    const key = (entry: Record<string, unknown>): string =>
      ["manager", "operation", "subresource", "apiVersion"].map((name) => String(entry[name] as string)).join(" ");
    fields?.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }
  const details = body["details"] as Record<string, unknown> | undefined;
  if (body["kind"] === "Status" && details !== undefined) {
    if (details["uid"] !== undefined) details["uid"] = "-";
    const causes = details["causes"] as { field: string; reason: string }[] | undefined;
    if (causes !== undefined)
      details["causes"] = [...new Set(causes.map(({ field, reason }) => `${field}: ${reason}`))].sort();
  }
  if (body["kind"] === "Status") delete body["message"]; // for people; code, reason and causes are the contract
  return copy;
}

async function run(target: Target, subject: Subject, sequence: readonly Step[]): Promise<readonly unknown[]> {
  const path = subject.path(namespaces.get(target) ?? "");
  const seen: unknown[] = [];
  for (const { method, path: rest, body, headers } of sequence) {
    const answer = await target.kube.ask(method, path + rest, { ...(body === undefined ? {} : { body }), headers });
    seen.push({ step: `${method} ${rest} ${JSON.stringify(body)}`, answer: comparable(answer) });
  }
  await target.kube.ask("PATCH", `${path}/thing`, { body: { metadata: { finalizers: null } }, headers: MERGE });
  await target.kube.ask("DELETE", `${path}/thing`);
  return seen;
}

test.each([
  ["Secrets", secretSubject],
  ["custom objects", probeSubject],
  ["Deployments", deploymentSubject],
])(
  "any sequence of writes to %s is answered by the sandbox as by the real server",
  async (_, subject) => {
    await fc.assert(
      fc.asyncProperty(steps(subject), async (sequence) => {
        const [theirs, ours] = [
          await run(real as Target, subject, sequence),
          await run(sandbox as Target, subject, sequence),
        ];
        expect(ours).toEqual(theirs);
      }),
      { numRuns: Number(process.env["CONTRACT_RUNS"] ?? 40), seed: Number(process.env["CONTRACT_SEED"] ?? 20261124) },
    );
  },
  600_000,
);
