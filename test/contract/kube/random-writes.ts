import fc from "fast-check";
import { APPLY, base64, MERGE } from "../target";

/** One write to one object, as both servers are given it. */
export interface Step {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the object's or the collection's path. */
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

const NAME = "thing";
const managers = fc.constantFrom("alpha", "beta", "gamma");
const value = fc.constantFrom("", "1", "2").map(base64);
const dataKey = fc.constantFrom("a", "b", "__proto__", "constructor");
const labelKey = fc.constantFrom("x", "y", "example.com/z");
const labelValue = fc.constantFrom("1", "2");

const map = <V>(key: fc.Arbitrary<string>, entry: fc.Arbitrary<V>): fc.Arbitrary<Readonly<Record<string, V>>> =>
  fc
    .uniqueArray(fc.tuple(key, entry), { maxLength: 3, selector: ([name]) => name })
    .map((entries) => Object.fromEntries(entries));
const maybe = <V>(entry: fc.Arbitrary<V>): fc.Arbitrary<V | undefined> => fc.option(entry, { nil: undefined, freq: 2 });

/** What a kind's configuration may hold, and the patch of it: null deletes. */
export interface Subject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly path: (namespace: string) => string;
  readonly fields: fc.Arbitrary<object>;
  readonly patch: fc.Arbitrary<object>;
}

export const secretSubject: Subject = {
  apiVersion: "v1",
  kind: "Secret",
  path: (namespace) => `/api/v1/namespaces/${namespace}/secrets`,
  fields: fc.record({
    data: maybe(map(dataKey, value)),
    stringData: maybe(map(dataKey, fc.constantFrom("p", "q"))),
    type: maybe(fc.constantFrom("Opaque", "example.com/t")),
  }),
  patch: fc.record({ data: maybe(map(dataKey, fc.oneof(value, fc.constant(null)))) }),
};

const element = fc.record({ k: fc.constantFrom("1", "2", "3"), v: maybe(fc.constantFrom("x", "y")) });
const elements = fc.uniqueArray(element, { maxLength: 3, selector: ({ k }) => k });
const probeSpec = {
  n: maybe(fc.constantFrom(1, 2.5)),
  st: maybe(fc.uniqueArray(fc.constantFrom("p", "q", "r"), { maxLength: 3 })),
  mp: maybe(elements),
  any: maybe(map(labelKey, fc.constantFrom<unknown>(1, "s", { deep: [1] }, null))),
  one: maybe(fc.constantFrom({ a: "1" }, { c: "1" })),
  ios: maybe(fc.constantFrom<unknown>(1, "1")),
  nul: maybe(fc.constantFrom(null, "x")),
  b: maybe(fc.constantFrom<unknown>(true, "wrong")),
  l: maybe(fc.constantFrom(["a"], ["b", "c"])),
};
export const probeSubject: Subject = {
  apiVersion: "contract.example.com/v1",
  kind: "Probe",
  path: (namespace) => `/apis/contract.example.com/v1/namespaces/${namespace}/probes`,
  fields: fc.record({
    spec: maybe(fc.record(probeSpec)),
    status: maybe(fc.record({ s: maybe(fc.constantFrom("1", "2")) })),
  }),
  patch: fc.record({
    spec: maybe(fc.record({ ...probeSpec, nd: maybe(fc.constantFrom(null, "z")) })),
    status: maybe(fc.record({ s: maybe(fc.constantFrom(null, "3")) })),
  }),
};

