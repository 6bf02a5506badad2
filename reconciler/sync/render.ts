import { secretKeyProblem, type SecretData } from "../../api";
import { compileTemplate, TemplateError, type World } from "../template";
import { fromBuffer, textOf, toBuffer } from "../template/go/bytes";
import { parseYamlStringMap, YamlError } from "../template/yaml";
import { decode } from "./decoding";
import type { Section, TemplatePart, TemplateSpec } from "./template-spec";

/** The names in each map of a Secret that random templates made. */
export type RandomNames = Readonly<Record<Section, ReadonlySet<string>>>;

/** What a template makes of the fetched data. */
export interface Rendered {
  readonly data: SecretData;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly random: RandomNames;
}

export type Rendering =
  | { readonly rendered: Rendered }
  /** Names the template, its line and what is wrong; never a value, and no key that a template made. */
  | { readonly problem: string; readonly limit: boolean };

/** `steady` leaves out the random templates, and so whatever they would make. */
export type Extent = "all" | "steady";

/**
 * Renders a template as ESO's ApplyTemplate does (reference/eso.md 4): the fetched data where they are part of the Secret, then
 * literals, data, labels, annotations; later ones win. Stops between any two templates, so that whoever drives it can let others
 * work and end what takes too long.
 */
export function* rendering(
  template: Pick<TemplateSpec, "withFetched">,
  parts: readonly TemplatePart[],
  fetched: SecretData,
  world: World,
  extent: Extent = "all",
): Generator<undefined, Rendering> {
  const made = new Made(template.withFetched ? fetched : new Map());
  for (const part of parts) {
    if (part.random && extent === "steady") continue;
    try {
      const bytes = compileTemplate(part.text, { name: part.key ?? part.place }).render(fetched, world);
      if (part.key !== undefined) made.set(part, part.key, bytes);
      else for (const [key, value] of keysAndValues(part, bytes)) made.set(part, key, value);
    } catch (error) {
      if (error instanceof TemplateError)
        return { problem: `${part.place}: ${error.message}`, limit: error.code === "limit" };
      if (error instanceof Refused) return { problem: `${part.place}: ${error.message}`, limit: false };
      throw error;
    }
    yield;
  }
  return { rendered: made };
}

/** {@link rendering} without a stop. */
export function render(...args: Parameters<typeof rendering>): Rendering {
  const steps = rendering(...args);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

class Made implements Rendered {
  readonly data: Map<string, Uint8Array>;
  readonly labels = new Map<string, string>();
  readonly annotations = new Map<string, string>();
  readonly random = { data: new Set<string>(), labels: new Set<string>(), annotations: new Set<string>() };

  constructor(fetched: SecretData) {
    this.data = new Map(fetched);
  }

  set({ into, random }: TemplatePart, key: string, value: Uint8Array): void {
    if (into === "data") this.data.set(key, value);
    else this[into].set(key, textOf(fromBuffer(value)));
    if (random) this.random[into].add(key);
    else this.random[into].delete(key);
  }
}

/** The message says what is wrong with a rendered text, without a part of it. */
class Refused extends Error {}

/** A literal's rendered text: YAML into `map[string]string`. */
function* keysAndValues(part: TemplatePart, bytes: Uint8Array): Generator<readonly [string, Uint8Array]> {
  for (const [key, text] of parsed(bytes)) {
    const name = textOf(key);
    // Not quoted: a key that was rendered can be anything.
    const bad = part.into === "data" ? secretKeyProblem(name) : undefined;
    if (bad !== undefined) throw new Refused(`the rendered text has a key that ${bad}`);
    const value = decode(text, part.decoding);
    if (value === undefined) throw new Refused(`the rendered text has a value that is not ${part.decoding}`);
    yield [name, toBuffer(value)];
  }
}

function parsed(bytes: Uint8Array): ReadonlyMap<string, string> {
  try {
    return parseYamlStringMap(fromBuffer(bytes));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new Refused(`the rendered text is not a map of texts: ${error.message}`);
  }
}
