import { FunctionError, LimitError, type GoFunction } from "../functions/function";
import { FUNCTIONS } from "../functions/table";
import { bytesOf } from "../go/bytes";
import type { GoMap } from "../go/value";
import { Failure, fail, limit, located } from "./errors";
import { DEFAULT_LIMITS, type Limits } from "./limits";
import type { Tree } from "./node";
import { parse } from "./parser";
import { State, type World } from "./state";
import { compileTree } from "./statement";
import { nothing, type Compiled } from "./walk";

/** What a text is compiled with; all but the name bytes (see go/bytes.ts). */
export interface Source {
  readonly name: string;
  readonly text: string;
  readonly left: string;
  readonly right: string;
}

/** A compiled text. It holds nothing of a render, so that one serves all renders and all names that mean the same. */
export interface Program {
  readonly source: Source;
  /** The text itself, as a template. */
  readonly main: Compiled;
  /** It calls a function, or invokes a template that calls one, whose result differs each time. */
  readonly random: boolean;
  /** It may define or invoke templates, for which its own name matters. */
  readonly usesNames: boolean;
}

/** Throws TemplateError `parse` or `limit`. */
export function compileProgram(source: Source, depth: number = DEFAULT_LIMITS.parseDepth): Program {
  try {
    const grammar = { ...source, depth, hasFunction: (name: string) => FUNCTIONS.has(name) };
    return link(source, parse(bytesOf(source.name), source.text, grammar));
  } catch (error) {
    throw located(source.name, source.text, failureOf(error, source.text.length, undefined));
  }
}

/** Compiles every template of the text, then tells what the ones in use can do. */
function link(source: Source, trees: ReadonlyMap<string, Tree>): Program {
  const templates = new Map<string, Compiled>();
  const notes = new Map<string, { random: boolean; readonly invokes: Set<string> }>();
  for (const { name, height } of trees.values()) templates.set(name, { body: nothing, slots: 1, height });
  for (const [name, tree] of trees) {
    const note = { random: false, invokes: new Set<string>() };
    notes.set(name, note);
    const compiled = compileTree(tree, {
      find: (wanted) => FUNCTIONS.get(wanted)!,
      used: (callee: GoFunction) => {
        if (callee.random === true) note.random = true;
      },
      template: (wanted) => {
        note.invokes.add(wanted);
        return finding(templates, wanted);
      },
    });
    Object.assign(templates.get(name)!, compiled);
  }
  const own = bytesOf(source.name);
  const inUse = new Set([own]);
  for (const name of inUse) for (const next of notes.get(name)?.invokes ?? []) inUse.add(next);
  return {
    source,
    main: templates.get(own)!,
    random: [...inUse].some((name) => notes.get(name)?.random === true),
    usesNames: /define|block|template/.test(source.text),
  };
}

/** Stands apart so that a program holds the templates and not what compiled them. */
const finding = (templates: ReadonlyMap<string, Compiled>, name: string) => (): Compiled | undefined =>
  templates.get(name);

/** Runs the program on a root value. Throws TemplateError `exec` or `limit`. */
export function runProgram(
  program: Program,
  name: string,
  root: GoMap,
  world: World,
  limits: Limits = DEFAULT_LIMITS,
): string {
  const { main, source } = program;
  const state = new State(world, limits);
  state.slots = new Array<undefined>(main.slots).fill(undefined);
  state.slots[0] = root;
  state.depth = main.height;
  try {
    main.body(state, root);
  } catch (error) {
    throw located(name, source.text, failureOf(error, state.at, state.callee?.name));
  }
  return state.out;
}

/** Whatever was thrown, as a problem with no foreign text in it. */
function failureOf(error: unknown, at: number, callee: string | undefined): Failure {
  try {
    if (error instanceof Failure) return error;
    if (error instanceof FunctionError) return fail(at, error.reason, callee);
    if (error instanceof LimitError) return limit(at, error.bound, callee);
    // The stack ended before the bound of the depth did.
    if (error instanceof RangeError) return limit(at, "depth", callee);
    return fail(at, "failed", callee);
  } catch (failure) {
    return failure as Failure;
  }
}
