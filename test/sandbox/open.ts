import { startSandbox, type Sandbox, type SandboxOptions } from "../../sandbox";
import { Client } from "../contract/http";

/** A sandbox and the administrator's clients of it. */
export interface Opened {
  readonly sandbox: Sandbox;
  readonly kube: Client;
  readonly vault: Client;
  readonly close: () => Promise<void>;
}

export async function open(options: SandboxOptions = {}): Promise<Opened> {
  const sandbox = await startSandbox(options);
  const { cluster, vault } = sandbox;
  const kubeClient = new Client({
    address: cluster.server,
    ca: cluster.caPem,
    headers: { Authorization: `Bearer ${cluster.adminToken}` },
  });
  const vaultClient = new Client({
    address: vault.address,
    ca: vault.caPem,
    headers: { "X-Vault-Token": vault.rootToken },
  });
  return {
    sandbox,
    kube: kubeClient,
    vault: vaultClient,
    close: async () => {
      kubeClient.close();
      vaultClient.close();
      await sandbox.stop();
    },
  };
}
