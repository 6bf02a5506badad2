import type { Answer } from "../http";
import type { Target } from "../target";
import { eventually, unique } from "../target";

/** The fields of Vault's answers that the contract looks at; see {@link Body} for how they are meant. */
export interface VaultBody {
  readonly errors: readonly string[];
  readonly data: VaultData;
  readonly auth: VaultAuth;
  readonly warnings: readonly string[] | null;
  readonly lease_duration: number;
  readonly lease_id: string;
  readonly renewable: boolean;
  readonly wrap_info: null;
  readonly request_id: string;
  readonly sealed: boolean;
  readonly standby: boolean;
  readonly initialized: boolean;
}

export interface VaultData {
  readonly [field: string]: unknown;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly keys: readonly string[];
  readonly versions: Readonly<Record<string, object>>;
}

export interface VaultAuth {
  readonly client_token: string;
  readonly accessor: string;
  readonly policies: readonly string[];
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly lease_duration: number;
  readonly renewable: boolean;
  readonly token_type: string;
  readonly entity_id: string;
  readonly orphan: boolean;
  readonly num_uses: number;
}

export const read = (answer: Answer): VaultBody => answer.json as unknown as VaultBody;

/** Status and errors together. */
export const refusal = (answer: Answer): readonly unknown[] => [answer.status, read(answer)?.errors];

export const DENIED = [403, ["1 error occurred:\n\t* permission denied\n\n"]];
export const NO_TOKEN = [403, ["permission denied"]];
export const ABSENT = [404, []];

/** The warning about a TTL that was cut to `seconds`: to all that is left of the limit, not to the limit itself. */
export const capped = (asked: string, seconds: number): string =>
  `TTL of "${asked}" exceeded the effective max_ttl of "${humanDuration(seconds)}"; TTL value is capped accordingly`;

/** Go's form without zero elements: `768h`, `29m59s`. */
function humanDuration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor((seconds % 3600) / 60), "m"],
    [seconds % 60, "s"],
  ] as const;
  return parts.map(([count, unit]) => (count > 0 ? `${count}${unit}` : "")).join("");
}

/** A new KV mount. */
export async function freshMount({ vault }: Target, version: 1 | 2): Promise<string> {
  const path = unique(`kv${version}`);
  const answer = await vault.ask("POST", `/v1/sys/mounts/${path}`, {
    body: { type: "kv", options: { version: String(version) } },
  });
  expect(answer.status).toBe(204);
  if (version === 2)
    await eventually("the new mount is ready", async () => {
      // OpenBao prepares a new versioned mount in the background.
      expect((await vault.ask("GET", `/v1/${path}/config`)).status).toBe(200);
    });
  return path;
}

/** A token with exactly one policy, made of the text. */
export async function tokenWith({ vault }: Target, policy: string, more: object = {}): Promise<string> {
  const name = unique("policy");
  const written = await vault.ask("PUT", `/v1/sys/policies/acl/${name}`, { body: { policy } });
  expect(written.status).toBe(204);
  const created = await vault.ask("POST", "/v1/auth/token/create", {
    body: { policies: [name], no_default_policy: true, ttl: "10m", ...more },
  });
  return read(created).auth.client_token;
}
