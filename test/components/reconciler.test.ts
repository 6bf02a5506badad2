import { environment, plan, reconciler, team, type ReconcilerSpec } from "keyturn";
import type { KubernetesObject } from "../../api";
import { payments, prod, refusal } from "./fixtures";

const spec: ReconcilerSpec<"prod"> = { environment: prod, teams: [payments], bundle: "start()" };
const manifests = (change: Partial<ReconcilerSpec<"prod">> = {}): readonly KubernetesObject[] =>
  plan([reconciler("r", { ...spec, ...change })]).manifests;
const found = (objects: readonly KubernetesObject[], kind: string): readonly KubernetesObject[] =>
  objects.filter((object) => object.kind === kind);

describe("the NetworkPolicy of the reconciler", () => {
  const tcp = (port: number) => ({ protocol: "TCP", port });
  const udp = (port: number) => ({ protocol: "UDP", port });
  const policy = (change: Partial<ReconcilerSpec<"prod">> = {}) =>
    found(manifests(change), "NetworkPolicy").map(({ spec: policySpec }) => policySpec);

  it("allows metrics and health in; DNS, the API server and the Vaults out", () => {
    expect(policy()).toEqual([
      {
        podSelector: {
          matchLabels: { "app.kubernetes.io/name": "keyturn", "app.kubernetes.io/component": "reconciler" },
        },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ ports: [tcp(8080), tcp(8081)] }],
        egress: [{ ports: [udp(53), udp(5353), tcp(53), tcp(5353)] }, { ports: [tcp(443), tcp(6443), tcp(8200)] }],
      },
    ]);
  });

  it("allows the port of every Vault of the environment, the default of http and https too", () => {
    const vault = (address: string) => ({ address, kv: { mount: "kv" }, login: { kubernetes: { mount: "k" } } });
    const owner = environment("prod", {
      vaults: { main: vault("https://v:8201"), legacy: vault("https://old"), local: vault("http://127.0.0.1") },
    });
    const teams = [team(owner, "payments", { namespaces: ["payments"] })];
    const [made] = policy({ environment: owner, teams });
    expect(made).toMatchObject({ egress: [{}, { ports: [tcp(80), tcp(443), tcp(6443), tcp(8201)] }] });
  });

  it("allows ports that are named besides, once and in order", () => {
    const [made] = policy({ networkPolicy: { egressPorts: [16443, 443, 8080, 16443] } });
    expect(made).toMatchObject({ egress: [{}, { ports: [443, 6443, 8080, 8200, 16443].map(tcp) }] });
  });

  it("lets only the named namespaces read the metrics, and everything reach the health", () => {
    const [made] = policy({ networkPolicy: { metricsFrom: { "kubernetes.io/metadata.name": "monitoring" } } });
    expect(made).toMatchObject({
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
          ports: [tcp(8080)],
        },
        { ports: [tcp(8081)] },
      ],
    });
  });

  it("is left out on request", () => {
    expect(policy({ networkPolicy: true })).toHaveLength(1);
    expect(policy({ networkPolicy: false })).toEqual([]);
  });

  it("is refused with the place where it makes no sense", () => {
    const refused = (networkPolicy: unknown) => refusal(() => manifests({ networkPolicy } as never));
    expect(refused("yes")).toEqual(['Reconciler "r" › networkPolicy: must be an object, not string']);
    expect(refused({ egressPort: [1] })).toEqual([
      'Reconciler "r" › networkPolicy.egressPort: is not a known field; did you mean "egressPorts"?',
    ]);
    expect(refused({ egressPorts: [0, 1.5, "443", 65536] })).toEqual([
      'Reconciler "r" › networkPolicy.egressPorts[0]: must be a whole number from 1 to 65535',
      'Reconciler "r" › networkPolicy.egressPorts[1]: must be a whole number from 1 to 65535',
      'Reconciler "r" › networkPolicy.egressPorts[2]: must be a whole number from 1 to 65535',
      'Reconciler "r" › networkPolicy.egressPorts[3]: must be a whole number from 1 to 65535',
    ]);
    expect(refused({ metricsFrom: {} })).toEqual([
      'Reconciler "r" › networkPolicy.metricsFrom: names no label; leave it out where every namespace may read the metrics',
    ]);
    expect(refused({ metricsFrom: { "a/b/c": "x", ok: "no spaces" } })).toEqual([
      'Reconciler "r" › networkPolicy.metricsFrom["a/b/c"]: is not the name of a label like "team" or "example.com/team"',
      'Reconciler "r" › networkPolicy.metricsFrom.ok: "no spaces" is not the value of a label: at most 63 letters, digits, "-", "_" and "."',
    ]);
  });
});

describe("the PodDisruptionBudget of the reconciler", () => {
  it.each([1, 2, 3])("lets one of %i pods go at a time, and every pod that is broken", (replicas) => {
    expect(found(manifests({ replicas }), "PodDisruptionBudget").map(({ spec: budget }) => budget)).toEqual([
      {
        maxUnavailable: 1,
        selector: { matchLabels: { "app.kubernetes.io/name": "keyturn", "app.kubernetes.io/component": "reconciler" } },
        unhealthyPodEvictionPolicy: "AlwaysAllow",
      },
    ]);
  });
});

it("is refused in an environment where External Secrets Operator runs instead", () => {
  const eso = environment("prod", {
    vault: { address: "https://v", kv: { mount: "kv" }, login: { kubernetes: { mount: "k" } } },
    reconciler: { install: false },
  });
  const teams = [team(eso, "payments", { namespaces: ["payments"] })];
  expect(refusal(() => manifests({ environment: eso, teams }))).toEqual([
    'Reconciler "r" › environment: "prod" says reconciler.install: false; leave the Reconciler out, or that',
  ]);
});

describe("beside External Secrets Operator", () => {
  const args = (crds: "all" | "keyturn" | "none"): readonly string[] =>
    found(manifests({ crds }), "Deployment").flatMap(
      ({ spec: deployment }) =>
        (deployment as { template: { spec: { containers: { args: string[] }[] } } }).template.spec.containers[0]
          ?.args ?? [],
    );

  it("leaves the stores that name no controller to it where its CRDs are, and takes them otherwise", () => {
    expect(args("keyturn")).toContain("--strict-class");
    expect(args("all")).not.toContain("--strict-class");
    expect(args("none")).not.toContain("--strict-class");
  });
});
