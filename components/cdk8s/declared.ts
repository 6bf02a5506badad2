import type { IConstruct } from "constructs";
import { plan, problemsOf, type Declaration, type Plan } from "../plan";

// Symbol.for, so that two copies of the package in one program still see each other's constructs.
const DECLARATIONS = Symbol.for("keyturn.declarations");
const VALIDATED = Symbol.for("keyturn.validated");

type Marked = IConstruct & { [DECLARATIONS]?: () => readonly Declaration[]; [VALIDATED]?: boolean };

/**
 * Makes a construct part of {@link planOf}, and has the whole tree judged once at synth: problems that only show when
 * declarations are seen together (two AppSecrets for one Secret) stop the synth with all of them.
 */
export function declare(construct: IConstruct, declarations: () => readonly Declaration[]): void {
  (construct as Marked)[DECLARATIONS] = declarations;
  const root = construct.node.root as Marked;
  if (root[VALIDATED] === true) return;
  root[VALIDATED] = true;
  root.node.addValidation({
    validate: () => problemsOf(declarationsOf(root)).map(({ path, message }) => `${path}: ${message}`),
  });
}

/** Everything declared by keyturn constructs in a scope. */
export function declarationsOf(scope: IConstruct): readonly Declaration[] {
  return scope.node.findAll().flatMap((construct) => (construct as Marked)[DECLARATIONS]?.() ?? []);
}

/**
 * The plan of the keyturn constructs in a scope: policies, roles, grants and load beside the manifests.
 * @throws DeclarationError
 */
export function planOf(scope: IConstruct): Plan {
  return plan(declarationsOf(scope));
}
