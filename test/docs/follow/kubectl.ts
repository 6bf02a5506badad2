import { readFileSync } from "node:fs";
import { loadAll } from "js-yaml";
import type { KubernetesObject } from "../../../api";
import { pathOf } from "../../e2e/manifests";
import { call } from "../../bed/http";
import { kubeClient, APPLY_PATCH, type KubeClient } from "../../bed/kube";
import { eventually } from "../../bed/eventually";
import type { Bed } from "../../bed";

interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

const RESOURCES: Readonly<Record<string, string>> = {
  configmap: "/api/v1 configmaps",
  deployment: "/apis/apps/v1 deployments",
  externalsecrets: "/apis/external-secrets.io/v1 externalsecrets",
  secretrollout: "/apis/keyturn.dev/v1alpha1 secretrollouts",
  secretrollouts: "/apis/keyturn.dev/v1alpha1 secretrollouts",
  secretstores: "/apis/external-secrets.io/v1 secretstores",
};

/** The few things the pages do with kubectl, done by the API that kubectl uses; the columns are the server's. */
export async function kubectl(line: string, { kube }: Bed, file: (name: string) => string): Promise<string> {
  const client = kubeClient(kube);
  const [, namespace = "default"] = / -n (\S+)/.exec(line) ?? [];
  const [, created] = /^create namespace (\S+)$/.exec(line) ?? [];
  if (created !== undefined) {
    await client.send("POST", "/api/v1/namespaces", { metadata: { name: created } });
    return `namespace/${created} created`;
  }
  const [, applied] = /^apply --server-side -f (\S+)$/.exec(line) ?? [];
  if (applied !== undefined) return apply(client, file(applied));
  const [, kind = "", name = "", path = "", value = ""] =
    /^wait (\w+)\/(\S+) .*--for=jsonpath='\{(.*)\}'=(\w+)/.exec(line) ?? [];
  if (kind !== "") {
    const look = (): Promise<unknown> => client.send("GET", resourcePath(kind, namespace, name));
    await eventually(line, look, (object) => at(object, path) === value);
    return `${kind}.keyturn.dev/${name} condition met`;
  }
  const [, gotKind = "", gotName, jsonpath] =
    /^get (\w+)(?: ([\w.-]+))? -n \S+(?: -o jsonpath='\{(.*)\}')?$/.exec(line) ?? [];
  if (gotKind === "") throw new Error(`kubectl ${line}: no stand-in for it`);
  if (jsonpath === undefined) return table(kube, resourcePath(gotKind, namespace));
  const found = at(await client.send("GET", resourcePath(gotKind, namespace, gotName)), jsonpath);
  return typeof found === "string" ? found : JSON.stringify(found);
}

async function apply(client: KubeClient, file: string): Promise<string> {
  const lines = [];
  for (const object of loadAll(readFileSync(file, "utf8")) as KubernetesObject[]) {
    const path = `${pathOf(object)}?fieldManager=kubectl&fieldValidation=Strict`;
    await client.send("PATCH", path, object, APPLY_PATCH);
    const [group = "", version] = object.apiVersion.split("/");
    const kind = `${object.kind.toLowerCase()}${version === undefined ? "" : `.${group}`}`;
    lines.push(`${kind}/${object.metadata.name} serverside-applied`);
  }
  return lines.join("\n");
}

/** What the server prints for people, the columns without `-o wide`. */
async function table({ server, caFile, token }: Bed["kube"], path: string): Promise<string> {
  const accept = "application/json;as=Table;g=meta.k8s.io;v=v1";
  const headers = { accept, authorization: `Bearer ${token}` };
  const answer = await call<Table>(server, caFile, { method: "GET", path, headers });
  if (answer.status !== 200) return `Error from server: ${answer.status}`;
  const { columnDefinitions, rows } = answer.body;
  const shown = columnDefinitions.flatMap(({ priority }, index) => (priority === 0 ? [index] : []));
  const line = (cells: readonly unknown[]): string => shown.map((index) => shownCell(cells[index])).join("  ");
  return [columnDefinitions.map(({ name }) => name.toUpperCase()), ...rows.map(({ cells }) => cells)]
    .map(line)
    .join("\n");
}

function shownCell(cell: unknown): string {
  return typeof cell === "string" || typeof cell === "number" ? String(cell) : "<none>";
}

function resourcePath(kind: string, namespace: string, name?: string): string {
  const [root, plural] = (RESOURCES[kind] ?? "").split(" ");
  if (plural === undefined) throw new Error(`kubectl: no stand-in for ${kind}`);
  return `${root}/namespaces/${namespace}/${plural}${name === undefined ? "" : `/${name}`}`;
}

/** `.status.history[0].outcome`, `.data.ca\.crt` */
function at(object: unknown, path: string): unknown {
  const steps = path.match(/(?:\\\.|[^.[\]])+/g) ?? [];
  return steps.reduce<unknown>(
    (value, step) => (value as Record<string, unknown> | undefined)?.[step.replaceAll("\\.", ".")],
    object,
  );
}
