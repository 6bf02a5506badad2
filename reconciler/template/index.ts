import { bytesOf, fromBuffer, toBuffer } from "./go/bytes";
import { stringMap } from "./go/value";
import { ProgramCache } from "./engine/cache";
import { DEFAULT_LIMITS, type Limits } from "./engine/limits";
import { compileProgram, runProgram, type Program } from "./engine/program";
import type { World } from "./engine/state";

export { TemplateError, type TemplateErrorCode } from "./engine/errors";
export { DEFAULT_LIMITS, type Limits } from "./engine/limits";
export type { World } from "./engine/state";

export interface TemplateOptions {
  /** What errors call the template; also its name for `{{template}}`. Default `template`. */
  readonly name?: string;
  /** Default `{{` and `}}`; an empty one stands for its default, as in Go. */
  readonly delimiters?: readonly [left: string, right: string];
  /** Bounds other than {@link DEFAULT_LIMITS}; such a template is not cached. */
  readonly limits?: Partial<Limits>;
}

/** A template of External Secrets' engine v2, ready to render any number of times. Immutable. */
export class CompiledTemplate {
  constructor(
    readonly name: string,
    private readonly program: Program,
    private readonly limits: Limits,
  ) {}

  /**
   * Two renders of the same data can differ: it calls a function such as `randAlphaNum`, `genCA`, `now` or `htpasswd`, itself or
   * in a template it invokes.
   */
  get random(): boolean {
    return this.program.random;
  }

  /** Renders the data of a Secret as ESO does: `.` is a `map[string]string` of it. Throws {@link TemplateError}. */
  render(data: ReadonlyMap<string, Uint8Array>, world: World): Uint8Array {
    const root = stringMap();
    for (const [key, value] of data) root.entries.set(bytesOf(key), fromBuffer(value));
    return toBuffer(runProgram(this.program, this.name, root, world, this.limits));
  }
}

const cache = new ProgramCache();

/**
 * Compiles a template of `text/template` (Go 1.26) with the functions of FUNCTIONS, or finds it compiled. Text given as bytes may
 * be no UTF-8.
 *
 * @throws TemplateError with code `parse`, or `limit` for one that is nested too deeply
 */
export function compileTemplate(text: string | Uint8Array, options: TemplateOptions = {}): CompiledTemplate {
  const { name = "template", delimiters = ["", ""], limits } = options;
  const source = {
    name,
    text: typeof text === "string" ? bytesOf(text) : fromBuffer(text),
    left: bytesOf(delimiters[0]) || "{{",
    right: bytesOf(delimiters[1]) || "}}",
  };
  if (limits === undefined) return new CompiledTemplate(name, cache.get(source), DEFAULT_LIMITS);
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  return new CompiledTemplate(name, compileProgram(source, bounds.parseDepth), bounds);
}
