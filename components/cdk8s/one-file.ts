import { Chart, Names, YamlOutputType, type ApiObject } from "cdk8s";
import type { IConstruct } from "constructs";
import { isEmitted } from "./emit";

/**
 * With one file a resource cdk8s names the files by kind and name alone, and the last of several replaces the others without a word. keyturn's
 * objects have the same name in every namespace, so that has to be said.
 */
export function filesLost(root: IConstruct, objects: readonly ApiObject[]): readonly string[] {
  const { yamlOutputType } = root as { readonly yamlOutputType?: YamlOutputType };
  const perChart = yamlOutputType === YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE;
  if (yamlOutputType !== YamlOutputType.FILE_PER_RESOURCE && !perChart) return [];
  const files = new Map<string, ApiObject[]>();
  for (const object of objects) {
    const name = `${object.kind}.${object.name}`.replace(/[^0-9a-zA-Z-_.]/g, "");
    const file = perChart ? `${Names.toDnsLabel(Chart.of(object))}/${name}` : name;
    const others = files.get(file);
    if (others === undefined) files.set(file, [object]);
    else others.push(object);
  }
  return [...files]
    .filter(([, several]) => several.length > 1 && several.some(isEmitted))
    .map(
      ([file, several]) =>
        `${several[0]?.kind} "${several[0]?.name}": ${several.length} objects (${several.map(({ node }) => node.path).join(", ")}) ` +
        `would be written to the one file ${file}, the last over the others; ` +
        (perChart
          ? "give each a chart of its own"
          : "use YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE with a chart for each") +
        ", or use another yamlOutputType",
    );
}
