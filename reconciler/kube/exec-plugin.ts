import { execFile } from "node:child_process";
import { isAbsolute, resolve } from "node:path";
import { isRecord, KeyturnError } from "../../api";
import type { ExecPlugin } from "./access";

/** What a plugin answered. */
export interface ExecCredential {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Milliseconds since the epoch; absent: good until the server refuses it. */
  readonly expiresAt?: number;
}

/**
 * Runs an exec credential plugin, without a shell and without a terminal.
 * Neither its output nor its errors are shown: both may hold credentials.
 * @throws KeyturnError `ExecPluginFailed`
 */
export function runExecPlugin(
  plugin: ExecPlugin,
  source: string,
  environment: NodeJS.ProcessEnv,
): Promise<ExecCredential> {
  const command =
    !isAbsolute(plugin.command) && plugin.command.includes("/")
      ? resolve(plugin.directory, plugin.command)
      : plugin.command;
  const failed = (cause: string, remedy?: string): KeyturnError =>
    new KeyturnError({
      code: "ExecPluginFailed",
      object: `exec plugin ${plugin.command} of ${source}`,
      cause,
      remedy: remedy ?? "run it by hand to see why",
    });
  const info = {
    apiVersion: plugin.apiVersion,
    kind: "ExecCredential",
    spec: { interactive: false, ...(plugin.clusterInfo === undefined ? {} : { cluster: plugin.clusterInfo }) },
  };
  const env = { ...environment, ...Object.fromEntries(plugin.env), KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  return new Promise((resolvePromise, reject) => {
    const child = execFile(
      command,
      [...plugin.args],
      { env, shell: false, timeout: 60_000, maxBuffer: 1_048_576, windowsHide: true },
      (error, stdout) => {
        if (error !== null) return reject(failed(describe(error), hint(error, plugin)));
        try {
          resolvePromise(parse(stdout, plugin.apiVersion));
        } catch (problem) {
          reject(failed(problem instanceof InvalidCredential ? problem.message : "did not print an ExecCredential"));
        }
      },
    );
    child.stdin?.end();
  });
}

function describe(error: Error & { code?: string | number | null; killed?: boolean; signal?: string | null }): string {
  if (error.code === "ENOENT") return "does not exist";
  if (error.code === "EACCES") return "is not executable";
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "printed more than 1 MiB";
  if (error.killed === true) return "did not end within 60 s";
  if (typeof error.code === "number") return `exited with code ${error.code}`;
  return error.signal ? `was ended by ${error.signal}` : "failed";
}

function hint(error: { code?: string | number | null }, plugin: ExecPlugin): string | undefined {
  if (error.code !== "ENOENT") return undefined;
  return plugin.installHint?.replace(/\s+/g, " ").trim().slice(0, 300) ?? "install it, or put it on PATH";
}

class InvalidCredential extends Error {}

function parse(output: string, apiVersion: string): ExecCredential {
  const value: unknown = JSON.parse(output);
  if (!isRecord(value) || value.kind !== "ExecCredential" || !isRecord(value.status))
    throw new InvalidCredential("did not print an ExecCredential with a status");
  if (value.apiVersion !== apiVersion)
    throw new InvalidCredential(`printed an ExecCredential of another version than ${apiVersion}`);
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = value.status;
  const isText = (field: unknown): field is string => typeof field === "string" && field !== "";
  if (!isText(token) && !(isText(cert) && isText(key)))
    throw new InvalidCredential("printed neither a token nor a client certificate with its key");
  const expiresAt = isText(expirationTimestamp) ? Date.parse(expirationTimestamp) : Number.NaN;
  return {
    ...(isText(token) ? { token } : {}),
    ...(isText(cert) && isText(key) ? { cert, key } : {}),
    ...(Number.isNaN(expiresAt) ? {} : { expiresAt }),
  };
}
