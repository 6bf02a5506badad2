import { createRequire } from "node:module";
import { resolve } from "node:path";
import { isRecord, KeyturnError, type EnvironmentData } from "../api";
import { environmentsValue, parseEnvironmentsText } from "../policies/manifests/environments";
import type { Io } from "./io";
import { readText } from "./read-text";

/**
 * The environments of `--environments FILE`: a YAML or JSON document, or a module (.ts, .mts, .cts, .js, .mjs, .cjs) that
 * exports them as `environments` or by default.
 */
export function readEnvironmentsFile(file: string, io: Io): readonly EnvironmentData[] {
  const path = resolve(io.cwd, file);
  return /\.[mc]?[jt]s$/.test(file) ? fromModule(path, file) : parseEnvironmentsText(readText(path, file), file);
}

function fromModule(path: string, file: string): readonly EnvironmentData[] {
  readText(path, file);
  let exported: unknown;
  try {
    exported = createRequire(__filename)(path);
  } catch (error) {
    throw new KeyturnError(
      {
        code: "ModuleFailed",
        object: file,
        cause: `cannot be loaded (${error instanceof Error ? error.constructor.name : typeof error})`,
        remedy: "run it by itself to see why, or give a YAML or JSON file",
      },
      { cause: error },
    );
  }
  const value = isRecord(exported) ? (exported["environments"] ?? exported["default"]) : exported;
  if (value === undefined) {
    throw new KeyturnError({
      code: "Invalid",
      object: file,
      cause: "exports no environments",
      remedy: 'export them as "environments": a list, or a keyturn.dev/v1alpha1 Environments document',
    });
  }
  return environmentsValue(value, file);
}
