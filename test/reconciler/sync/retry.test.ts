import { KeyturnError } from "../../../api";
import { KubeError } from "../../../reconciler/kube/error";
import { retryDelay, retryOf, type Retry } from "../../../reconciler/sync/retry";
import { VaultError } from "../../../reconciler/vault/error";
import type { VaultFailure } from "../../../reconciler/vault/types";

const vault = (failure: VaultFailure, retryAfterMs?: number): VaultError =>
  new VaultError({ failure, object: "x", cause: "y", address: "https://v:8200", retryAfterMs });
const kube = (status: number, retryAfterMs?: number): KubeError =>
  new KubeError({ status, statusReason: "R", object: "x", cause: "y", retryAfterMs });
const own = (code: string): KeyturnError => new KeyturnError({ code, object: "x", cause: "y" });

describe("a failure is retried by its cause", () => {
  test.each<[string, unknown, Retry]>([
    ["a path that Vault refuses", vault("Forbidden"), { when: "slow" }],
    ["a login that Vault refuses", vault("LoginFailed", 5), { when: "slow" }],
    ["nothing there", vault("NotFound"), { when: "interval" }],
    ["a deleted version", vault("Deleted"), { when: "interval" }],
    ["a rate limit with a time", vault("RateLimited", 4000), { when: "after", delay: 4000 }],
    ["a rate limit without", vault("RateLimited"), { when: "backoff" }],
    ["a sealed Vault", vault("Sealed"), { when: "recovery", address: "https://v:8200" }],
    ["a Vault out of reach", vault("Unreachable"), { when: "recovery", address: "https://v:8200" }],
    ["an error inside Vault", vault("Unavailable"), { when: "backoff" }],
    ["a conflict", kube(409), { when: "now" }],
    ["a right we do not have", kube(403), { when: "slow" }],
    ["an API server that asks for patience", kube(429, 2000), { when: "after", delay: 2000 }],
    ["an API server out of reach", kube(0), { when: "backoff" }],
    ["our own refusal", own("Denied"), { when: "interval" }],
    ["a property that is missing", own("ProviderData"), { when: "interval" }],
    ["a store that is missing", own("StoreMissing"), { when: "interval" }],
    ["a Secret we may not touch", own("WriteRefused"), { when: "interval" }],
    ["a template that fails", own("Template"), { when: "interval" }],
    ["a template beyond its bounds", own("TemplateLimit"), { when: "slow" }],
    ["anything else", new Error("x"), { when: "backoff" }],
  ])("%s", (_name, error, retry) => {
    expect(retryOf(error)).toEqual(retry);
  });

  const most = (retry: Retry, failures: number, interval = 0): number =>
    retryDelay(retry, failures, interval, 0.999999);
  test("backoff doubles from a second to five minutes and spreads over the whole step", () => {
    expect([1, 2, 3, 9, 10, 500].map((failures) => Math.round(most({ when: "backoff" }, failures) / 1000))).toEqual([
      1, 2, 4, 256, 300, 300,
    ]);
    expect(retryDelay({ when: "backoff" }, 9, 0, 0)).toBe(50);
  });

  test("the slow lane doubles from 30 seconds to five minutes and never comes before half of the step", () => {
    expect([1, 2, 3, 4, 5, 99].map((failures) => Math.round(most({ when: "slow" }, failures) / 1000))).toEqual([
      30, 60, 120, 240, 300, 300,
    ]);
    expect(retryDelay({ when: "slow" }, 1, 0, 0)).toBe(15_000);
  });

  test("what is not there is looked for at the refresh interval, or every five minutes without one", () => {
    expect(most({ when: "interval" }, 7, 60_000)).toBe(60_000);
    expect(most({ when: "interval" }, 7, 0)).toBe(300_000);
  });
});
