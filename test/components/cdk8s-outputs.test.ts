import * as pulumi from "@pulumi/pulumi";
import { App, Chart, Testing } from "cdk8s";
import fc from "fast-check";
import {
  environment,
  plan,
  team,
  type Declaration,
  type DeclarationError,
  type EnvironmentSpec,
  type TeamSpec,
} from "keyturn";
import * as cdk8s from "keyturn/cdk8s";
import { Place } from "../../components/model/problems";
import { company } from "./arbitraries";
import { payments, prod, refusal } from "./fixtures";

const REFUSED =
  "is a Pulumi Output or Promise; names, paths and keys must be plain values, known before anything is deployed";

/** What behaves as an Output does where it must not be used; a Pulumi of another version, or none, may be behind it. */
const lookalike = (): unknown => ({
  __pulumiOutput: true,
  toString: () => "Calling [toString] on an [Output<T>] is not supported.",
  toJSON: () => "Calling [toJSON] on an [Output<T>] is not supported.",
});
const OUTPUTS: readonly (readonly [string, () => unknown])[] = [
  ["something like an Output", lookalike],
  ["a Pulumi Output", () => pulumi.output("db#password")],
  ["a secret Output", () => pulumi.secret("canary-hunter2-plain")],
  ["an Output of an object", () => pulumi.output({ path: "db", find: {}, namespaces: ["payments"], name: "x" })],
  ["a Promise", () => Promise.resolve("db#password")],
];

type Path = readonly (string | number)[];

const isPlain = (value: unknown): value is object =>
  value !== null &&
  typeof value === "object" &&
  [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value) as object);
const MADE_ELSEWHERE = ["team", "environment", "store"];

/** Every place in a declaration where a value could be put, but not inside what team(...) or environment(...) made. */
function placesIn(value: unknown, path: Path = []): readonly Path[] {
  const last = path.at(-1);
  const isMade = MADE_ELSEWHERE.includes(String(last)) || (path.length > 1 && path.at(-2) === "teams");
  if (!isPlain(value) || isMade) return [path];
  const inside = Array.isArray(value)
    ? value.flatMap((entry: unknown, index) => placesIn(entry, [...path, index]))
    : Object.entries(value).flatMap(([name, entry]) => placesIn(entry, [...path, name]));
  return [path, ...inside];
}

function put(value: unknown, [step, ...rest]: Path, put_: unknown): unknown {
  if (step === undefined) return put_;
  if (Array.isArray(value))
    return value.map((entry: unknown, index) => (index === step ? put(entry, rest, put_) : entry));
  const fields = value as Readonly<Record<string, unknown>>;
  return { ...fields, [step]: put(fields[step], rest, put_) };
}

const placeOf = (kind: string, name: unknown, path: Path): string =>
  path.reduce((place: Place, step) => place.at(step), Place.of([], kind, name)).toString();

/** Makes the construct of a declaration, whatever is in it. */
function make(scope: Chart, kind: Declaration["kind"], id: string, spec: unknown): void {
  switch (kind) {
    case "AppSecret":
      return void new cdk8s.AppSecret(scope, id, spec as never);
    case "Store":
      return void new cdk8s.Store(scope, id, spec as never);
    case "TeamAccess":
      return void new cdk8s.TeamAccess(scope, id, spec as never);
    case "Platform":
      return void new cdk8s.Platform(scope, id, spec as never);
    case "Reconciler":
      return void new cdk8s.Reconciler(scope, id, spec as never);
    case "Consumer":
      return;
  }
}

const propsOf = (declaration: Exclude<Declaration, { readonly kind: "Consumer" }>): object =>
  declaration.kind === "Reconciler"
    ? { ...declaration.spec, bundle: { text: declaration.spec.bundle } }
    : declaration.spec;

