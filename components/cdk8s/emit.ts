import { ApiObject, JsonPatch } from "cdk8s";
import type { Construct } from "constructs";
import type { Manifest } from "../manifests/manifest";

/** An ApiObject with exactly the content of the manifest. A chart's labels are added, its namespace is not. */
export function emit(scope: Construct, manifest: Manifest, id: string = manifest.id): ApiObject {
  const { apiVersion, kind, metadata, ...rest } = manifest.object;
  const { name, namespace, labels, annotations } = metadata;
  const object = new ApiObject(scope, id, {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
    },
    ...rest,
  });
  // cdk8s puts the chart's namespace into every object, cluster-scoped ones too.
  if (namespace === undefined && object.metadata.namespace !== undefined)
    object.addJsonPatch(JsonPatch.remove("/metadata/namespace"));
  return object;
}
