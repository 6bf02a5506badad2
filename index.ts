/**
 * Package `keyturn`: the pure model (environments, teams, secrets, consumers, plan), and {@link KeyturnValidation}, the cdk8s
 * validation plugin, which the cdk8s CLI can load only from a package's main file.
 * @module keyturn
 */
import { isPluginHost } from "./components/pulumi/provider/plugin-host";

export * from "./components";
export { KeyturnValidation } from "./policies/cdk8s";

// PulumiPlugin.yaml: the components for programs in other languages. Loaded by nobody else.
if (isPluginHost(module.parent)) void loadProvider().serve();

function loadProvider(): typeof import("./components/pulumi/provider/main") {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load Pulumi for everybody
  return require("./components/pulumi/provider/main") as typeof import("./components/pulumi/provider/main");
}
