import { ApiObject } from "cdk8s";
import type { IConstruct } from "constructs";
import type { Resolved } from "../model/cross-checks";
import { plan, problemsBeside, type Declaration, type Plan } from "../plan";
import { filesLost } from "./one-file";

// Symbol.for, so that two copies of the package in one program still see each other's constructs.
const DECLARATIONS = Symbol.for("keyturn.declarations");
const RESOLVED = Symbol.for("keyturn.resolved");
const JUDGE = Symbol.for("keyturn.judge");

type Marked = IConstruct & {
  /** One or several. */
  [DECLARATIONS]?: Declaration | Declaration[];
  /** What the construct made of its first; where it is not kept, it is worked out again. */
  [RESOLVED]?: Resolved;
  [JUDGE]?: Judge;
};

/**
 * Makes a declaration part of {@link planOf}, and has the whole tree judged at synth: problems that only show when declarations
 * are seen together (two AppSecrets for one Secret) stop the synth with all of them.
 */
export function declare(construct: IConstruct, declaration: Declaration, resolved?: Resolved): void {
  const marked = construct as Marked;
  const before = marked[DECLARATIONS];
  marked[DECLARATIONS] = before === undefined ? declaration : asList(before).concat(declaration);
  if (before === undefined && resolved !== undefined) marked[RESOLVED] = resolved;
  const root = construct.node.root as Marked;
  const judge = (root[JUDGE] ??= newJudge(root));
  judge.last = undefined;
}

interface Judge {
  /** The problems of the tree as it is; undefined when something was declared since. */
  last: readonly string[] | undefined;
}

/** cdk8s validates the whole app once for every chart: without keeping the answer, a synth would be quadratic. */
function newJudge(root: Marked): Judge {
  const judge: Judge = { last: undefined };
  root.node.addValidation({
    validate: () => {
      judge.last ??= problemsIn(root);
      return [...judge.last];
    },
  });
  return judge;
}

function problemsIn(scope: IConstruct): readonly string[] {
  const known: Resolved[] = [];
  const open: Declaration[] = [];
  const all = scope.node.findAll() as Marked[];
  for (const construct of all) {
    const [first, ...others] = asList(construct[DECLARATIONS]);
    if (first === undefined) continue;
    const resolved = construct[RESOLVED];
    if (resolved === undefined) open.push(first);
    else known.push(resolved);
    open.push(...others);
  }
  return problemsBeside(known, open)
    .map(({ path, message }) => `${path}: ${message}`)
    .concat(
      filesLost(
        scope,
        all.filter((construct) => ApiObject.isApiObject(construct)),
      ),
    );
}

function asList(declared: Declaration | Declaration[] | undefined): Declaration[] {
  if (declared === undefined) return [];
  return Array.isArray(declared) ? declared : [declared];
}

/**
 * The plan of the keyturn constructs in a scope: policies, roles, grants and load beside the manifests.
 * @throws DeclarationError
 */
export function planOf(scope: IConstruct): Plan {
  return plan(scope.node.findAll().flatMap((construct) => asList((construct as Marked)[DECLARATIONS])));
}
