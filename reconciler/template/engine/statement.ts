import { Expressions, type Callable } from "./expression";
import type { BranchNode, Node, RangeNode, TemplateNode, Tree } from "./node";
import { Scope } from "./scope";
import { BREAK, CONTINUE, known, type Exec } from "./state";
import {
  Iteration,
  branching,
  evaluating,
  inOrder,
  invoking,
  jumping,
  nothing,
  printing,
  ranging,
  writing,
  type Compiled,
} from "./walk";

/** What is shared by the templates of one text. */
export interface Surroundings extends Callable {
  /** The template of that name once all are compiled. */
  readonly template: (name: string) => () => Compiled | undefined;
}

export function compileTree(tree: Tree, surroundings: Surroundings): Pick<Compiled, "body" | "slots"> {
  const scope = new Scope();
  const statements = new Statements(scope, new Expressions(scope, surroundings), surroundings);
  return { body: statements.list(tree.list), slots: scope.slots };
}

/** Compiles the nodes of one template; what they do is in walk.ts. */
class Statements {
  constructor(
    readonly scope: Scope,
    readonly expressions: Expressions,
    readonly surroundings: Surroundings,
  ) {}

  list(nodes: readonly Node[]): Exec {
    return inOrder(nodes.map((node) => this.#node(node)));
  }

  #node(node: Node): Exec {
    switch (node.kind) {
      case "text":
        return writing(node.text, node.at);
      case "action":
        return node.pipe.variables.length > 0
          ? evaluating(this.expressions.pipe(node.pipe))
          : printing(this.expressions.printable(node.pipe), node.at);
      case "if":
      case "with":
        return this.#branch(node);
      case "range":
        return this.#range(node);
      case "template":
        return this.#template(node);
      case "break":
        return jumping(BREAK);
      case "continue":
        return jumping(CONTINUE);
    }
  }

  #scoped<T>(compile: () => T): T {
    const mark = this.scope.mark();
    const result = compile();
    this.scope.pop(mark);
    return result;
  }

  #optional(list: readonly Node[] | undefined): Exec {
    return list === undefined ? nothing : this.#scoped(() => this.list(list));
  }

  /** Variables of a branch's pipeline stay in scope for the branches after it, those of its list do not. */
  #branch(node: BranchNode): Exec {
    return this.#scoped(() => {
      const branches = node.branches.map(({ pipe, list }) => ({
        test: this.expressions.pipe(pipe),
        body: this.#optional(list),
      }));
      return branching(branches, this.#optional(node.otherwise), node.kind === "with");
    });
  }

  #range({ pipe, list, otherwise }: RangeNode): Exec {
    return this.#scoped(() => {
      const value = this.expressions.pipe(pipe);
      // Its variables exist by now; of two with one name the inner one, the element's, is set last.
      const setters = pipe.variables.map((name) => this.scope.writer(name, pipe.at));
      const iteration = new Iteration(setters, this.#optional(list), pipe.at);
      return ranging(value, iteration, this.#optional(otherwise));
    });
  }

  #template({ at, name, pipe }: TemplateNode): Exec {
    const argument = pipe === undefined ? known(undefined) : this.expressions.pipe(pipe);
    return invoking(this.surroundings.template(name), argument, at);
  }
}
