import { readFileSync } from "node:fs";
import { ProviderError, redact } from "../plugin/errors";
import { JsonClient } from "../plugin/https";
import {
  at,
  isList,
  isMap,
  isOn,
  reveal,
  secretTexts,
  textAt,
  type Json,
  type JsonMap,
  type ValueMap,
} from "../plugin/values";

/** What is written to the server: JSON, undefined entries are left out. */
export type Body = { readonly [key: string]: Json | undefined };

/** Test fixture. The Vault HTTP API with one token. Messages hold the server's errors in one line, and no token or secret. */
export class VaultClient {
  readonly #client: JsonClient;
  readonly #token: string;
  readonly #namespace: string;

  /**
   * From provider arguments; else VAULT_ADDR or BAO_ADDR, VAULT_TOKEN or BAO_TOKEN, VAULT_CACERT or BAO_CACERT, VAULT_NAMESPACE or BAO_NAMESPACE.
   * @throws {ProviderError} naming the setting that is missing or not supported.
   */
  constructor(args: ValueMap, signal: AbortSignal) {
    const unsupported = Object.keys(args).filter((key) => key.startsWith("authLogin") && isGiven(args[key]));
    if (unsupported.length > 0) {
      throw new ProviderError(
        `vault: ${unsupported.join(", ")} is not supported by this test fixture; give it a token`,
      );
    }
    const address = textAt(args, "address") ?? environment("ADDR");
    const token = textAt(args, "token") ?? environment("TOKEN");
    if (address === undefined) throw new ProviderError("vault: no address; set the provider's address, or VAULT_ADDR");
    if (token === undefined) throw new ProviderError("vault: no token; set the provider's token, or VAULT_TOKEN");
    const caFile = textAt(args, "caCertFile") ?? environment("CACERT");
    const serverName = textAt(args, "tlsServerName");
    this.#token = token;
    this.#namespace = textAt(args, "namespace") ?? environment("NAMESPACE") ?? "";
    this.#client = new JsonClient(
      "vault",
      address,
      {
        ...(caFile !== undefined && { ca: readCa(caFile) }),
        ...(serverName !== undefined && { servername: serverName }),
        ...(isOn(args["skipTlsVerify"] ?? environment("SKIP_VERIFY")) && {
          rejectUnauthorized: false,
        }),
      },
      signal,
    );
  }

  /** Undefined when there is no such thing (404). */
  async read(path: string, inputs: ValueMap): Promise<JsonMap | undefined> {
    const body = await this.#call("GET", path, inputs, undefined, true);
    const data = at(body, "data");
    return isMap(data) ? (data as JsonMap) : undefined;
  }

  async write(path: string, inputs: ValueMap, body: Body): Promise<void> {
    await this.#call("POST", path, inputs, body, false);
  }

  async remove(path: string, inputs: ValueMap): Promise<void> {
    await this.#call("DELETE", path, inputs, undefined, true);
  }

  async #call(
    method: string,
    path: string,
    inputs: ValueMap,
    body: Body | undefined,
    mayBeMissing: boolean,
  ): Promise<Json> {
    const namespace = [this.#namespace, textAt(inputs, "namespace") ?? ""].filter((part) => part !== "").join("/");
    const answer = await this.#client.call({
      method,
      path: `/v1/${path.split("/").map(encodeURIComponent).join("/")}`,
      headers: {
        "x-vault-token": this.#token,
        "x-vault-request": "true",
        ...(namespace === "" ? {} : { "x-vault-namespace": namespace }),
      },
      ...(body === undefined ? {} : { body: JSON.parse(JSON.stringify(body)) as Json }),
    });
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    if (answer.status === 404 && mayBeMissing) return null;
    const cause = redact(causeOf(answer.body), [this.#token, ...secretTexts(inputs)]);
    throw new ProviderError(`${method} ${path}: ${answer.status} ${cause}`);
  }
}

/** Vault gives a list of errors, each sometimes an indented list again: one line of them. */
function causeOf(body: Json): string {
  const errors = at(body, "errors");
  const texts = (isList(errors) ? errors : []).filter((item) => typeof item === "string");
  const lines = texts.flatMap((text) => text.split("\n")).map((line) => line.trim().replace(/^\* /, ""));
  const said = lines.filter((line) => line !== "" && !/^\d+ errors? occurred:$/.test(line));
  return said.join("; ") || "the server did not say why";
}

function environment(name: string): string | undefined {
  return process.env[`VAULT_${name}`] || process.env[`BAO_${name}`] || undefined;
}

/** The SDK sends absent settings as JSON texts. */
function isGiven(value: ValueMap[string] | undefined): boolean {
  const plain = reveal(value);
  return plain !== undefined && plain !== null && plain !== "" && plain !== "null";
}

function readCa(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ProviderError(`vault: the CA file ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
