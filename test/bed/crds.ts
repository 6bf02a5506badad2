import { crds } from "../../api/crds";
import { eventually } from "./eventually";
import { APPLY_PATCH, type KubeClient } from "./kube";

interface CrdStatus {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Applies keyturn's CRDs and waits until each is served. Applying them again changes nothing. */
export async function installCrds(kube: KubeClient): Promise<readonly string[]> {
  await Promise.all(
    crds.map(async (crd) => {
      const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd.metadata.name}`;
      await kube.send("PATCH", `${path}?fieldManager=bed&force=true`, crd, APPLY_PATCH);
      await eventually(
        `CustomResourceDefinition ${crd.metadata.name}`,
        () => kube.send<CrdStatus>("GET", path),
        ({ status }) =>
          ["Established", "NamesAccepted"].every((wanted) =>
            status?.conditions?.some(({ type, status: value }) => type === wanted && value === "True"),
          ),
      );
    }),
  );
  return crds.map(({ metadata }) => metadata.name);
}
