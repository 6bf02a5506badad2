import { createRequire } from "node:module";
import { resolve } from "node:path";
import { isRecord, KeyturnError, type EnvironmentData } from "../api";
import { isEnvironment } from "../components/model/environment";
import { environmentsFile } from "../components/model/environments-file";
import { isTeam } from "../components/model/team";
import { environmentsValue, parseEnvironmentsText } from "../policies/manifests/environments";
import { typeOf } from "./errors";
import type { Io } from "./io";
import { readText } from "./read-text";

/**
 * The environments of `--environments FILE`: a YAML or JSON document, or a module (.ts, .mts, .cts, .js, .mjs, .cjs) that exports
 * them: a document or list as `environments` or by default, or what environment(...) and team(...) return, under any name.
 */
export function readEnvironmentsFile(file: string, io: Io): readonly EnvironmentData[] {
  const path = resolve(io.cwd, file);
  return /\.[mc]?[jt]s$/.test(file) ? fromModule(path, file) : parseEnvironmentsText(readText(path, file), file);
}

function fromModule(path: string, file: string): readonly EnvironmentData[] {
  readText(path, file);
  let exported: unknown;
  try {
    exported = load(path);
  } catch (error) {
    throw new KeyturnError(
      {
        code: "ModuleFailed",
        object: file,
        cause: `cannot be loaded (${typeOf(error)})`,
        remedy: /ts$/.test(path)
          ? "install tsx beside it, run it by itself to see why, or give a YAML or JSON file"
          : "run it by itself to see why, or give a YAML or JSON file",
      },
      { cause: error },
    );
  }
  const value = isRecord(exported) ? (exported["environments"] ?? exported["default"] ?? declared(exported)) : exported;
  if (value === undefined) {
    throw new KeyturnError({
      code: "Invalid",
      object: file,
      cause: "exports no environments",
      remedy: "export what environment(...) and team(...) return, or a list as environments",
    });
  }
  return environmentsValue(value, file);
}

/**
 * The project's own tsx loads its TypeScript, where there is one: Node alone takes neither imports without an extension nor, in a folder
 * whose package.json says `"type": "commonjs"` (as `npm init` writes it), `import` and `export`.
 */
function load(path: string): unknown {
  const tsx = /ts$/.test(path) ? tsxOf(path) : undefined;
  return tsx === undefined ? createRequire(__filename)(path) : tsx.require(path, __filename);
}

function tsxOf(path: string): { readonly require: (id: string, from: string) => unknown } | undefined {
  const require = createRequire(path);
  try {
    return require(require.resolve("tsx/cjs/api")) as ReturnType<typeof tsxOf>;
  } catch {
    return undefined;
  }
}

function declared(exported: Readonly<Record<string, unknown>>): unknown {
  const values = Object.values(exported);
  const teams = values.filter(isTeam);
  const environments = [...values.filter(isEnvironment), ...teams.map(({ environment }) => environment)];
  return environments.length === 0 ? undefined : environmentsFile(environments, teams);
}