const container = fc.record({
  name: fc.constantFrom("c", "d"),
  image: fc.constantFrom("i", "i:1"),
  env: maybe(
    fc.uniqueArray(fc.record({ name: fc.constantFrom("A", "B"), value: fc.constantFrom("1", "2") }), {
      maxLength: 2,
      selector: ({ name }) => name,
    }),
  ),
  ports: maybe(fc.constantFrom([{ containerPort: 80 }], [{ containerPort: 80, protocol: "UDP" }])),
});
const containers = fc.uniqueArray(container, { minLength: 1, maxLength: 2, selector: ({ name }) => name });
const template = fc.record({
  metadata: maybe(map(labelKey, labelValue)).map((annotations) => ({ labels: { app: NAME }, annotations })),
  spec: fc.record({
    containers,
    volumes: maybe(
      fc.constantFrom<object[][]>(
        [{ name: "v", secret: { secretName: "s" } }],
        [
          { name: "w", emptyDir: {} },
          { name: "v", secret: { secretName: "t" } },
        ],
      ),
    ),
  }),
});
export const deploymentSubject: Subject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  path: (namespace) => `/apis/apps/v1/namespaces/${namespace}/deployments`,
  fields: fc.record({
    spec: fc.record({
      replicas: fc.constant(0),
      paused: fc.constant(true),
      selector: fc.constant({ matchLabels: { app: NAME } }),
      template,
      minReadySeconds: maybe(fc.constant(1)),
    }),
  }),
  patch: fc.record({
    spec: maybe(
      fc.record({
        template: fc.record({
          metadata: fc.record({ annotations: map(labelKey, fc.oneof(labelValue, fc.constant(null))) }),
        }),
      }),
    ),
  }),
};

const clean = <V>(entry: V): V => JSON.parse(JSON.stringify(entry)) as V;

/** A sequence of writes to one object of the subject. */
export function steps(subject: Subject): fc.Arbitrary<readonly Step[]> {
  const typed = { apiVersion: subject.apiVersion, kind: subject.kind };
  const metadata = fc.record({
    name: fc.constant(NAME),
    labels: maybe(map(labelKey, labelValue)),
    annotations: maybe(map(labelKey, labelValue)),
    finalizers: maybe(fc.constantFrom(["example.com/f"], ["example.com/f", "example.com/g"])),
  });
  const whole = fc
    .tuple(metadata, subject.fields)
    .map(([meta, fields]) => clean({ ...typed, metadata: meta, ...fields }));
  const status = fc.constantFrom("", "", "/status");
  const create = fc.tuple(whole, managers).map(([body, manager]) => post(body, manager));
  const apply = fc.tuple(whole, managers, fc.boolean(), status).map(([body, manager, force, sub]) => ({
    method: "PATCH" as const,
    path: `/${NAME}${sub}?fieldManager=${manager}${force ? "&force=true" : ""}`,
    body,
    headers: APPLY,
  }));
  const patchMeta = fc.record({
    labels: maybe(map(labelKey, fc.oneof(labelValue, fc.constant(null)))),
    annotations: maybe(fc.oneof(fc.constant(null), map(labelKey, labelValue))),
    finalizers: maybe(fc.constantFrom(null, ["example.com/f"])),
  });
  const merge = fc.tuple(patchMeta, subject.patch, managers, status).map(([meta, fields, manager, sub]) => ({
    method: "PATCH" as const,
    path: `/${NAME}${sub}?fieldManager=${manager}`,
    // A status request with a spec of the wrong type loses all managedFields on the real server; nobody sends one.
    body: sub === "" ? clean({ metadata: meta, ...fields }) : withoutWrong(clean({ metadata: meta, ...fields })),
    headers: MERGE,
  }));
  const remove = fc.constant({ method: "DELETE" as const, path: `/${NAME}`, body: undefined, headers: {} });
  return fc.array(
    fc.oneof(
      { weight: 2, arbitrary: create },
      { weight: 6, arbitrary: apply },
      { weight: 4, arbitrary: merge },
      { weight: 1, arbitrary: remove },
    ),
    { minLength: 2, maxLength: 8 },
  );
}

function withoutWrong(body: object): object {
  const { spec, ...rest } = body as { spec?: { b?: unknown } };
  return spec === undefined ? rest : { ...rest, spec: { ...spec, b: true } };
}

const post = (body: object, manager: string): Step => ({
  method: "POST",
  path: `?fieldManager=${manager}`,
  body,
  headers: {},
});
