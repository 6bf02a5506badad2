import type { Answer, Client } from "./http";
import { Client as HttpClient } from "./http";

/** A pair of servers that must keep the contract: the sandbox's, or the real ones. */
export interface Target {
  readonly name: "sandbox" | "real";
  /** As the administrator. */
  readonly kube: Client;
  /** With the root token. */
  readonly vault: Client;
  /** The cluster with another bearer token; "" sends none. */
  readonly kubeAs: (token: string) => Client;
  /** The Vault with another token; "" sends none. */
  readonly vaultAs: (token: string) => Client;
  /** Label that keeps a pod from becoming ready. */
  readonly neverReady: Readonly<Record<string, string>>;
  /** Mount path of the kubernetes auth method that trusts the cluster. */
  readonly kubernetesAuth: string;
  readonly stop: () => Promise<void>;
}

export interface TargetParts {
  readonly name: Target["name"];
  readonly kube: { readonly server: string; readonly ca: string; readonly token: string };
  readonly vault: { readonly address: string; readonly ca: string; readonly token: string };
  readonly neverReady: Target["neverReady"];
  readonly stop: () => Promise<void>;
}

export function target(parts: TargetParts): Target {
  const clients: HttpClient[] = [];
  const open = (address: string, ca: string, headers: Readonly<Record<string, string>>): HttpClient => {
    const client = new HttpClient({ address, ca, headers });
    clients.push(client);
    return client;
  };
  const { kube, vault } = parts;
  const agent = { "User-Agent": "contract/1.0" };
  const kubeAs = (token: string): HttpClient =>
    open(kube.server, kube.ca, { ...agent, ...(token === "" ? {} : { Authorization: `Bearer ${token}` }) });
  const vaultAs = (token: string): HttpClient =>
    open(vault.address, vault.ca, token === "" ? {} : { "X-Vault-Token": token });
  return {
    name: parts.name,
    kube: kubeAs(kube.token),
    vault: vaultAs(vault.token),
    kubeAs,
    vaultAs,
    neverReady: parts.neverReady,
    kubernetesAuth: "auth/kubernetes",
    stop: async () => {
      for (const client of clients) client.close();
      await parts.stop();
    },
  };
}

let counter = 0;

/** A name nothing else uses, in this run or another on the same servers. */
export function unique(prefix: string): string {
  counter += 1;
  return `${prefix}-${process.pid}-${Date.now().toString(36)}-${counter}`;
}

/** A new namespace whose default ServiceAccount is there. */
export async function freshNamespace({ kube }: Target): Promise<string> {
  const name = unique("contract");
  const created = await kube.ask("POST", "/api/v1/namespaces", { body: { metadata: { name } } });
  expect(created.status).toBe(201);
  await eventually(`the default ServiceAccount of ${name}`, async () => {
    const { status } = await kube.ask("GET", `/api/v1/namespaces/${name}/serviceaccounts/default`);
    expect(status).toBe(200);
  });
  return name;
}

/** Repeats an expectation until it holds; the last failure is thrown after the time, which a busy machine does not use up. */
export async function eventually<T>(what: string, work: () => Promise<T>, milliseconds = 90_000): Promise<T> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline)
        throw new Error(`${what}: not after ${milliseconds} ms; ${error instanceof Error ? error.message : ""}`, {
          cause: error,
        });
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}

/** A refusal as a `Status` body. */
export function expectStatus(answer: Answer, code: number, reason: string): void {
  expect({
    status: answer.status,
    kind: answer.json?.kind,
    reason: answer.json?.reason,
    code: answer.json?.code,
  }).toEqual({
    status: code,
    kind: "Status",
    reason,
    code,
  });
}

export const MERGE = { "Content-Type": "application/merge-patch+json" } as const;
export const APPLY = { "Content-Type": "application/apply-patch+yaml" } as const;
export const STRATEGIC = { "Content-Type": "application/strategic-merge-patch+json" } as const;
export const JSON_PATCH = { "Content-Type": "application/json-patch+json" } as const;
export const METADATA = { Accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1" } as const;
export const METADATA_LIST = { Accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1" } as const;

export const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Causes of an Invalid answer as `field: reason`, sorted, each once. */
export function causesOf(answer: Answer): readonly string[] {
  const { causes } = answer.json.details;
  return [...new Set(causes.map(({ field, reason }) => `${field}: ${reason}`))].sort();
}

/** Starts a target before the tests of a file and stops it after them; it is there once a test runs. */
export function onTarget(start: () => Promise<Target>): () => Target {
  let target: Target;
  beforeAll(async () => {
    target = await start();
  });
  afterAll(() => target.stop());
  return () => target;
}
