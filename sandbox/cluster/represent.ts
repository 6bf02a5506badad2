import { apiVersionOf, type Body, type Kind } from "./kinds";
import { ApiError } from "./status";

/** How objects are written in answers: whole, or PartialObjectMetadata. */
export type Representation = "full" | "metadata";

/**
 * What an Accept header asks for.
 * @throws ApiError 406
 */
export function negotiate(accept: string | undefined, list: boolean): Representation {
  const partial = list ? "PartialObjectMetadataList" : "PartialObjectMetadata";
  for (const clause of (accept ?? "*/*").split(",")) {
    const [type = "", ...parameters] = clause.split(";").map((part) => part.trim());
    if (type !== "application/json" && type !== "*/*" && type !== "application/*" && type !== "") continue;
    const as = parameters.find((parameter) => parameter.startsWith("as="))?.slice(3);
    if (as === undefined) return "full";
    const [group, version] = ["g=", "v="].map((key) => parameters.find((part) => part.startsWith(key))?.slice(2));
    if (as === partial && group === "meta.k8s.io" && version === "v1") return "metadata";
  }
  throw new ApiError(406, "NotAcceptable", "only the following media types are accepted: application/json");
}

/** Text of an object: kind and version first, then the stored fields. */
export function encodeObject(kind: Kind, version: string, body: Body, as: Representation): string {
  if (as === "metadata")
    return `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(body.metadata)}}`;
  return `{"kind":${JSON.stringify(kind.kind)},"apiVersion":${JSON.stringify(apiVersionOf(kind, version))},${JSON.stringify(body).slice(1)}`;
}

/** Text of a list; items of built-in kinds go without kind and version, as the API server writes them. */
export function encodeList(
  kind: Kind,
  version: string,
  items: readonly Body[],
  metadata: object,
  as: Representation,
): string {
  const header =
    as === "metadata"
      ? `"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1"`
      : `"kind":${JSON.stringify(kind.listKind)},"apiVersion":${JSON.stringify(apiVersionOf(kind, version))}`;
  const bare = as === "full" && !kind.custom;
  const texts = items.map((item) => (bare ? JSON.stringify(item) : encodeObject(kind, version, item, as)));
  return `{${header},"metadata":${JSON.stringify(metadata)},"items":[${texts.join(",")}]}`;
}
