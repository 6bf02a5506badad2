import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clusterAccess } from "./kubernetes/kubeconfig";

const config = (user: object): string =>
  JSON.stringify({
    clusters: [{ name: "c", cluster: { server: "https://10.0.0.1", "certificate-authority": "ca.crt" } }],
    users: [{ name: "u", user }],
    contexts: [
      { name: "one", context: { cluster: "c", user: "u", namespace: "shop" } },
      { name: "two", context: { cluster: "c", user: "nobody" } },
    ],
    "current-context": "one",
  });

describe("a kubeconfig", () => {
  let dir: string;
  const write = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "keyturn-kubeconfig-"))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it("gives address, namespace and credentials; files are found beside it", () => {
    write("ca.crt", "the ca");
    const access = clusterAccess(write("config", config({ token: "t" })), {});
    expect(access).toEqual({
      server: "https://10.0.0.1",
      namespace: "shop",
      headers: { authorization: "Bearer t" },
      tls: { ca: Buffer.from("the ca") },
    });
  });

  it.each([
    ["a missing file", () => join(dir, "none"), /none does not exist; set the provider's kubeconfig or KUBECONFIG$/],
    ["no YAML", () => write("config", "\t- {"), /config: is not YAML$/],
    ["a credential plugin", () => write("config", config({ exec: {} })), /credential plugins are not supported/],
    ["a missing CA file", () => write("config", config({})), /ca\.crt cannot be read: ENOENT$/],
  ])("with %s is refused in one line", (_what, given, message) => {
    expect(() => clusterAccess(given(), {})).toThrow(message);
  });

  it("whose context names an unknown user is refused", () => {
    const path = write("config", config({ token: "t" }));
    expect(() => clusterAccess(path, { context: "two" })).toThrow(`kubeconfig ${path}: has no entry "nobody" in users`);
  });
});
