/** The module of Pulumi's plugin host that loads the main file of the folder with the PulumiPlugin.yaml. */
const HOST = /[\\/]@pulumi[\\/]pulumi[\\/]cmd[\\/]run-plugin[\\/]run\.js$/;

/**
 * Whether Pulumi loads this package as a plugin, rather than a program or another plugin that uses it. A plugin's main file is always
 * that of its folder, and ours is the model's, because the cdk8s CLI takes {@link KeyturnValidation} from there.
 * @param loadedBy `module.parent` of the main file
 */
export function isPluginHost(loadedBy: { readonly filename?: string } | null | undefined): boolean {
  return HOST.test(loadedBy?.filename ?? "");
}
