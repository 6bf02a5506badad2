import { readdirSync, readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { KeyturnError } from "../../api";

/** Writes to the HTTP API of a Vault: what `vault write` and `vault policy write` do. */
export class VaultWriter {
  private readonly agent: Agent;

  constructor(
    private readonly address: string,
    ca: string,
    private readonly token: string,
  ) {
    this.agent = new Agent({ keepAlive: true, ca });
  }

  write(path: string, body: unknown): Promise<void> {
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request(
        new URL(`/v1/${path}`, this.address),
        {
          method: "POST",
          agent: this.agent,
          headers: {
            "x-vault-token": this.token,
            "content-type": "application/json",
            "content-length": Buffer.byteLength(text),
          },
        },
        (response) => {
          response.resume();
          response.on("end", () => {
            const { statusCode = 0 } = response;
            if (statusCode < 300) resolve();
            else
              reject(
                new KeyturnError({ code: "VaultWrite", object: `Vault ${path}`, cause: `was answered ${statusCode}` }),
              );
          });
        },
      );
      call.on("error", reject);
      call.end(text);
    });
  }

  /** The Vault half of a synth: `vault/platform.json`, `vault/*.hcl`, `vault/roles.json`. Returns the names of the policies. */
  async writeFiles(dir: string): Promise<readonly string[]> {
    const writes = (file: string): readonly { path: string; body: unknown }[] =>
      JSON.parse(readFileSync(join(dir, file), "utf8")) as { path: string; body: unknown }[];
    for (const { path, body } of writes("platform.json")) await this.write(path, body);
    const policies = readdirSync(dir).filter((file) => file.endsWith(".hcl"));
    for (const file of policies)
      await this.write(`sys/policies/acl/${file.slice(0, -".hcl".length)}`, {
        policy: readFileSync(join(dir, file), "utf8"),
      });
    for (const { path, body } of writes("roles.json")) await this.write(path, body);
    return policies.map((file) => file.slice(0, -".hcl".length)).sort();
  }

  close(): void {
    this.agent.destroy();
  }
}
