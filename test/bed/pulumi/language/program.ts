import { createRequire } from "node:module";
import { join } from "node:path";
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { at } from "../plugin/values";
import { decode } from "../plugin/wire";
import type { Launch } from "./process";

/** Test fixture. How a Pulumi program starts: Pulumi's own `cmd/run` from the program's dependencies, told by flags and environment. */
export function programProcess(request: RunRequest, engine: string): Launch {
  const info = request.getInfo();
  const programDirectory = info?.getProgramDirectory() ?? request.getPwd();
  const options = decode(info?.getOptions());
  const flags = new Map([
    ["monitor", request.getMonitorAddress()],
    ["engine", engine],
    ["project", request.getProject()],
    ["stack", request.getStack()],
    ["organization", request.getOrganization()],
    ["pwd", request.getPwd()],
    ["root-directory", info?.getRootDirectory() ?? ""],
    ["parallel", String(request.getParallel())],
  ]);
  const tsconfig = at(options, "tsconfig");
  return {
    args: [
      ...nodeArguments(at(options, "nodeargs")),
      resolveFrom(programDirectory, "@pulumi/pulumi/cmd/run", "the program"),
      ...[...flags].flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info?.getEntryPoint() || request.getProgram() || ".",
      ...request.getArgsList(),
    ],
    cwd: request.getPwd(),
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(
        Object.fromEntries(
          request
            .getConfigMap()
            .toArray()
            .map(([key, value]) => [configKey(key), value]),
        ),
      ),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList().map(configKey)),
      PULUMI_NODEJS_TYPESCRIPT: String(at(options, "typescript") !== false),
      ...(typeof tsconfig === "string" ? { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig } : {}),
    },
  };
}

/** Path of a module as the code in `directory` would find it. @throws Error in words a user can act on. */
export function resolveFrom(directory: string, module: string, whose: string): string {
  try {
    return createRequire(join(directory, "noop.js")).resolve(module);
  } catch {
    throw new Error(`${module} is not found from ${whose} in ${directory}: run npm install there`);
  }
}

/** The engine sends `project:key`; programs read `project:config:key`. */
function configKey(key: string): string {
  const colon = key.indexOf(":");
  return colon < 0 || key.startsWith("config:", colon + 1)
    ? key
    : `${key.slice(0, colon)}:config:${key.slice(colon + 1)}`;
}

function nodeArguments(option: unknown): readonly string[] {
  return typeof option === "string" ? option.split(/\s+/).filter((part) => part !== "") : [];
}
