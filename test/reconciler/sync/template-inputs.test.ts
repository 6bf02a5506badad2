import * as fc from "fast-check";
import { dataHash, type JsonRecord, type KubernetesObject, type SecretData } from "../../../api";
import { render, type Rendered } from "../../../reconciler/sync/render";
import { inputsOf, isMadeFrom, keep, markOf } from "../../../reconciler/sync/template-inputs";
import { compileTemplateSpec } from "../../../reconciler/sync/template-spec";
import { secretData } from "../../../reconciler/sync/write";
import { bytes } from "./objects";

const MARK = "keyturn.dev/template-inputs";
const HASH = "reconcile.external-secrets.io/data-hash";
const KEY = { key: Buffer.alloc(32, 7), id: "0123abcd" };
const FETCHED = { user: "ann", password: "pw" };
const TEMPLATE = {
  data: { user: "{{ .user }}", session: "{{ randAlphaNum 16 }}" },
  metadata: { annotations: { made: "{{ uuidv4 }}" } },
};

let count = 0;
/** Other bytes each time. */
const world = {
  now: 0n,
  random: (size: number) => Uint8Array.from({ length: size }, () => (count = (count * 5 + 17) % 251)),
};

/** A template with its data, and what the reconciler would do with a Secret of it. */
class Case {
  readonly spec;
  readonly parts;
  readonly fetched: SecretData;
  readonly inputs: string;

  constructor(
    template: JsonRecord = TEMPLATE,
    fetched: Readonly<Record<string, string>> = FETCHED,
    readonly key = KEY,
  ) {
    this.spec = compileTemplateSpec(template, (path, message) => {
      throw new Error(`${path} ${message}`);
    })!;
    this.parts = this.spec.parts!;
    this.fetched = bytes(fetched);
    this.inputs = inputsOf(key, "payments/db", this.spec, this.parts, this.fetched);
  }

  render(extent: "all" | "steady"): Rendered {
    const result = render(this.spec, this.parts, this.fetched, world, extent);
    if ("problem" in result) throw new Error(result.problem);
    return result.rendered;
  }

  /** The Secret, written anew. */
  secret(): KubernetesObject {
    const made = this.render("all");
    const data = Object.fromEntries([...made.data].map(([key, value]) => [key, Buffer.from(value).toString("base64")]));
    const annotations = {
      ...Object.fromEntries(made.annotations),
      [HASH]: dataHash(made.data),
      [MARK]: markOf(this.key, this.inputs, made),
    };
    return {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "db", annotations, labels: Object.fromEntries(made.labels) },
      data,
    };
  }

  keep(secret: KubernetesObject, current = true) {
    const { key, inputs, parts } = this;
    return keep(secret, secretData(secret), this.render("steady"), { key, inputs, current, parts });
  }
}

const b64 = (text: string): string => Buffer.from(text).toString("base64");
interface Loose {
  data: Record<string, string>;
  metadata: { annotations: Record<string, string>; labels: Record<string, string> };
}
function edit(secret: KubernetesObject, change: (secret: Loose) => void): KubernetesObject {
  const copy = structuredClone(secret) as unknown as Loose;
  change(copy);
  return copy as unknown as KubernetesObject;
}

describe("the values of random templates", () => {
  test("stay as long as the inputs are the same, with the mark as it is", () => {
    const one = new Case();
    const secret = one.secret();
    const kept = new Case().keep(secret, false);
    expect(kept?.data).toEqual(secretData(secret));
    expect(Object.fromEntries(kept?.annotations ?? [])).toEqual({ made: secret.metadata.annotations?.made });
    expect(kept?.mark).toBe(secret.metadata.annotations?.[MARK]);
    expect(isMadeFrom(secret.metadata.annotations?.[MARK], one.inputs)).toBe(true);
  });

  test.each<[string, Case]>([
    ["a value that was fetched", new Case(TEMPLATE, { ...FETCHED, password: "new" })],
    ["a key that was fetched", new Case(TEMPLATE, { ...FETCHED, more: "" })],
    ["the random text", new Case({ ...TEMPLATE, data: { ...TEMPLATE.data, session: "{{ randAlphaNum 17 }}" } })],
    ["another text", new Case({ ...TEMPLATE, data: { ...TEMPLATE.data, user: "{{ .user | upper }}" } })],
    ["the type", new Case({ ...TEMPLATE, type: "kubernetes.io/x" })],
    ["the merge policy", new Case({ ...TEMPLATE, mergePolicy: "Merge" })],
  ])("are made anew when %s changes", (_name, other) => {
    const secret = new Case().secret();
    expect(isMadeFrom(secret.metadata.annotations?.[MARK], other.inputs)).toBe(false);
    expect(other.keep(secret)).toBeUndefined();
  });

  test("are made anew when one of them was changed or removed: it cannot be found again", () => {
    const secret = new Case().secret();
    expect(new Case().keep(edit(secret, ({ data }) => void (data.session = b64("other"))))).toBeUndefined();
    expect(new Case().keep(edit(secret, ({ data }) => void delete data.session))).toBeUndefined();
    expect(new Case().keep(edit(secret, ({ metadata }) => void (metadata.annotations.made = "other")))).toBeUndefined();
  });

  test("stay when anything else of the Secret was changed, which is repaired", () => {
    const secret = new Case().secret();
    const changed = edit(secret, ({ data, metadata }) => {
      data.user = b64("somebody");
      data.extra = b64("x");
      metadata.labels.extra = "x";
    });
    expect(new Case().keep(changed)?.data).toEqual(secretData(secret));
  });

  test("the mark tells no value and no input, and differs between ExternalSecrets of the same inputs", () => {
    const mark = new Case().secret().metadata.annotations?.[MARK] ?? "";
    expect(mark).toMatch(/^0123abcd\.[0-9a-f]{32}\.[0-9a-f]{32} annotations\/made,data\/session$/);
    const { spec, parts, fetched, inputs } = new Case();
    expect(inputsOf(KEY, "payments/other", spec, parts, fetched)).not.toBe(inputs);
    expect(inputsOf({ ...KEY, key: Buffer.alloc(32, 8) }, "payments/db", spec, parts, fetched)).not.toBe(inputs);
  });

  test("keys that a literal made stay with their names", () => {
    const template = {
      templateFrom: [{ literal: "a: {{ randNumeric 20 | quote }}\nuser: {{ .user }}" }],
      data: { user: "{{ .user }}" },
    };
    const secret = new Case(template).secret();
    expect(secret.metadata.annotations?.[MARK]).toMatch(/ data\/a$/);
    expect(new Case(template).keep(secret)?.data).toEqual(secretData(secret));
  });
});

