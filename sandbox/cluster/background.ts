import { ApiError } from "./status";

/**
 * Runs a step of a controller. A refusal means that something changed on the way (an object gone, a namespace going away): the
 * next change brings another look. Anything else is a defect of the sandbox; it is told as a warning and costs that step only.
 */
export function attempt(what: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    if (error instanceof ApiError) return;
    process.emitWarning(`sandbox: ${what}: ${error instanceof Error ? (error.stack ?? error.message) : "failed"}`);
  }
}
