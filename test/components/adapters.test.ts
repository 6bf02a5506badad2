import { App, Chart, Testing } from "cdk8s";
import fc from "fast-check";
import { plan, planFiles, type Declaration } from "keyturn";
import * as cdk8s from "keyturn/cdk8s";
import * as components from "keyturn/pulumi";
import type { KubernetesObject } from "../../api";
import { roleBody, renderHcl } from "../../components";
import { company, type Company } from "./arbitraries";
import { record, type Registered } from "./pulumi-rig";

// One declaration, three ways: the pure plan, the manifests cdk8s synthesizes, and the inputs Pulumi registers.
describe("for every valid declaration", () => {
  it("cdk8s, Pulumi and the plan give the same Kubernetes objects and Vault documents", async () => {
    await fc.assert(
      fc.asyncProperty(company, async (generated) => {
        const expected = plan(generated.declarations.filter(({ kind }) => kind !== "Consumer"));
        const registered = await registerWithPulumi(generated);
        const manifests = byIdentity(expected.manifests);
        expect(byIdentity(synthWithCdk8s(generated).objects)).toEqual(manifests);
        expect(byIdentity(kubernetesObjects(registered))).toEqual(manifests);
        expect(vaultObjects(registered)).toEqual(vaultObjectsOf(expected));
      }),
      { numRuns: 8 },
    );
  });

  it("cdk8s and the plan give the same Kubernetes objects and the same files for Vault", () => {
    fc.assert(
      fc.property(company, (generated) => {
        const expected = plan(generated.declarations.filter(({ kind }) => kind !== "Consumer"));
        const { objects, app } = synthWithCdk8s(generated);
        expect(byIdentity(objects)).toEqual(byIdentity(expected.manifests));
        expect([...planFiles(cdk8s.planOf(app))]).toEqual([...planFiles(expected)]);
      }),
      { numRuns: 40 },
    );
  });
});

function byIdentity(objects: readonly KubernetesObject[]): Readonly<Record<string, readonly unknown[]>> {
  const groups = new Map<string, string[]>();
  for (const object of objects) {
    const { kind, metadata } = object;
    const id = `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
    groups.set(id, [...(groups.get(id) ?? []), canonical(object)]);
  }
  return Object.fromEntries(
    [...groups].sort().map(([id, all]) => [id, all.sort().map((text) => JSON.parse(text) as unknown)]),
  );
}

/** JSON with sorted keys: cdk8s sorts, Pulumi's wire does not keep an order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    entry !== null && typeof entry === "object" && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort())
      : entry,
  );
}

function synthWithCdk8s({ declarations, environments }: Company): {
  readonly objects: readonly KubernetesObject[];
  readonly app: App;
} {
  const app = new App({ outdir: "unused" });
  const charts = new Map(environments.map(({ name }) => [name, new Chart(app, name)]));
  const scope = (environment: string): Chart => charts.get(environment) ?? new Chart(app, environment);
  for (const { kind, id, spec } of declarations.filter((declaration) => declaration.kind !== "Consumer")) {
    switch (kind) {
      case "AppSecret":
        new cdk8s.AppSecret(scope(spec.team.environment.name), id, spec);
        break;
      case "Store":
        new cdk8s.Store(scope(spec.team.environment.name), id, spec);
        break;
      case "TeamAccess":
        new cdk8s.TeamAccess(scope(spec.team.environment.name), id, spec);
        break;
      case "Platform":
        new cdk8s.Platform(scope(spec.environment.name), id, spec);
        break;
      case "Reconciler":
        new cdk8s.Reconciler(scope(spec.environment.name), id, { ...spec, bundle: { text: spec.bundle } });
    }
  }
  return { app, objects: [...charts.values()].flatMap((chart) => Testing.synth(chart) as KubernetesObject[]) };
}

async function registerWithPulumi({ declarations }: Company): Promise<readonly Registered[]> {
  const secretsOf = (access: Declaration & { readonly kind: "TeamAccess" }) =>
    declarations.flatMap((entry) =>
      entry.kind === "AppSecret" && entry.spec.team === access.spec.team ? [entry] : [],
    );
  const { resources } = await record(() => {
    for (const declaration of declarations) {
      switch (declaration.kind) {
        case "AppSecret":
          new components.AppSecret(declaration.id, declaration.spec);
          break;
        case "Store":
          new components.Store(declaration.id, declaration.spec);
          break;
        case "TeamAccess":
          new components.TeamAccess(declaration.id, { ...declaration.spec, secrets: secretsOf(declaration) });
          break;
        case "Platform":
          new components.Platform(declaration.id, declaration.spec);
          break;
        case "Reconciler":
          new components.Reconciler(declaration.id, { ...declaration.spec, bundle: { text: declaration.spec.bundle } });
          break;
        case "Consumer":
          break;
      }
    }
  });
  return resources.filter(({ custom }) => custom);
}

function kubernetesObjects(resources: readonly Registered[]): readonly KubernetesObject[] {
  return resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ inputs }) => inputs as unknown as KubernetesObject);
}

function vaultObjects(resources: readonly Registered[]): readonly string[] {
  return resources
    .filter(({ type }) =>
      /^vault:(?:index\/(?:audit|policy|quotaRateLimit)|kubernetes\/authBackendConfig|(?:kubernetes|jwt)\/authBackendRole)/.test(
        type,
      ),
    )
    .map(({ inputs }) => canonical(inputs))
    .sort();
}

/** The plan's policies, roles, login settings, rate limits and audit devices under Pulumi's names. */
function vaultObjectsOf({ vault }: ReturnType<typeof plan>): readonly string[] {
  const camel = (name: string): string => name.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
  return vault
    .flatMap(({ policies, roles, platform }) => [
      ...platform.flatMap(({ path, body }): readonly object[] => {
        const [, kind, name] = /^sys\/(audit|quotas\/rate-limit)\/(.*)$/.exec(path) ?? [];
        if (kind !== undefined) return [{ ...(kind === "audit" ? { path: name } : { name }), ...body }];
        const [, backend] = /^auth\/(.*)\/config$/.exec(path) ?? [];
        const settings = Object.entries(body).map(([field, value]): [string, unknown] => [camel(field), value]);
        return "kubernetes_host" in body ? [{ backend, ...Object.fromEntries(settings) }] : [];
      }),
      ...policies.map((policy) => ({ name: policy.name, policy: renderHcl(policy) })),
      ...roles.map((role) => ({
        backend: role.mount,
        roleName: role.name,
        ...Object.fromEntries(Object.entries(roleBody(role)).map(([name, value]) => [camel(name), value])),
        // Pulumi's provider takes several values of one claim as a text with commas.
        ...(role.method === "jwt" ? { boundClaims: { sub: role.subjects.join(",") } } : {}),
      })),
    ])
    .map(canonical)
    .sort();
}
