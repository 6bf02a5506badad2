import * as pulumi from "@pulumi/pulumi";
import { isRecord, type JsonRecord, type Problem } from "../../../api";
import { DeclarationError } from "../../model/problems";
import { AppSecret } from "../app-secret";
import { Platform } from "../platform";
import { Reconciler } from "../reconciler";
import { Store } from "../store";
import { TeamAccess } from "../team-access";
import { declared } from "./data";

/** Makes a component for a program in another language. */
export async function construct(
  name: string,
  type: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
): Promise<pulumi.provider.ConstructResult> {
  const [, kind] = /^keyturn:index:(\w+)$/.exec(type) ?? [];
  const make = kind === undefined ? undefined : COMPONENTS.get(kind);
  if (kind === undefined || make === undefined) throw new Error(`keyturn has no component ${type}`);
  const { args, problems } = declared(kind, name, isRecord(inputs) ? inputs : {});
  if (problems.length > 0) throw refused(kind, name, problems);
  try {
    return make(name, args, options);
  } catch (error) {
    if (error instanceof DeclarationError) throw refused(kind, name, error.problems);
    throw error;
  }
}

type Make = (
  name: string,
  args: JsonRecord,
  options: pulumi.ComponentResourceOptions,
) => pulumi.provider.ConstructResult;

// The arguments are data of another language: every constructor judges what it gets.
const COMPONENTS: ReadonlyMap<string, Make> = new Map<string, Make>([
  [
    "Platform",
    (name, args, options) => {
      const made = new Platform(name, args as never, options);
      return { urn: made.urn, state: { environment: made.environment.name, mount: made.mount.path } };
    },
  ],
  [
    "TeamAccess",
    (name, args, options) => {
      const made = new TeamAccess(name, args as never, options);
      return { urn: made.urn, state: { accessName: made.accessName } };
    },
  ],
  [
    "Store",
    (name, args, options) => {
      const made = new Store(name, args as never, options);
      return { urn: made.urn, state: { name: made.name } };
    },
  ],
  [
    "AppSecret",
    (name, args, options) => {
      const made = new AppSecret(name, args as never, options);
      return { urn: made.urn, state: { name: made.name, namespace: made.namespace } };
    },
  ],
  [
    "Reconciler",
    (name, args, options) => {
      const made = new Reconciler(name, args as never, options);
      return { urn: made.urn, state: { namespace: made.environment.reconciler.namespace } };
    },
  ],
]);

/**
 * The engine prints the value at a property path it can follow, and that may be a secret somebody wrote where a reference belongs. So the
 * paths are keyturn's own places (`AppSecret "db" › keys.PASSWORD`), which lead people there, and the engine nowhere.
 */
function refused(kind: string, name: string, problems: readonly Problem[]): pulumi.InputPropertiesError {
  return new pulumi.InputPropertiesError({
    message: `${kind} ${JSON.stringify(name)} cannot be deployed as it is declared:`,
    errors: problems.map(({ path, message }) => ({ propertyPath: path, reason: message })),
  });
}
