import { environment, plan, planFiles, platform, type AuditData, type PlatformSpec, type VaultSpec } from "keyturn";
import { Platform } from "keyturn/pulumi";
import { parseEnvironments } from "../../api";
import { CANARIES, refusal } from "./fixtures";
import { record } from "./pulumi-rig";

const token = { token: { secret: "t", key: "k" } } as const;
const prodWith = (audit: unknown, vault: Partial<VaultSpec> = {}) =>
  environment("prod", {
    vault: { address: "https://v", kv: { mount: "kv" }, login: token, ...vault },
    ...(audit === undefined ? {} : { audit: audit as AuditData }),
  });
const planned = (spec: PlatformSpec) => plan([platform("p", spec)]);
const auditWrites = (spec: PlatformSpec) =>
  (planned(spec).vault[0]?.platform ?? []).filter(({ path }) => path.startsWith("sys/audit/"));

const file = { type: "file", file: "/var/log/vault/audit.log" } as const;

describe("what an environment says about its audit data", () => {
  it("is in the plan's Vault documents and in environments.json, with its defaults", () => {
    const prod = prodWith({ device: file, collectedBy: "Loki, tenant security" });
    const audit = { device: { ...file, path: "file" }, collectedBy: "Loki, tenant security" };
    const result = planned({ environment: prod, audit: false });
    expect(result.vault[0]?.audit).toEqual(audit);
    const written = JSON.parse(planFiles(result).get("environments.json") ?? "") as { environments: object[] };
    expect(written.environments).toEqual([
      {
        name: "prod",
        vault: { address: "https://v", kv: { mount: "kv", version: 2 }, login: token },
        audit,
        teams: [],
      },
    ]);
    expect(parseEnvironments(written, "environments.json")).toEqual(written.environments);
  });

  it("is noted in the plan where it does not tell who collects what is written where", () => {
    const notes = (audit: unknown) => planned({ environment: prodWith(audit), audit: false }).notes;
    expect(notes({ collectedBy: "Splunk" })).toEqual([]);
    expect(notes({ device: file, collectedBy: "Splunk" })).toEqual([]);
    expect(notes({ device: file })).toEqual([
      {
        environment: "prod",
        about: "audit",
        message: "says what its Vault writes audit data to, and not who collects it; declare audit.collectedBy",
      },
    ]);
    expect(notes(undefined)).toEqual([
      {
        environment: "prod",
        about: "audit",
        message:
          "says nothing about audit data: where its Vault writes down who read what, and who collects that; declare audit: { device, collectedBy }",
      },
    ]);
  });

  const wrong: readonly (readonly [unknown, readonly string[]])[] = [
    [{}, ["audit: says nothing; give device, collectedBy or both"]],
    ["Loki", ["audit: must be an object, not string"]],
    [{ collector: "Loki", collectedBy: "Loki" }, ["audit.collector: is not a known field"]],
    [{ collectedBy: "a\nb" }, ["audit.collectedBy: must be one line, without control characters"]],
    [{ device: {} }, ['audit.device.type: must be "file" or "socket" or "syslog", not nothing']],
    [
      { device: { type: "http", uri: "https://x" } },
      ['audit.device.type: must be "file" or "socket" or "syslog", not "http"'],
    ],
    [{ device: { type: "file" } }, ["audit.device.file: is missing"]],
    [{ device: { type: "file", file: "discard" } }, ['audit.device.file: "discard" keeps nothing']],
    [
      { device: { type: "file", file: "audit.log" } },
      ['audit.device.file: "audit.log" is neither an absolute path nor "stdout"'],
    ],
    [{ device: { ...file, path: "a/../b" } }, ['audit.device.path: contains a "." or ".." segment']],
    [{ device: { ...file, address: "x:1" } }, ["audit.device.address: is not a known field"]],
    [
      { device: { type: "socket", address: "logs.example.com" } },
      ['audit.device.address: "logs.example.com" is not an address like "logs.example.com:9090"'],
    ],
    [
      { device: { type: "socket", address: "logs:1", socketType: "unix" } },
      ['audit.device.address: "logs:1" is not the absolute path of a Unix socket'],
    ],
    [
      { device: { type: "socket", address: "logs:1", socketType: "tls" } },
      ['audit.device.socketType: must be "tcp" or "udp" or "unix", not "tls"'],
    ],
    [{ device: { type: "syslog", tag: "" } }, ["audit.device.tag: is empty"]],
  ];
  it.each(wrong)("is refused: %j", (audit, problems) => {
    expect(refusal(() => prodWith(audit))).toEqual(problems.map((problem) => `Environment "prod" › ${problem}`));
  });

  it("may hold no secret, and shows none that it refuses", () => {
    for (const canary of CANARIES.slice(1, 5))
      for (const audit of [
        { collectedBy: `Loki ${canary}` },
        { device: { type: "file", file: canary } },
        { device: { type: "socket", address: canary } },
        { device: { type: "syslog", facility: canary } },
      ]) {
        const problems = refusal(() => prodWith(audit)).join("\n");
        expect(problems).toMatch(/looks like .*not shown/);
        expect(problems).not.toContain(canary);
      }
  });
});

