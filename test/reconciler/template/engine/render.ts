import { compileTemplate, type TemplateError, type TemplateOptions, type World } from "../../../../reconciler/template";

/** A world that stands still. */
export const WORLD: World = { now: 1_700_000_000_000_000_000n, random: (size) => new Uint8Array(size).fill(7) };

export function render(
  template: string | Uint8Array,
  data: Readonly<Record<string, string>> = {},
  options?: TemplateOptions,
): string {
  const values = new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
  return Buffer.from(compileTemplate(template, options).render(values, WORLD)).toString("utf8");
}

/** The error of a render that must fail. */
export function failure(...args: Parameters<typeof render>): TemplateError {
  try {
    render(...args);
  } catch (error) {
    return error as TemplateError;
  }
  throw new Error("the template rendered");
}
