import { setTimeout as delay } from "node:timers/promises";
import { ProviderError } from "../plugin/errors";
import { at, isList, textAt, type Json, type ValueMap } from "../plugin/values";
import { describe, type KubernetesApi, type ObjectName } from "./api";
import { annotation } from "./objects";

const DEFAULT_SECONDS = 600;

/** An object is there and not ready in time. Outputs of it are kept in the state, as the real provider does. */
export class NotReady extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}

/**
 * Test fixture. Waits as `pulumi.com/waitFor` says, of whose forms it knows `condition=TYPE` and `condition=TYPE=STATUS`; without it an object is
 * ready at once. Like the real provider, it takes a condition as it is and not only a new one, and the option `customTimeouts` before the annotation.
 * @returns the object as it was when it was ready
 */
export async function awaitReady(
  api: KubernetesApi,
  name: ObjectName,
  inputs: ValueMap,
  { applied, timeout, signal }: { readonly applied: Json; readonly timeout: number; readonly signal: AbortSignal },
): Promise<Json> {
  const waitFor = annotation(inputs, "pulumi.com/waitFor");
  if (waitFor === undefined || annotation(inputs, "pulumi.com/skipAwait") === "true") return applied;
  const [, type = "", wanted = "True"] = /^condition=([^=]+)(?:=(.+))?$/.exec(waitFor) ?? [];
  if (type === "") throw new ProviderError(`pulumi.com/waitFor: ${waitFor} is not supported by this test fixture`);
  const seconds = timeout > 0 ? timeout : Number(annotation(inputs, "pulumi.com/timeoutSeconds") ?? DEFAULT_SECONDS);
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const live = await api.get(name);
    const condition = conditionOf(live, type);
    if (live !== undefined && textAt(condition, "status") === wanted) return live;
    if (performance.now() > deadline) throw new NotReady(why(name, type, seconds, condition));
    await delay(100, undefined, { signal });
  }
}

function conditionOf(live: Json | undefined, type: string): Json | undefined {
  const conditions = at(live, "status", "conditions");
  return isList(conditions) ? (conditions as readonly Json[]).find((one) => textAt(one, "type") === type) : undefined;
}

function why(name: ObjectName, type: string, seconds: number, condition: Json | undefined): string {
  const what = `${describe(name)}: timed out after ${seconds} s of waiting for condition ${type}`;
  if (condition === undefined) return `${what}, which nothing has set`;
  const [status, reason, message] = ["status", "reason", "message"].map((key) => textAt(condition, key) ?? "");
  return `${what}, which is ${status}: ${reason}: ${message}`;
}