describe("an Output of Pulumi, wherever it is put", () => {
  const spoilt = company.chain(({ declarations }) =>
    fc.constantFrom(...declarations.filter((declaration) => declaration.kind !== "Consumer")).chain((declaration) =>
      fc.record({
        declaration: fc.constant(declaration),
        path: fc.constantFrom(...placesIn(propsOf(declaration))),
        output: fc.constantFrom(...OUTPUTS),
      }),
    ),
  );

  it("is refused with its place alone, and nothing is emitted", () => {
    fc.assert(
      fc.property(spoilt, ({ declaration, path, output: [, output] }) => {
        const { kind, id } = declaration;
        const expected = [`${placeOf(kind, id, path)}: ${REFUSED}`];
        const chart = new Chart(new App({ outdir: "unused" }), "chart");
        expect(refusal(() => make(chart, kind, id, put(propsOf(declaration), path, output())))).toEqual(expected);
        expect(Testing.synth(chart)).toEqual([]);
        expect(chart.node.children).toEqual([]);
        if (kind === "Reconciler" && path[0] === "bundle") return;
        const wrong = { ...declaration, spec: put(declaration.spec, path, output()) } as Declaration;
        expect(refusal(() => plan([wrong]))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it.each(OUTPUTS)("is refused as the id or all of a construct: %s", (_name, output) => {
    const chart = new Chart(new App({ outdir: "unused" }), "chart");
    const spec = { team: payments, keys: { A: "db#a" } };
    const messages: readonly string[] = [
      ...refusal(() => new cdk8s.AppSecret(chart, output() as string, spec)),
      ...refusal(() => new cdk8s.Store(chart, output() as string, { team: payments })),
      ...refusal(() => new cdk8s.AppSecret(chart, "db", output() as never)),
      ...refusal(() => cdk8s.AppSecret.fromSecretName(chart, "db", output() as string, { team: payments })),
      ...refusal(() => cdk8s.AppSecret.fromSecretName(chart, "db", "db", { team: output() as never })),
      ...refusal(() => cdk8s.Store.fromName(prod, "store", { vault: output() as string })),
      ...refusal(() => cdk8s.Store.fromName(output() as never, "store")),
    ];
    expect(messages).toEqual([
      `AppSecret a value of type object › id: ${REFUSED}`,
      `Store a value of type object › id: ${REFUSED}`,
      `AppSecret "db": ${REFUSED}`,
      `AppSecret "db" › name: ${REFUSED}`,
      `AppSecret "db" › team: ${REFUSED}`,
      `Store "store" › vault: ${REFUSED}`,
      `Store "store" › environment: ${REFUSED}`,
    ]);
    expect(chart.node.children).toEqual([]);
  });

  it("is not looked for without end in an object that contains itself", () => {
    const labels: Record<string, unknown> = {};
    labels["self"] = labels;
    const list: unknown[] = [];
    list.push(list);
    const spec = { team: payments, keys: { A: "db#a" }, labels, from: list } as never;
    expect(refusal(() => new cdk8s.AppSecret(new Chart(new App({ outdir: "unused" }), "c"), "db", spec))).toEqual([
      'AppSecret "db" › from[0]: must be an object, not a list',
      'AppSecret "db" › labels.self: must be a text, not object',
    ]);
  });

  const rollouts: readonly (readonly [string, unknown, string])[] = [
    ["keys", { keys: [lookalike()] }, "rollout.keys[0]"],
    ["all keys", { keys: lookalike() }, "rollout.keys"],
    ["a window", { windows: [{ days: [lookalike()], from: "02:00", to: "04:00" }] }, "rollout.windows[0].days[0]"],
    ["an approval", { approval: lookalike() }, "rollout.approval"],
    ["what comes before", { after: [{ kind: lookalike(), name: "x" }] }, "rollout.after[0].kind"],
    ["a deadline", { deadline: pulumi.output("5m") }, "rollout.deadline"],
    ["a strategy", { strategy: pulumi.output("none") }, "rollout.strategy"],
    ["all", lookalike(), "rollout"],
  ];
  it.each(rollouts)("is refused in the options of a rollout: %s", (_name, options, where) => {
    const chart = new Chart(new App({ outdir: "unused" }), "chart");
    const db = new cdk8s.AppSecret(chart, "db", { team: payments, keys: { A: "db#a" } });
    const expected = [`AppSecret "db" › ${where}: ${REFUSED}`];
    expect(refusal(() => db.rollout(options as never))).toEqual(expected);
    expect(refusal(() => db.rolloutFor({ kind: "Deployment", name: "x" }, options as never))).toEqual(expected);
    expect(refusal(() => db.rolloutFor({ kind: "Deployment", name: lookalike() as string }))).toEqual([
      `AppSecret "db" › rollout.workload.name: ${REFUSED}`,
    ]);
  });

  it.each<readonly [string, unknown, string]>([
    ["a variable", { env: { A: lookalike() } }, ".env.A"],
    ["a prefix", { envFrom: { prefix: pulumi.output("X_") } }, ".envFrom.prefix"],
    [
      "a mode",
      { volume: { mountPath: "/s", items: [{ key: "A", mode: pulumi.output(0o400) }] } },
      ".volume.items[0].mode",
    ],
    ["all", lookalike(), ""],
  ])("is refused in how containers use a Secret: %s", (_name, use, where) => {
    const chart = new Chart(new App({ outdir: "unused" }), "chart");
    const db = new cdk8s.AppSecret(chart, "db", { team: payments, keys: { A: "db#a" } });
    expect(refusal(() => db.use(use as never))).toEqual([`AppSecret "db" › use${where}: ${REFUSED}`]);
  });
});

describe("in an environment or a team", () => {
  const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const kv = { mount: "prod", version: 2 } as const;
  const key = { secret: "s", key: "k" };
  const address = "https://vault.example.com:8200";
  const environments: readonly (readonly [string, EnvironmentSpec])[] = [
    [
      "one Vault",
      {
        vault: {
          address,
          namespace: "tenants/a",
          kv,
          ca: { pem },
          login: { kubernetes: { mount: "k", audience: "a", reviewer: "client", tokenTtl: "10m" } },
        },
        staleFor: "5m",
        reconciler: { install: true, namespace: "keyturn-system", serviceAccount: "keyturn" },
      },
    ],
    [
      "several Vaults",
      {
        vaults: {
          main: { address, kv, ca: { configMap: { name: "ca", key: "ca.crt" } }, login: { jwt: { mount: "jwt" } } },
          a: { address, kv: { mount: "a" }, login: { appRole: { mount: "r", roleId: key, secretId: key } } },
          b: { address, kv: { mount: "b" }, login: { userPass: { username: "{team}", password: key } } },
          c: { address, kv: { mount: "c" }, login: { ldap: { username: "{team}", password: key } } },
          d: { address, kv: { mount: "d" }, login: { cert: { certificate: key, privateKey: key } } },
          e: { address, kv: { mount: "e" }, login: { token: key }, ca: { secret: { name: "ca", key: "ca.crt" } } },
        },
        reconciler: { install: false },
      },
    ],
  ];
  it.each(environments)("is refused with its place: environment with %s", (_name, spec) => {
    expect(environment("prod", spec).name).toBe("prod");
    for (const path of placesIn(spec))
      for (const [, output] of OUTPUTS)
        expect(refusal(() => environment("prod", put(spec, path, output()) as EnvironmentSpec))).toEqual([
          `${placeOf("Environment", "prod", path)}: ${REFUSED}`,
        ]);
  });

  it("is refused with its place: team", () => {
    const spec: TeamSpec = { namespaces: ["a", "b"], serviceAccount: "reader", prefixes: ["x", "y"] };
    for (const path of placesIn(spec))
      for (const [, output] of OUTPUTS)
        expect(refusal(() => team(prod, "payments", put(spec, path, output()) as TeamSpec))).toEqual([
          `${placeOf("Team", "payments", path)}: ${REFUSED}`,
        ]);
    for (const [, output] of OUTPUTS) {
      expect(refusal(() => team(prod, output() as string, spec)).join("\n")).toContain(` › name: ${REFUSED}`);
      expect(refusal(() => environment(output() as string, environments[0]![1])).join("\n")).toContain(
        ` › name: ${REFUSED}`,
      );
      expect(refusal(() => team(output() as never, "a", spec)).join("\n")).toContain(
        `Team "a" › environment: ${REFUSED}`,
      );
    }
  });

  it("no message has the value, not even of one that is known", () => {
    const messages = OUTPUTS.flatMap(([, output]) => {
      try {
        team(prod, "payments", { namespaces: [output() as string] });
        return [];
      } catch (error) {
        return [(error as DeclarationError).message];
      }
    });
    expect(messages).toHaveLength(OUTPUTS.length);
    expect(messages.join("\n")).not.toMatch(/canary|Calling|\[object/);
  });
});
