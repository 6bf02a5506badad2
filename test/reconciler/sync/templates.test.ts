import type { JsonRecord, KubernetesObject } from "../../../api";
import { KubeError } from "../../../reconciler/kube/error";
import type { KubeClient } from "../../../reconciler/kube/types";
import { externalSecretRecord } from "../../../reconciler/sync/record";
import { TEXT_KEPT } from "../../../reconciler/sync/template-spec";
import { Templates } from "../../../reconciler/sync/templates";
import { bytes, externalSecret } from "./objects";

const rule = { current: true, moved: () => undefined };

function setup(
  template: JsonRecord,
  answers: Readonly<Record<string, KubernetesObject | Error>> = {},
  longest?: number,
) {
  const object = externalSecret({ spec: { target: { template } } });
  const record = externalSecretRecord(object);
  const asked: string[] = [];
  const kube = {
    get: async (_resource: unknown, namespace: string, name: string) => {
      asked.push(`${namespace}/${name}`);
      const answer = answers[`${namespace}/${name}`] ?? object;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  } as unknown as KubeClient;
  const templates = new Templates(kube, "home", longest);
  const wish = (more = rule) => templates.wish(record, record.spec.template!, bytes({ password: "pw" }), more);
  return { wish, asked };
}

/** Some milliseconds of work each. */
const heavy = (count: number): JsonRecord => ({
  data: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`k${index}`, `{{ range until 20000 }}{{ . }}{{ end }}${index}`]),
  ),
});

describe("the edge of the templates", () => {
  test("others are let in while an object with many templates is rendered", async () => {
    let turns = 0;
    let going = true;
    const other = (): void => {
      turns += 1;
      if (going) setImmediate(other);
    };
    setImmediate(other);
    await setup(heavy(40)).wish();
    going = false;
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  test("what takes too long is ended, as beyond a bound", async () => {
    await expect(setup(heavy(40), {}, 30).wish()).rejects.toMatchObject({
      code: "TemplateLimit",
      object: "ExternalSecret payments/db",
      reason: "spec.target.template: takes too long to render",
    });
  });

  test("a bound of one template is TemplateLimit, anything else Template", async () => {
    const over = { data: { a: "{{ range until 1000000 }}{{ range until 1000 }}{{ end }}{{ end }}" } };
    await expect(setup(over).wish()).rejects.toMatchObject({ code: "TemplateLimit" });
    await expect(setup({ data: { a: "{{ .missing }}" } }).wish()).rejects.toMatchObject({ code: "Template" });
  });

  test("the generation key is asked for by random templates only, once", async () => {
    const key = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "x" },
      data: { key: Buffer.alloc(32).toString("base64") },
    };
    const steady = setup({ data: { a: "{{ .password }}" } });
    await steady.wish();
    expect(steady.asked).toEqual([]);
    const random = setup({ data: { a: "{{ uuidv4 }}" } }, { "home/keyturn-generation-key": key });
    await random.wish();
    await random.wish();
    expect(random.asked).toEqual(["home/keyturn-generation-key"]);
  });

  test("without the key nothing random is rendered, and it is asked for again", async () => {
    const error = new KubeError({ status: 403, statusReason: "Forbidden", object: "get Secret", cause: "forbidden" });
    const random = setup({ data: { a: "{{ uuidv4 }}" } }, { "home/keyturn-generation-key": error });
    await expect(random.wish()).rejects.toBe(error);
    await expect(random.wish()).rejects.toBe(error);
    expect(random.asked).toHaveLength(2);
  });

  test("long texts come from the ExternalSecret, if it still is the one that was compiled", async () => {
    const long = setup({ data: { a: `{{ .password }}${"x".repeat(TEXT_KEPT)}` } });
    const wish = await long.wish();
    expect(wish.kind === "rendered" && Buffer.from(wish.wanted.data.get("a") ?? []).toString()).toBe(
      `pw${"x".repeat(TEXT_KEPT)}`,
    );
    expect(long.asked).toEqual(["payments/db"]);
    const changed = new Error("changed");
    const moved = (): never => {
      throw changed;
    };
    await expect(long.wish({ current: true, moved })).rejects.toBe(changed);
  });

  test("made anew, a Secret is rendered once however often the write is tried", async () => {
    const key = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "x" },
      data: { key: Buffer.alloc(32).toString("base64") },
    };
    const wish = await setup({ data: { a: "{{ uuidv4 }}" } }, { "home/keyturn-generation-key": key }).wish();
    if (wish.kind !== "random") throw new Error("not random");
    expect(await wish.wanted(undefined)).toBe(await wish.wanted(undefined));
  });
});
