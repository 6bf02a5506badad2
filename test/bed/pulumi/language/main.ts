import { serveLanguageHost } from "./host";

// Test fixture: the Pulumi language host for Node programs and policy packs, which no package registry has.
// Started by the engine with its own address as the last argument.
serveLanguageHost(process.argv.at(-1) ?? "").catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
