import { statusPatch, type Outcome } from "../../../reconciler/sync/status";
import { synced } from "./objects";

const T = Date.parse("2026-11-24T13:00:00.789Z");
const ok: Outcome = {
  ready: "True",
  reason: "SecretSynced",
  message: "secret synced",
  refreshed: T - 500,
  binding: "db",
  wrote: false,
};
const failed: Outcome = {
  ready: "False",
  reason: "SecretSyncedError",
  message: "could not get secret data from provider: x",
  refreshed: undefined,
  binding: undefined,
  wrote: false,
};

describe("the status that is written", () => {
  test("a refresh that found nothing new writes nothing", () => {
    expect(statusPatch(synced(), ok, T)).toBeUndefined();
  });

  test("new data moves the refresh time, not the transition time", () => {
    expect(statusPatch(synced(), { ...ok, wrote: true }, T)).toEqual({
      status: {
        conditions: [
          {
            type: "Ready",
            status: "True",
            reason: "SecretSynced",
            message: "secret synced",
            lastTransitionTime: "2026-11-24T12:00:00Z",
          },
        ],
        refreshTime: "2026-11-24T13:00:00Z",
        syncedResourceVersion: synced().version,
        binding: { name: "db" },
      },
    });
  });

  test("a new version with the same data is noted", () => {
    const patch = statusPatch(synced({ status: { syncedResourceVersion: "0-old" } }), ok, T);
    expect(patch).toMatchObject({ status: { syncedResourceVersion: synced().version } });
  });

  test("a failure flips the condition once and leaves refresh time, version and binding alone", () => {
    expect(statusPatch(synced(), failed, T)).toEqual({
      status: {
        conditions: [
          {
            type: "Ready",
            status: "False",
            reason: "SecretSyncedError",
            message: "could not get secret data from provider: x",
            lastTransitionTime: "2026-11-24T13:00:00Z",
          },
        ],
      },
    });
    const conditions = [
      { type: "Other", status: "True" },
      {
        type: "Ready",
        status: "False",
        reason: "SecretSyncedError",
        message: failed.message,
        lastTransitionTime: "2026-11-24T12:30:00Z",
      },
    ];
    const record = synced({ status: { conditions } });
    expect(statusPatch(record, failed, T)).toBeUndefined();
    expect(statusPatch(record, { ...failed, message: "other" }, T)).toMatchObject({
      status: {
        conditions: [
          { type: "Other", status: "True" },
          { message: "other", lastTransitionTime: "2026-11-24T12:30:00Z" },
        ],
      },
    });
  });
});
