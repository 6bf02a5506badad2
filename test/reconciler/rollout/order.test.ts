import type { SecretRolloutStatus } from "../../../api";
import { consumerKey, type Consumer } from "../../../reconciler/rollout/consumer";
import { afterKeys, waitsFor, type Order } from "../../../reconciler/rollout/order";
import type { Progress } from "../../../reconciler/rollout/progress";

const consumer = (name: string, parts: Partial<Consumer> = {}): Consumer => ({
  kind: "Deployment",
  namespace: "payments",
  name,
  uid: name,
  resourceVersion: "5",
  uses: new Map([["db", undefined]]),
  stamped: undefined,
  progress: "healthy",
  deadline: 600_000,
  policy: {},
  held: undefined,
  ...parts,
});
const status = (phase: SecretRolloutStatus["phase"], dataHash = "h1"): SecretRolloutStatus => ({
  phase,
  workload: { kind: "Deployment", name: "ledger" },
  keyId: "key",
  generation: "g1",
  running: "g1",
  secrets: [{ name: "db", dataHash }],
});
const after = (...names: string[]): Consumer["policy"] => ({
  after: names.map((name) => ({ kind: "Deployment", name })),
});

/** What checkout waits for when ledger is so; the data hash of the Secret is `h1`. */
const waits = (
  parts: { ledger?: Consumer; status?: SecretRolloutStatus; undeclared?: Progress; gone?: boolean },
  policy = after("ledger"),
): Promise<string | undefined> => {
  const order: Order = {
    consumer: (key) => (parts.ledger !== undefined && key === consumerKey(parts.ledger) ? parts.ledger : undefined),
    users: () => [],
    status: () => parts.status,
    dataHash: () => (parts.gone === true ? undefined : "h1"),
    progress: (namespace, { name }) =>
      Promise.resolve(namespace === "payments" && name === "ledger" ? parts.undeclared : undefined),
  };
  return waitsFor(consumer("checkout", { policy }), order);
};

const ledger = consumer("ledger");

test.each<[string, Parameters<typeof waits>[0], string | undefined]>([
  ["done with the change and healthy", { ledger, status: status("Current") }, undefined],
  ["never looked at: it has none of its Secrets", { ledger }, undefined],
  ["behind", { ledger, status: status("Current", "h0") }, "which has not looked at the change yet"],
  ["of a Secret that is gone", { ledger, status: status("Current", "h0"), gone: true }, undefined],
  ["rolling", { ledger, status: status("Rolling") }, "which is being rolled"],
  ["waiting", { ledger, status: status("Waiting") }, "which waits itself"],
  ["failed", { ledger, status: status("Failed") }, "which did not become healthy"],
  [
    "not rolled by its own wish",
    { ledger: consumer("ledger", { policy: { strategy: "none" } }), status: status("Waiting") },
    undefined,
  ],
  [
    "done, and not healthy",
    { ledger: consumer("ledger", { progress: "unavailable" }), status: status("Current") },
    "whose pods are not all available",
  ],
  ["not rolled by keyturn, healthy", { undeclared: "healthy" }, undefined],
  ["not rolled by keyturn, moving", { undeclared: "moving" }, "whose pods are not all available"],
  ["not there", {}, "which does not exist"],
])("a workload that it comes after, %s", async (_name, parts, reason) => {
  expect(await waits(parts)).toBe(reason === undefined ? undefined : `waits for Deployment payments/ledger, ${reason}`);
});

test("all of them are waited for; without any, nothing is", async () => {
  expect(await waits({ undeclared: "healthy" }, after("ledger", "mail"))).toBe(
    "waits for Deployment payments/mail, which does not exist",
  );
  expect(await waits({}, {})).toBeUndefined();
  expect(afterKeys(consumer("x", { policy: after("a", "b") }))).toEqual([
    "payments/deployment-a",
    "payments/deployment-b",
  ]);
});
