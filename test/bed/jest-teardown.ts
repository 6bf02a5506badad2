import type { BedHolder } from "./jest-setup";

/** Stops the bed that the setup started; one that was running before stays. */
export default async function tearDown(): Promise<void> {
  await (globalThis as BedHolder).keyturnBed?.stop();
}
