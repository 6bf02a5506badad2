import { serveProvider } from "../plugin/provider";
import { kubernetesProvider } from "./provider";

// Test fixture: a Pulumi provider for Kubernetes, because no package registry has the real one. Started by the Pulumi engine.
serveProvider(kubernetesProvider()).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
