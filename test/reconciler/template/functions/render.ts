import { createHash } from "node:crypto";
import { compileTemplate, TemplateError, type World } from "../../../../reconciler/template";

/** A world whose random bytes are the same in every run. */
export function fixedWorld(seed = "seed"): World {
  let drawn = 0;
  const block = () => createHash("sha256").update(`${seed} ${drawn++}`).digest();
  return {
    now: 0n,
    random: (size) => Buffer.concat(Array.from({ length: Math.ceil(size / 32) }, block)).subarray(0, size),
  };
}

export function render(template: string, data: Readonly<Record<string, string>> = {}, world = fixedWorld()): string {
  const bytes = new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
  return Buffer.from(compileTemplate(template).render(bytes, world)).toString("utf8");
}

/** The code and the reason of the error that the template ends with. */
export function failure(template: string, data: Readonly<Record<string, string>> = {}): string {
  try {
    render(template, data);
  } catch (error) {
    if (error instanceof TemplateError) return `${error.code}: ${error.reason}`;
    throw error;
  }
  throw new Error("the template rendered");
}
