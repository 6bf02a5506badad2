import { FAMILIES } from "../../reconciler/template/functions/table";
import type { GoFunction } from "../../reconciler/template/functions/function";
import { signatureOf } from "../../reconciler/template/functions/signature";
import { corpus } from "./corpus";
import { ourRender } from "./ours";

const rows: [family: string, entry: GoFunction][] = [...FAMILIES].flatMap(([family, functions]) =>
  functions.map((entry): [string, GoFunction] => [family, entry]),
);

test("every function has a signature that parses and one sentence about it", () => {
  for (const [, entry] of rows) {
    expect(() => signatureOf(entry)).not.toThrow();
    expect(entry.doc).toMatch(/^[A-Z`"].*\.$/s);
  }
});

test("every function is called by at least two cases of the corpus", async () => {
  const text = (await corpus()).flatMap(({ templates }) => templates.map(({ template }) => template));
  const rare = rows
    .map(([, { name }]) => name)
    .filter((name) => text.filter((template) => new RegExp(`(^|[^.\\w$"])${name}(?!\\w)`).test(template)).length < 2);
  expect(rare).toEqual([]);
});

test.each(rows.filter(([, { example }]) => example !== undefined).map(([, entry]) => [entry.name, ...entry.example!]))(
  "the example of %s renders as it says: %s",
  (_name, template, result) => {
    expect(ourRender({ template })).toEqual({ out: result });
  },
);
