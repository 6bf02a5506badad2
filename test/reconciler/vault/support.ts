import type { ServerResponse } from "node:http";
import { createMetrics, type AuditEntry } from "../../../reconciler/observe";
import {
  createVaultClient,
  type VaultClient,
  type VaultClientOptions,
  type VaultIdentity,
} from "../../../reconciler/vault";
import { faultServer, json, tls, type FaultServer, type Received } from "../http/fault-server";

const cleanups: (() => void | Promise<void>)[] = [];
export const later = (cleanup: () => void | Promise<void>): void => void cleanups.push(cleanup);
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A KV v2 answer. */
export const v2 = (data: unknown, version = 1): unknown => ({
  data: { data, metadata: { version, created_time: "2026-01-01T00:00:00Z", deletion_time: "", destroyed: false } },
});

export interface FakeVault {
  readonly server: FaultServer;
  /** Tokens that work; logins add `token-1`, `token-2`, ... */
  readonly valid: Set<string>;
  /** Seconds of the next tokens. */
  lease: number;
  /** Answers instead of the fake; undefined lets it answer. */
  intercept: (request: Received, response: ServerResponse) => true | undefined;
  /** Answers reads with a valid token. */
  read: (request: Received) => [number, unknown];
  logins: number;
  paths(): string[];
}

export async function fakeVault(options: Parameters<typeof faultServer>[1] = {}): Promise<FakeVault> {
  const server = await faultServer((request, response) => {
    if (vault.intercept(request, response) === true) return;
    if (request.path.startsWith("/v1/sys/health")) return json(response, 200, { initialized: true, sealed: false });
    if (request.path.startsWith("/v1/auth/")) {
      vault.logins += 1;
      const client_token = `canary-token-${vault.logins}`;
      vault.valid.add(client_token);
      return json(response, 200, {
        auth: { client_token, lease_duration: vault.lease, renewable: false, num_uses: 0 },
      });
    }
    if (!vault.valid.has(String(request.headers["x-vault-token"])))
      return json(response, 403, { errors: ["permission denied"] });
    const [status, body] = vault.read(request);
    json(response, status, body);
  }, options);
  later(server.close);
  const vault: FakeVault = {
    server,
    valid: new Set(),
    lease: 3_600,
    intercept: () => undefined,
    read: () => [200, v2({ password: "canary-value" })],
    logins: 0,
    paths: () => server.requests.map(({ method, path }) => `${method} ${path}`),
  };
  return vault;
}

export function identityOf(
  vault: { readonly server: { readonly url: string } },
  more: Partial<VaultIdentity> = {},
): VaultIdentity {
  const address = vault.server.url;
  return {
    id: `${address}|payments`,
    description: `${address} as role payments (auth/k8s-prod)`,
    address,
    ca: tls.caPem,
    login: { method: "kubernetes", mount: "k8s-prod", role: "payments", jwt: () => Promise.resolve("canary-jwt") },
    ...more,
  };
}

export function clientOf(options: Partial<VaultClientOptions> = {}) {
  const metrics = createMetrics();
  const audit: AuditEntry[] = [];
  const client: VaultClient = createVaultClient({
    version: "test",
    metrics,
    audit: { record: (entry) => audit.push(entry), close: () => Promise.resolve() },
    ...options,
  });
  later(() => client.close());
  const counted = (name: string): string[] =>
    metrics
      .render()
      .split("\n")
      .filter((line) => line.startsWith(name));
  return { client, audit, counted };
}

export const PATH = "prod/data/payments/db";
