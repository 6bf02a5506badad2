import { crds, type CustomResourceDefinition } from "../../api/crds";
import { eventually } from "./eventually";
import { APPLY_PATCH, type KubeClient } from "./kube";

/** The part of a CRD that says under which paths it is served. */
interface Served {
  readonly group: string;
  readonly names: { readonly plural: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
}

/** Applies CRDs (default: keyturn's) and waits until every served version answers. Applying them again changes nothing. */
export async function installCrds(
  kube: KubeClient,
  definitions: readonly CustomResourceDefinition[] = crds,
): Promise<void> {
  await Promise.all(
    definitions.map(async (crd) => {
      const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd.metadata.name}`;
      await kube.send("PATCH", `${path}?fieldManager=bed&force=true`, crd, APPLY_PATCH);
      const { group, names, versions } = crd.spec as unknown as Served;
      // Not the condition Established: requests are still refused for a moment after it.
      for (const { name } of versions.filter(({ served }) => served))
        await eventually(
          `CustomResourceDefinition ${crd.metadata.name} ${name}`,
          () => kube.request("GET", `/apis/${group}/${name}/${names.plural}?limit=1`),
          ({ status }) => status === 200,
        );
    }),
  );
}
