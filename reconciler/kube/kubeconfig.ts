import { readFileSync } from "node:fs";
import { delimiter, dirname, resolve } from "node:path";
import { load } from "js-yaml";
import { isRecord, KeyturnError, type JsonRecord } from "../../api";
import type { Access, ExecPlugin, Pem, TokenSource } from "./access";

/**
 * Reads kubeconfig files (several, separated as in `KUBECONFIG`: the first to name a cluster, user or context wins) and takes one
 * context, by default the current one.
 * @throws KeyturnError `KubeconfigUnreadable`, `KubeconfigInvalid`, `KubeconfigUnsupported`
 */
export function readKubeconfig(paths: string, context?: string): Access {
  const files = paths.split(delimiter).filter((path) => path !== "");
  const documents = files.map((path) => ({ path, document: parse(path) }));
  const source = `kubeconfig ${paths}`;
  const wanted =
    context ??
    documents.map(({ document }) => document["current-context"]).find((name) => name !== undefined && name !== "");
  if (typeof wanted !== "string") {
    throw invalid(source, "has no current-context", "choose one with --context or `kubectl config use-context NAME`");
  }
  const entry = (list: string, field: string, name: unknown, path: string): Entry => {
    for (const { path: file, document } of documents) {
      const entries: unknown = document[list];
      if (!Array.isArray(entries)) continue;
      const found: unknown = entries.find((candidate) => isRecord(candidate) && candidate.name === name);
      if (isRecord(found)) {
        const value = found[field];
        if (!isRecord(value)) throw invalid(source, `${list} "${String(name)}" has no ${field}`);
        return {
          value,
          directory: dirname(resolve(file)),
          about: `kubeconfig ${file}`,
          path: `${field} "${String(name)}"`,
        };
      }
    }
    const names = documents
      .flatMap(({ document }) => (Array.isArray(document[list]) ? (document[list] as unknown[]) : []))
      .flatMap((candidate) => (isRecord(candidate) && typeof candidate.name === "string" ? [candidate.name] : []));
    throw invalid(
      source,
      `${path} "${String(name)}" does not exist`,
      names.length === 0 ? undefined : `known: ${names.slice(0, 10).join(", ")}`,
    );
  };
  const selected = entry("contexts", "context", wanted, "context").value;
  const cluster = entry("clusters", "cluster", selected.cluster, `cluster of context "${wanted}",`);
  const user =
    selected.user === undefined || selected.user === ""
      ? undefined
      : entry("users", "user", selected.user, `user of context "${wanted}",`);
  return access(`${source}, context ${wanted}`, cluster, user);
}

interface Entry {
  readonly value: JsonRecord;
  /** Relative paths in a kubeconfig are relative to it. */
  readonly directory: string;
  readonly about: string;
  readonly path: string;
}

function parse(path: string): JsonRecord {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw new KeyturnError({
      code: "KubeconfigUnreadable",
      object: `kubeconfig ${path}`,
      cause:
        code === "ENOENT"
          ? "does not exist"
          : code === "EISDIR"
            ? "is a directory"
            : `cannot be read (${code || "error"})`,
      remedy: "give a readable file with --kubeconfig or KUBECONFIG",
    });
  }
  let document: unknown;
  try {
    document = load(text);
  } catch (error) {
    // The parser's own message quotes the line, which may hold a token.
    const mark: unknown = isRecord(error) ? error.mark : undefined;
    const line = isRecord(mark) && typeof mark.line === "number" ? `, line ${mark.line + 1}` : "";
    throw invalid(`kubeconfig ${path}`, `is not YAML${line}`);
  }
  if (!isRecord(document)) throw invalid(`kubeconfig ${path}`, "is not a kubeconfig (no clusters, users and contexts)");
  return document;
}

function access(source: string, cluster: Entry, user: Entry | undefined): Access {
  const server = cluster.value.server;
  const url = typeof server === "string" && URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw invalid(cluster.about, `${cluster.path} has no server like https://host:6443`);
  if (url.protocol === "http:" && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname))
    throw unsupported(
      cluster.about,
      `${cluster.path} has a server without TLS`,
      "use https, or http on this computer only",
    );
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw unsupported(
      cluster.about,
      `${cluster.path} has a server with more than host, port and path`,
      "give https://host:port",
    );
  refuse(cluster, "insecure-skip-tls-verify", "certificate-authority-data of the cluster");
  refuse(cluster, "proxy-url", "a server that is reachable directly");
  const serverName = text(cluster, "tls-server-name");
  const ca = pem(cluster, "certificate-authority");
  const cert = user && pem(user, "client-certificate");
  const key = user && pem(user, "client-key");
  if (user !== undefined && (cert === undefined) !== (key === undefined))
    throw invalid(user.about, `${user.path} has only one of client-certificate and client-key`);
  return {
    source,
    server: url,
    ...(serverName === undefined ? {} : { serverName }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    token: user === undefined ? { kind: "none" } : token(user, cluster),
  };
}

