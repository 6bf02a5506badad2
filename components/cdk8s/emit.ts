import { ApiObject, JsonPatch, type ApiObjectProps } from "cdk8s";
import type { Construct } from "constructs";
import type { KubernetesObject } from "../../api";
import type { Manifest } from "../manifests/manifest";

/** An ApiObject with exactly the content of the manifest. A chart's labels are added, its namespace is not. */
export function emit(scope: Construct, manifest: Manifest): ApiObject {
  const object = new ApiObject(scope, manifest.id, propsOf(manifest.object));
  // cdk8s puts the chart's namespace into every object, cluster-scoped ones too.
  if (manifest.object.metadata.namespace === undefined && object.metadata.namespace !== undefined)
    object.addJsonPatch(JsonPatch.remove("/metadata/namespace"));
  return object;
}

/** What an ApiObject with exactly this content is made of. */
export function propsOf({ apiVersion, kind, metadata, ...rest }: KubernetesObject): ApiObjectProps {
  const { name, namespace, labels, annotations } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
    },
    ...rest,
  };
}