describe("the audit device of a Platform", () => {
  const devices: readonly (readonly [PlatformSpec["audit"], string, object])[] = [
    [file, "file", { type: "file", options: { file_path: "/var/log/vault/audit.log" } }],
    [{ file: "stdout", path: "out" }, "out", { type: "file", options: { file_path: "stdout" } }],
    [
      { type: "socket", address: "logs.example.com:9090" },
      "socket",
      { type: "socket", options: { address: "logs.example.com:9090", socket_type: "tcp" } },
    ],
    [
      { type: "socket", path: "a/b", address: "/run/audit.sock", socketType: "unix" },
      "a/b",
      { type: "socket", options: { address: "/run/audit.sock", socket_type: "unix" } },
    ],
    [{ type: "syslog" }, "syslog", { type: "syslog", options: {} }],
    [
      { type: "syslog", facility: "LOCAL7", tag: "bao" },
      "syslog",
      { type: "syslog", options: { facility: "LOCAL7", tag: "bao" } },
    ],
  ];
  it.each(devices)("%j is mounted at %s, the same with Pulumi", async (audit, path, body) => {
    const spec = { environment: prodWith({ device: { type: "file", file: "/other" } }), audit } as PlatformSpec;
    expect(auditWrites(spec)).toEqual([{ path: `sys/audit/${path}`, body }]);
    const { named } = await record(() => new Platform("p", spec));
    expect(named("p-audit").inputs).toEqual({ path, ...body });
  });

  it("is the environment's where the Platform says nothing, and none where it says so", async () => {
    const environment = prodWith({ device: { type: "syslog", tag: "bao" }, collectedBy: "Splunk" });
    const write = { path: "sys/audit/syslog", body: { type: "syslog", options: { tag: "bao" } } };
    expect(auditWrites({ environment })).toEqual([write]);
    expect(auditWrites({ environment, audit: false })).toEqual([]);
    expect(auditWrites({ environment: prodWith({ collectedBy: "Splunk" }) })).toEqual([]);
    const { resources } = await record(() => {
      new Platform("a", { environment });
      new Platform("b", { environment, audit: false });
    });
    expect(resources.map(({ name }) => name).sort()).toEqual(["a", "a-audit", "a-mount", "b", "b-mount"]);
  });

  it("of a Vault with a namespace is for the root namespace: by hand, or refused", async () => {
    const environment = prodWith({ device: file }, { namespace: "ops" });
    expect(auditWrites({ environment })).toEqual([]);
    expect(planned({ environment }).vault[0]?.byHand).toEqual([
      {
        path: "sys/audit/file",
        what: 'in the root namespace of Vault: {"type":"file","options":{"file_path":"/var/log/vault/audit.log"}}',
      },
    ]);
    const { resources } = await record(() => new Platform("a", { environment }));
    expect(resources.map(({ name }) => name)).toEqual(["a", "a-mount"]);
    expect(refusal(() => planned({ environment, audit: file }))).toEqual([
      'Platform "p" › audit: Vault takes audit devices in its root namespace only, and this environment is in namespace "ops"; ' +
        "leave it out, and have it made there",
    ]);
  });
});

describe("audit in an environments file", () => {
  const problems = (audit: unknown): string => {
    const [environment] = planned({ environment: prodWith(undefined) }).environments.environments;
    const file = {
      apiVersion: "keyturn.dev/v1alpha1",
      kind: "Environments",
      environments: [{ ...environment, audit }],
    };
    try {
      parseEnvironments(file, "e.json");
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };

  it.each([
    { collectedBy: "Loki" },
    { device: file },
    { device: { type: "socket", path: "s", address: "a:1", socketType: "udp" } },
    { device: { type: "syslog" } },
  ])("%j is taken", (audit) => {
    expect(problems(audit)).toBe("");
  });

  it.each([
    [null, "environments[0].audit: is not an object"],
    [{}, "environments[0].audit: has neither device nor collectedBy"],
    [{ collectedBy: 1 }, "environments[0].audit.collectedBy: is not a text"],
    [{ device: "file" }, "environments[0].audit.device: is not an object"],
    [{ device: { type: "__proto__" } }, "environments[0].audit.device.type: is not one of file, socket, syslog"],
    [{ device: { type: "file" } }, "environments[0].audit.device.file: is not a text"],
    [
      { device: { type: "socket", address: "a:1", socketType: "tls" } },
      "environments[0].audit.device.socketType: is not tcp, udp or unix",
    ],
    [{ device: { type: "syslog", file: "/a" } }, "environments[0].audit.device.file: is not a known field"],
    [{ collectedBy: "Loki", collector: "x" }, "environments[0].audit.collector: is not a known field"],
  ])("%j is refused", (audit, problem) => {
    expect(problems(audit)).toContain(problem);
  });
});
