import { setTimeout as delay } from "node:timers/promises";
import { KeyturnError } from "../../api";

/**
 * Looks until there is a result, every 50 ms.
 * @throws KeyturnError `NotInTime`; the signal's reason when it is aborted
 */
export async function until<T>(
  what: string,
  signal: AbortSignal,
  look: () => Promise<T | undefined>,
  milliseconds = 60_000,
): Promise<T> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    signal.throwIfAborted();
    const result = await look();
    if (result !== undefined) return result;
    if (performance.now() > deadline)
      throw new KeyturnError({
        code: "NotInTime",
        object: what,
        cause: `did not happen within ${milliseconds / 1000} s`,
        remedy: "run it again with --debug, and report it when it stays so",
      });
    await delay(50, undefined, { signal }).catch(() => undefined);
  }
}
