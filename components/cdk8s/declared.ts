import { ApiObject } from "cdk8s";
import type { IConstruct } from "constructs";
import { plan, problemsOf, type Declaration, type Plan } from "../plan";
import { filesLost } from "./one-file";

// Symbol.for, so that two copies of the package in one program still see each other's constructs.
const DECLARATIONS = Symbol.for("keyturn.declarations");
const JUDGE = Symbol.for("keyturn.judge");

type Marked = IConstruct & {
  /** One or several. */
  [DECLARATIONS]?: Declaration | Declaration[];
  [JUDGE]?: Judge;
};

/**
 * Makes a declaration part of {@link planOf}, and has the whole tree judged at synth: problems that only show when declarations
 * are seen together (two AppSecrets for one Secret) stop the synth with all of them.
 */
export function declare(construct: IConstruct, declaration: Declaration): void {
  const marked = construct as Marked;
  const before = marked[DECLARATIONS];
  marked[DECLARATIONS] = before === undefined ? declaration : asList(before).concat(declaration);
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
  const all = scope.node.findAll();
  return problemsOf(all.flatMap(declarationsOf))
    .map(({ path, message }) => `${path}: ${message}`)
    .concat(
      filesLost(
        scope,
        all.filter((construct) => ApiObject.isApiObject(construct)),
      ),
    );
}

function declarationsOf(construct: IConstruct): Declaration[] {
  return asList((construct as Marked)[DECLARATIONS]);
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
  return plan(scope.node.findAll().flatMap(declarationsOf));
}
