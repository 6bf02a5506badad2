import * as pulumi from "@pulumi/pulumi";
import { environment, team } from "keyturn";
import { AppSecret, Platform, Reconciler, Store, TeamAccess } from "keyturn/pulumi";
import { construct } from "../../components/pulumi/provider/construct";
import { isPluginHost } from "../../components/pulumi/provider/plugin-host";
import { packageSchema } from "../../components/pulumi/provider/schema";
import { CANARIES } from "./fixtures";
import { notKnownYet, record, UNKNOWN } from "./pulumi-rig";

// What a program in Python, Go, C#, Java or YAML gives: plain data, environment and team included.
const vault = {
  address: "https://vault.prod.example.com:8200",
  kv: { mount: "prod" },
  login: { kubernetes: { mount: "k8s-prod" } },
};
const environmentData = { name: "prod", vault, staleFor: "30m" };
const teamData = { name: "payments", namespaces: ["payments"], prefixes: ["payments", "shared/search"] };
const prod = environment("prod", { vault, staleFor: "30m" });
const payments = team(prod, "payments", { namespaces: ["payments"], prefixes: ["payments", "shared/search"] });
const keys = { USER: "db#username", PASSWORD: { path: "db", property: "password", version: 3 } };
const ca = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

interface Spec {
  readonly $ref?: string;
  readonly type?: string;
  readonly plain?: boolean;
  readonly secret?: boolean;
  readonly items?: Spec;
  readonly additionalProperties?: Spec;
  readonly oneOf?: readonly Spec[];
}
interface TypeSpec {
  readonly properties?: Readonly<Record<string, Spec>>;
  readonly enum?: readonly { readonly value: string }[];
  readonly required?: readonly string[];
}
interface ResourceSpec {
  readonly isComponent: boolean;
  readonly inputProperties: Readonly<Record<string, Spec>>;
  readonly requiredInputs: readonly string[];
  readonly properties: Readonly<Record<string, Spec>>;
  readonly required: readonly string[];
}
const schema = packageSchema("1.2.3") as unknown as {
  readonly version: string;
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly types: Readonly<Record<string, TypeSpec>>;
};

describe("the package schema", () => {
  it("has the five components, what each needs and what each gives", () => {
    expect(
      Object.entries(schema.resources).map(([token, { isComponent, requiredInputs, properties, required }]) => [
        token,
        isComponent,
        requiredInputs,
        Object.keys(properties).join() === required.join() ? required : "an output that may be missing",
      ]),
    ).toEqual([
      ["keyturn:index:Platform", true, ["environment"], ["environment", "mount"]],
      ["keyturn:index:TeamAccess", true, ["environment", "team"], ["accessName"]],
      ["keyturn:index:Store", true, ["environment", "team"], ["name"]],
      ["keyturn:index:AppSecret", true, ["environment", "team"], ["name", "namespace"]],
      ["keyturn:index:Reconciler", true, ["environment", "teams"], ["namespace"]],
    ]);
    expect(schema.version).toBe("1.2.3");
  });

  it("refers to types that are there, and has none that nothing refers to", () => {
    const seen = new Set<string>();
    for (const { spec } of everyInput()) visit(spec, ({ $ref }) => $ref !== undefined && seen.add($ref));
    expect([...seen].sort()).toEqual(Object.keys(schema.types).map((name) => `#/types/${name}`));
  });

  it("is plain at every level but for the leaves that a deployment tells", () => {
    const eventual = everyInput().flatMap(({ place, spec }) => {
      let plain = true;
      visit(spec, (inner) => (plain &&= inner.plain === true));
      return plain ? [] : [place];
    });
    expect(eventual.sort()).toEqual([
      "keyturn:index:KubernetesApi.ca",
      "keyturn:index:KubernetesApi.host",
      "keyturn:index:Reconciler.address",
      "keyturn:index:Reconciler.ca",
      "keyturn:index:Store.address",
      "keyturn:index:Store.ca",
    ]);
  });

  it("takes no secret: credentials are keys of Secrets, and nothing is marked as one", () => {
    const named = everyInput().filter(({ place }) =>
      /\.(?:password|token\w*|secretId|roleId|privateKey)$/i.test(place),
    );
    expect(named.map(({ place, spec }) => `${place} ${spec.$ref ?? spec.type}`).sort()).toEqual([
      "keyturn:index:AppRoleLogin.roleId #/types/keyturn:index:SecretKey",
      "keyturn:index:AppRoleLogin.secretId #/types/keyturn:index:SecretKey",
      "keyturn:index:CertLogin.privateKey #/types/keyturn:index:SecretKey",
      "keyturn:index:JwtLogin.tokenTtl string",
      "keyturn:index:KubernetesLogin.tokenTtl string",
      "keyturn:index:LdapLogin.password #/types/keyturn:index:SecretKey",
      "keyturn:index:Login.token #/types/keyturn:index:SecretKey",
      "keyturn:index:Login.tokenSecret #/types/keyturn:index:SecretKey",
      "keyturn:index:UserPassLogin.password #/types/keyturn:index:SecretKey",
    ]);
    expect(everyInput().filter(({ spec }) => spec.secret === true)).toEqual([]);
  });

  function everyInput(): readonly { readonly place: string; readonly spec: Spec }[] {
    const of = ([name, properties]: readonly [string, Readonly<Record<string, Spec>>]) =>
      Object.entries(properties).map(([property, spec]) => ({ place: `${name}.${property}`, spec }));
    return [
      ...Object.entries(schema.resources).map(([name, { inputProperties }]) => [name, inputProperties] as const),
      ...Object.entries(schema.types).map(([name, { properties = {} }]) => [name, properties] as const),
    ].flatMap(of);
  }

  function visit(spec: Spec, see: (spec: Spec) => unknown): void {
    see(spec);
    for (const inner of [spec.items, spec.additionalProperties, ...(spec.oneOf ?? [])])
      if (inner !== undefined) visit(inner, see);
  }
});