describe("a Secret without the mark, from ESO or from a lost key", () => {
  const unmarked = (secret: KubernetesObject) => edit(secret, ({ metadata }) => void delete metadata.annotations[MARK]);

  test("keeps its values when it was written for this spec, and gets the mark", () => {
    const one = new Case();
    const secret = one.secret();
    const kept = new Case().keep(unmarked(secret));
    expect(kept?.data).toEqual(secretData(secret));
    expect(kept?.mark).toBe(secret.metadata.annotations?.[MARK]);
  });

  test("the same with the mark of another key, which cannot be compared", () => {
    const lost = new Case(TEMPLATE, FETCHED, { key: Buffer.alloc(32, 1), id: "ffffffff" });
    const secret = lost.secret();
    const kept = new Case().keep(secret);
    expect(kept?.data).toEqual(secretData(secret));
    expect(isMadeFrom(kept?.mark, new Case().inputs)).toBe(true);
  });

  test("keeps what a literal made", () => {
    const template = { templateFrom: [{ literal: "a: {{ randAlpha 20 }}" }] };
    const secret = new Case(template).secret();
    expect(new Case(template).keep(unmarked(secret))?.data).toEqual(secretData(secret));
  });

  test.each<[string, (secret: Loose) => void, boolean, Case]>([
    ["it was written for another spec", () => undefined, false, new Case()],
    ["its data are not what the data hash says", ({ data }) => void (data.session = b64("x")), true, new Case()],
    ["a steady value comes out otherwise", () => undefined, true, new Case(TEMPLATE, { ...FETCHED, user: "bob" })],
    ["a label or annotation is not there", ({ metadata }) => void delete metadata.annotations.made, true, new Case()],
  ])("is made anew when %s", (_name, change, current, other) => {
    expect(other.keep(edit(unmarked(new Case().secret()), change), current)).toBeUndefined();
  });
});

test("no sequence of refreshes changes a Secret, whatever the template and the data", () => {
  const name = fc.constantFrom("a", "b", "c", "__proto__");
  const text = fc.constantFrom("{{ .user }}", "{{ randAlphaNum 8 }}", "{{ now }}", "x", "{{ uuidv4 }}{{ .user }}");
  const map = fc.dictionary(name, text, { noNullPrototype: true });
  const literal = fc.record({
    literal: text.map((value) => `k: "${value}"`),
    target: fc.constantFrom("Data", "Labels"),
  });
  const template = fc.record({
    data: map,
    metadata: fc.record({ labels: map, annotations: map }),
    templateFrom: fc.array(literal, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(template, fc.dictionary(name, fc.string()), (each, more) => {
      const fetched = { ...more, user: "ann" };
      const secret = new Case(each, fetched).secret();
      const kept = new Case(each, fetched).keep(secret);
      const { [HASH]: _hash, [MARK]: mark, ...annotations } = secret.metadata.annotations ?? {};
      expect(kept?.data).toEqual(secretData(secret));
      expect(Object.fromEntries(kept?.labels ?? [])).toEqual(secret.metadata.labels);
      expect(Object.fromEntries(kept?.annotations ?? [])).toEqual(annotations);
      expect(kept?.mark).toBe(mark);
    }),
  );
});
