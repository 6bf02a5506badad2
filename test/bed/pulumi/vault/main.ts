import { serveProvider } from "../plugin/provider";
import { vaultProvider } from "./provider";

// Test fixture: a Pulumi provider for Vault and OpenBao, because no package registry has the real one. Started by the Pulumi engine.
serveProvider(vaultProvider()).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
