import type { RunPluginRequest } from "@pulumi/pulumi/proto/language_pb";
import type { Launch } from "./process";
import { resolveFrom } from "./program";

/**
 * Test fixture. How a plugin that is written in Node starts (a folder with PulumiPlugin.yaml): Pulumi's own `cmd/run-plugin` from the plugin's
 * dependencies, which loads the folder's main file. It prints its port and serves until it is interrupted.
 */
export function pluginProcess(request: RunPluginRequest): Launch {
  const plugin = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  return {
    args: [resolveFrom(plugin, "@pulumi/pulumi/cmd/run-plugin", "the plugin"), plugin, ...request.getArgsList()],
    cwd: request.getPwd(),
    env: Object.fromEntries(
      request.getEnvList().map((entry) => {
        const at = entry.indexOf("=");
        return [entry.slice(0, at), entry.slice(at + 1)];
      }),
    ),
  };
}
