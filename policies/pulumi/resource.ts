import { ESO_GROUP, isRecord } from "../../api";
import type { Manifest } from "../engine";
import { UNKNOWN } from "../rules";
import type { PulumiResource } from "./types";

const TYPE = /^kubernetes:([^:]+):([A-Za-z0-9]+)$/;
const CORE_KINDS = new Set(["Secret", "SecretPatch", "SecretList", "SecretListPatch", "List"]);

/**
 * The Kubernetes object of a resource, when its type is one that rules judge; known by the type's text alone, since custom
 * resources have no class. Values that are not known yet become UNKNOWN. A Patch is judged as the object it patches.
 */
export function manifestOf(resource: PulumiResource): Manifest | undefined {
  const match = TYPE.exec(resource.type);
  if (match === null) return undefined;
  const [, version = "", name = ""] = match;
  const apiVersion = version.replace(/^core\//, "");
  const isOurs = apiVersion.startsWith(`${ESO_GROUP}/`) || (apiVersion === "v1" && CORE_KINDS.has(name));
  if (!isOurs) return undefined;
  const props = copy(resource.props);
  const given = isRecord(props) ? props : {};
  return {
    object: {
      ...given,
      apiVersion,
      kind: name.replace(/Patch$/, ""),
      metadata: given["metadata"] === UNKNOWN ? UNKNOWN : metadataOf(given["metadata"], resource),
    },
    source: { file: resource.urn },
  };
}

/** Without a name Pulumi makes one up, and without a namespace the provider's is used. */
function metadataOf(metadata: unknown, resource: PulumiResource): object {
  const given = isRecord(metadata) ? metadata : {};
  const namespace =
    given["namespace"] ?? (resource.provider === undefined ? undefined : take(resource.provider.props, "namespace"));
  return {
    ...given,
    name: given["name"] ?? given["generateName"] ?? resource.name,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** A plain copy of properties that throw when an unknown value in them is read. */
function copy(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => take(value, index));
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    Object.defineProperty(result, key, {
      value: take(value, key),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return result;
}

function take(from: object, key: string | number): unknown {
  try {
    return copy((from as Record<string | number, unknown>)[key]);
  } catch (error) {
    if (isUnknownValue(error)) return UNKNOWN;
    throw error;
  }
}

/** @pulumi/policy's UnknownValueError, which its declarations do not export. */
function isUnknownValue(error: unknown): boolean {
  return typeof error === "object" && error !== null && "unknownTypeSentinel" in error;
}
