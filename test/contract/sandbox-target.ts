import { startSandbox } from "../../sandbox";
import { target, type Target } from "./target";

/** The contract's target in this process. */
export async function sandboxTarget(): Promise<Target> {
  const sandbox = await startSandbox({ rolloutSpeed: 10 });
  return target({
    name: "sandbox",
    kube: { server: sandbox.cluster.server, ca: sandbox.cluster.caPem, token: sandbox.cluster.adminToken },
    vault: { address: sandbox.vault.address, ca: sandbox.vault.caPem, token: sandbox.vault.rootToken },
    neverReady: { "sandbox.keyturn.dev/pods": "never-ready" },
    stop: () => sandbox.stop(),
  });
}