describe("a component made of data", () => {
  const base = { environment: environmentData, team: teamData };
  const cases: readonly (readonly [name: string, kind: string, data: pulumi.Inputs, twin: () => unknown])[] = [
    ["an AppSecret", "AppSecret", { ...base, keys }, () => new AppSecret("x", { team: payments, keys })],
    [
      "an AppSecret that names stores, on itself, a key and a group",
      "AppSecret",
      {
        ...base,
        store: "old",
        keys: { A: { path: "db", property: "a", store: "other" } },
        from: ["db", { path: "db", store: "other" }],
      },
      () => {
        const other = Store.fromName(prod, "other");
        return new AppSecret("x", {
          team: payments,
          store: Store.fromName(prod, "old"),
          keys: { A: { path: "db", property: "a", store: other } },
          from: ["db", { path: "db", store: other }],
        });
      },
    ],
    [
      "a Store with Inputs for leaves",
      "Store",
      { ...base, address: pulumi.output("https://real:8200"), ca },
      () => new Store("x", { team: payments, address: pulumi.output("https://real:8200"), ca }),
    ],
    [
      "a TeamAccess with the data of AppSecrets",
      "TeamAccess",
      { ...base, secrets: [{ name: "db", keys }], prefixes: [{ prefix: "shared/search", reason: "migration" }] },
      () =>
        new TeamAccess("x", {
          team: payments,
          secrets: [{ kind: "AppSecret", id: "db", spec: { team: payments, keys } }],
          prefixes: [{ prefix: "shared/search", reason: "migration" }],
        }),
    ],
    [
      "a Platform",
      "Platform",
      {
        environment: environmentData,
        kubernetes: { host: pulumi.output("https://k"), ca },
        quota: { requestsPerSecond: 9 },
      },
      () =>
        new Platform("x", {
          environment: prod,
          kubernetes: { host: pulumi.output("https://k"), ca },
          quota: { requestsPerSecond: 9 },
        }),
    ],
    [
      "a Reconciler",
      "Reconciler",
      { environment: environmentData, teams: [teamData], bundle: { text: "0" }, replicas: 1 },
      () => new Reconciler("x", { environment: prod, teams: [payments], bundle: { text: "0" }, replicas: 1 }),
    ],
  ];

  it.each(cases)("is the same resources as its twin in TypeScript: %s", async (_name, kind, data, twin) => {
    const made = await record(() => construct("x", `keyturn:index:${kind}`, data, {}));
    expect(made.resources).toEqual((await record(twin)).resources);
    expect(made.resources.length).toBeGreaterThan(1);
  });

  it.each(cases)("answers with its URN and exactly the outputs of the schema: %s", async (_name, kind, data) => {
    let result: pulumi.provider.ConstructResult | undefined;
    const { outputs } = await record(async () => {
      result = await construct("x", `keyturn:index:${kind}`, data, {});
    });
    const { required } = schema.resources[`keyturn:index:${kind}`] ?? { required: [] };
    expect(Object.keys(result?.state ?? {}).sort()).toEqual(required);
    expect(Object.keys(outputs.get("x") ?? {}).sort()).toEqual(required);
    const urn = await new Promise((resolve) => pulumi.output(result?.urn).apply(resolve));
    expect(urn).toContain(`keyturn:index:${kind}::x`);
  });

  it("may have leaves that nothing knows yet, and nothing else", async () => {
    const { named } = await record(
      () => construct("x", "keyturn:index:Store", { ...base, address: notKnownYet() }, {}),
      {
        preview: true,
      },
    );
    expect(named("x-payments").inputs).toMatchObject({ spec: { provider: { vault: { server: UNKNOWN } } } });
    expect(await refused("Store", { ...base, name: notKnownYet() })).toEqual([
      'Store "x" › name: is a Pulumi Output or Promise; names, paths and keys must be plain values, known before anything is deployed',
    ]);
    expect(await refused("Store", { ...base, environment: notKnownYet() })).toEqual([
      'Store "x" › environment: is a Pulumi Output or Promise; names, paths and keys must be plain values, known before anything is deployed',
    ]);
  });

  it("takes null for what was not given, as some languages write it", async () => {
    const data = { ...base, team: { ...teamData, serviceAccount: null }, keys, template: null, labels: null };
    const { resources } = await record(() => construct("x", "keyturn:index:AppSecret", data, {}));
    expect(resources).toEqual((await record(() => new AppSecret("x", { team: payments, keys }))).resources);
  });

  it("is refused with every problem at its place in the data", async () => {
    const bad = { ...vault, address: "vault.prod", login: { kubernetes: { mount: "" } } };
    expect(await refused("AppSecret", { ...base, environment: { name: "prod", vault: bad }, keys })).toEqual([
      'AppSecret "x" › environment.vault.address: "vault.prod" is not an address like "https://vault.example.com:8200"',
      'AppSecret "x" › environment.vault.login.kubernetes.mount: is empty',
    ]);
    expect(await refused("Reconciler", { environment: environmentData, teams: [teamData, { name: "shop" }] })).toEqual([
      'Reconciler "x" › teams[1].namespaces: is missing',
    ]);
    expect(await refused("AppSecret", { environment: environmentData, keys })).toEqual([
      'AppSecret "x" › team: is missing',
    ]);
    expect(await refused("Store", { team: teamData })).toEqual(['Store "x" › environment: is missing']);
    expect(await refused("AppSecret", { ...base, keys: { A: "db#a", B: "../x#b" }, nam: "y" })).toEqual([
      'AppSecret "x" › nam: is not a known field; did you mean "name"?',
      expect.stringContaining('AppSecret "x" › keys.B: ') as string,
    ]);
    await expect(construct("x", "keyturn:index:Nothing", {}, {})).rejects.toThrow(
      "keyturn has no component keyturn:index:Nothing",
    );
  });

  it.each(CANARIES.map((canary) => [canary]))("shows no value that was refused (%#)", async (canary) => {
    const given: readonly (readonly [string, pulumi.Inputs])[] = [
      ["AppSecret", { ...base, keys: { A: canary } }],
      ["AppSecret", { ...base, from: [`${canary}#`] }],
      ["TeamAccess", { ...base, secrets: [{ keys: { A: canary } }] }],
    ];
    for (const [kind, data] of given) {
      const lines = (await refused(kind, data)).join("\n");
      expect(lines).not.toBe("");
      expect(lines).not.toContain(canary);
    }
  });

  /** A path the engine can follow makes it print the value that is there: none of ours may be one. */
  it("gives the engine no property path that leads to a value", async () => {
    const error = await refusal("AppSecret", { ...base, keys: { A: CANARIES[5] } });
    expect(error.errors.map(({ propertyPath }) => propertyPath)).toEqual(['AppSecret "x" › keys.A']);
    expect(error.message).toBe('AppSecret "x" cannot be deployed as it is declared:');
  });

  async function refused(kind: string, data: pulumi.Inputs): Promise<readonly string[]> {
    const { errors } = await refusal(kind, data);
    return errors.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
  }

  async function refusal(kind: string, data: pulumi.Inputs): Promise<pulumi.InputPropertiesError> {
    let error: unknown;
    const { resources } = await record(async () => {
      error = await construct("x", `keyturn:index:${kind}`, data, {}).catch((thrown: unknown) => thrown);
    });
    expect(resources).toEqual([]);
    if (!pulumi.InputPropertiesError.isInstance(error)) throw error;
    return error;
  }
});

it("the main file serves the plugin for Pulumi's plugin host only", () => {
  const host = "/srv/app/node_modules/@pulumi/pulumi/cmd/run-plugin/run.js";
  expect(isPluginHost({ filename: host })).toBe(true);
  expect(isPluginHost({ filename: host.replaceAll("/", "\\") })).toBe(true);
  expect(isPluginHost({ filename: "/srv/their-plugin/index.js" })).toBe(false);
  expect(isPluginHost({ filename: "/srv/app/node_modules/@pulumi/pulumi/cmd/run/run.js" })).toBe(false);
  expect(isPluginHost(undefined)).toBe(false);
  expect(isPluginHost(null)).toBe(false);
});
