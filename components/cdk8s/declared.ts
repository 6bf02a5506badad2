import type { IConstruct } from "constructs";
import { plan, problemsOf, type Declaration, type Plan } from "../plan";

// Symbol.for, so that two copies of the package in one program still see each other's constructs.
const DECLARATIONS = Symbol.for("keyturn.declarations");
const JUDGE = Symbol.for("keyturn.judge");

type Marked = IConstruct & { [DECLARATIONS]?: Declaration[]; [JUDGE]?: Judge };

/**
 * Makes a declaration part of {@link planOf}, and has the whole tree judged at synth: problems that only show when declarations
 * are seen together (two AppSecrets for one Secret) stop the synth with all of them.
 */
export function declare(construct: IConstruct, declaration: Declaration): void {
  const marked = construct as Marked;
  (marked[DECLARATIONS] ??= []).push(declaration);
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
      judge.last ??= problemsOf(declarationsOf(root)).map(({ path, message }) => `${path}: ${message}`);
      return [...judge.last];
    },
  });
  return judge;
}

/** Everything declared by keyturn constructs in a scope. */
function declarationsOf(scope: IConstruct): readonly Declaration[] {
  return scope.node.findAll().flatMap((construct) => (construct as Marked)[DECLARATIONS] ?? []);
}

/**
 * The plan of the keyturn constructs in a scope: policies, roles, grants and load beside the manifests.
 * @throws DeclarationError
 */
export function planOf(scope: IConstruct): Plan {
  return plan(declarationsOf(scope));
}