/** Fields that would be dangerous or misleading to ignore. */
function refuse(entry: Entry, field: string, instead: string): void {
  const value = entry.value[field];
  if (value === undefined || value === null || value === false || value === "") return;
  throw unsupported(entry.about, `${entry.path} uses ${field}, which keyturn does not support`, `use ${instead}`);
}

function token(user: Entry, cluster: Entry): TokenSource {
  for (const field of ["username", "password", "auth-provider", "as", "as-uid", "as-groups", "as-user-extra"])
    refuse(user, field, "a client certificate, a token or an exec plugin");
  const inline = text(user, "token");
  const file = text(user, "tokenFile");
  // As client-go: a token file wins over a token.
  if (file !== undefined) return { kind: "file", path: resolve(user.directory, file) };
  if (inline !== undefined) return { kind: "inline", token: inline };
  if (user.value.exec === undefined || user.value.exec === null) return { kind: "none" };
  return { kind: "exec", plugin: execPlugin(user, user.value.exec, cluster) };
}

const EXEC_VERSIONS = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

function execPlugin(user: Entry, exec: unknown, cluster: Entry): ExecPlugin {
  const at = `${user.path} exec`;
  if (!isRecord(exec) || typeof exec.command !== "string" || exec.command === "")
    throw invalid(user.about, `${at} has no command`);
  if (typeof exec.apiVersion !== "string" || !EXEC_VERSIONS.includes(exec.apiVersion))
    throw unsupported(
      user.about,
      `${at} has an apiVersion other than ${EXEC_VERSIONS[0]}`,
      "update the plugin's configuration",
    );
  if (exec.interactiveMode === "Always")
    throw unsupported(
      user.about,
      `${at} needs a terminal (interactiveMode Always)`,
      "use a plugin that works without one",
    );
  const args: unknown = exec.args ?? [];
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === "string"))
    throw invalid(user.about, `${at} has args that are not a list of texts`);
  const env: unknown = exec.env ?? [];
  if (!Array.isArray(env)) throw invalid(user.about, `${at} has env that is not a list`);
  const variables = new Map<string, string>();
  for (const variable of env as readonly unknown[]) {
    if (!isRecord(variable) || typeof variable.name !== "string" || typeof variable.value !== "string")
      throw invalid(user.about, `${at} has an env entry without name and value`);
    variables.set(variable.name, variable.value);
  }
  const config = Array.isArray(cluster.value.extensions)
    ? (cluster.value.extensions as readonly unknown[]).find(
        (extension) => isRecord(extension) && extension.name === "client.authentication.k8s.io/exec",
      )
    : undefined;
  const fields = ["server", "tls-server-name", "certificate-authority-data"];
  return {
    apiVersion: exec.apiVersion,
    command: exec.command,
    args,
    env: variables,
    directory: user.directory,
    ...(typeof exec.installHint === "string" ? { installHint: exec.installHint } : {}),
    ...(exec.provideClusterInfo === true
      ? {
          clusterInfo: {
            ...Object.fromEntries(
              fields.flatMap((field) => (cluster.value[field] === undefined ? [] : [[field, cluster.value[field]]])),
            ),
            ...(isRecord(config) ? { config: config.extension } : {}),
          },
        }
      : {}),
  };
}

/** `<field>-data` (base64, wins as in client-go) or `<field>` (a file). */
function pem(entry: Entry, field: string): Pem | undefined {
  const data = text(entry, `${field}-data`);
  if (data !== undefined) {
    const decoded = Buffer.from(data, "base64").toString("utf8");
    if (!decoded.includes("-----BEGIN "))
      throw invalid(entry.about, `${entry.path} ${field}-data is not base64 of PEM`);
    return { kind: "inline", pem: decoded };
  }
  const file = text(entry, field);
  return file === undefined ? undefined : { kind: "file", path: resolve(entry.directory, file) };
}

function text(entry: Entry, field: string): string | undefined {
  const value = entry.value[field];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw invalid(entry.about, `${entry.path} ${field} is not a text`);
  return value;
}

function invalid(object: string, cause: string, remedy?: string): KeyturnError {
  return new KeyturnError({ code: "KubeconfigInvalid", object, cause, ...(remedy === undefined ? {} : { remedy }) });
}

function unsupported(object: string, cause: string, remedy: string): KeyturnError {
  return new KeyturnError({ code: "KubeconfigUnsupported", object, cause, remedy });
}
