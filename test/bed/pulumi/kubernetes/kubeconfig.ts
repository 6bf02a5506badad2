import { existsSync, readFileSync } from "node:fs";
import type { AgentOptions } from "node:https";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { load } from "js-yaml";
import { ProviderError } from "../plugin/errors";
import { at, isList, textAt, type Value } from "../plugin/values";

/** Test fixture. How to reach a cluster: what a kubeconfig's context says. */
export interface ClusterAccess {
  readonly server: string;
  readonly tls: AgentOptions;
  readonly headers: Readonly<Record<string, string>>;
  /** Namespace of the context, `default` when it names none. */
  readonly namespace: string;
}

/**
 * @param given path or content of a kubeconfig; else the first existing file of `KUBECONFIG`, else `~/.kube/config`.
 * @throws {ProviderError} naming what is missing. Credential plugins (`exec`) are not supported.
 */
export function clusterAccess(
  given: string | undefined,
  choice: { readonly context?: string | undefined; readonly cluster?: string | undefined },
): ClusterAccess {
  const { text, folder, name } = source(given);
  const config = parse(text, name);
  const contextName = choice.context ?? textAt(config, "current-context") ?? "";
  const context = named(config, "contexts", contextName, name)["context"];
  const cluster = named(config, "clusters", choice.cluster ?? textAt(context, "cluster") ?? "", name)["cluster"];
  const user = named(config, "users", textAt(context, "user") ?? "", name)["user"];
  if (at(user, "exec") !== undefined || at(user, "auth-provider") !== undefined) {
    throw new ProviderError(
      `${name}: credential plugins are not supported by this test fixture; use a token or a client certificate`,
    );
  }
  const bytes = (from: Value | undefined, key: string): Buffer | undefined => {
    const data = textAt(from, `${key}-data`);
    if (data !== undefined) return Buffer.from(data, "base64");
    const file = textAt(from, key);
    return file === undefined ? undefined : read(resolve(folder, file));
  };
  const tokenFile = textAt(user, "tokenFile");
  const token = textAt(user, "token") ?? (tokenFile && read(resolve(folder, tokenFile)).toString("utf8").trim());
  const password = textAt(user, "password");
  const serverName = textAt(cluster, "tls-server-name");
  const [ca, cert, key] = [
    bytes(cluster, "certificate-authority"),
    bytes(user, "client-certificate"),
    bytes(user, "client-key"),
  ];
  return {
    server: textAt(cluster, "server") ?? "",
    namespace: textAt(context, "namespace") ?? "default",
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(!token && password !== undefined
        ? { authorization: `Basic ${Buffer.from(`${textAt(user, "username") ?? ""}:${password}`).toString("base64")}` }
        : {}),
    },
    tls: {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(serverName !== undefined && { servername: serverName }),
      ...(at(cluster, "insecure-skip-tls-verify") === true && { rejectUnauthorized: false }),
    },
  };
}

function source(given: string | undefined): { readonly text: string; readonly folder: string; readonly name: string } {
  if (given !== undefined && given.includes("\n")) return { text: given, folder: process.cwd(), name: "kubeconfig" };
  if (given?.trimStart().startsWith("{")) return { text: given, folder: process.cwd(), name: "kubeconfig" };
  const listed = given ?? process.env["KUBECONFIG"] ?? "";
  const candidates =
    listed === "" ? [join(homedir(), ".kube", "config")] : listed.split(delimiter).filter((path) => path !== "");
  const path = candidates.map(expandHome).find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new ProviderError(
      `kubeconfig: ${candidates.join(", ")} does not exist; set the provider's kubeconfig or KUBECONFIG`,
    );
  }
  return { text: read(path).toString("utf8"), folder: dirname(path), name: `kubeconfig ${path}` };
}

function expandHome(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ProviderError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function parse(text: string, name: string): Value {
  try {
    return load(text) as Value;
  } catch {
    throw new ProviderError(`${name}: is not YAML`);
  }
}

function named(config: Value, list: string, wanted: string, name: string): { readonly [key: string]: Value } {
  const items = at(config, list);
  const found = isList(items) ? items.find((item) => textAt(item, "name") === wanted) : undefined;
  if (found === undefined) throw new ProviderError(`${name}: has no entry ${JSON.stringify(wanted)} in ${list}`);
  return found as { readonly [key: string]: Value };
}
