import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Access } from "../../../reconciler/kube/access";
import { createKubeClient } from "../../../reconciler/kube/client";
import { Connection, type ConnectionOptions } from "../../../reconciler/kube/connection";
import type { KubeClient } from "../../../reconciler/kube";
import { tls, type FaultServer } from "../http/fault-server";

const cleanups: (() => void | Promise<void>)[] = [];
/** Called after the test. */
export const later = (cleanup: () => void | Promise<void>): void => void cleanups.push(cleanup);
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "keyturn-kube-"));
  later(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A client of the server with a fixed token. */
export function clientOf(
  server: Pick<FaultServer, "url">,
  access: Partial<Access> = {},
  options: Partial<ConnectionOptions> = {},
): KubeClient {
  const connection = new Connection(
    {
      source: "kubeconfig test",
      server: new URL(server.url),
      ca: { kind: "inline", pem: tls.caPem },
      token: { kind: "inline", token: "canary-token" },
      ...access,
    },
    { maxSockets: 64, environment: {}, ...options },
  );
  const client = createKubeClient(connection, { userAgent: "keyturn/test" });
  later(() => client.close());
  return client;
}

/** What the API server answers to a failed call. */
export function status(code: number, reason: string, message: string, details?: unknown): Record<string, unknown> {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, details, code };
}
