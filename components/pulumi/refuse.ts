import { DeclarationError } from "../model/problems";

/**
 * Runs the checks of a component. What they refuse is marked so that Pulumi prints the message alone: a stack trace says nothing
 * about a wrong declaration (the marker is that of `pulumi.RunError`).
 */
export function refusing<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof DeclarationError) Object.assign(error, { __pulumiRunError: true });
    throw error;
  }
}
