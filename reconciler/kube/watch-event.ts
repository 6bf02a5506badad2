import { isRecord, type KubernetesObject } from "../../api";
import { KubeError, statusError } from "./error";
import { describeCall } from "./path";

/** A line of a watch, read. */
export type WatchEvent =
  | {
      readonly type: "ADDED" | "MODIFIED" | "DELETED";
      readonly object: KubernetesObject;
      readonly resourceVersion: string | undefined;
    }
  | {
      readonly type: "BOOKMARK";
      readonly resourceVersion: string | undefined;
      /** The initial state is complete (`k8s.io/initial-events-end`). */
      readonly endOfState: boolean;
    }
  | { readonly type: "ERROR"; readonly error: KubeError };

/**
 * Reads a line of the watch at `path`.
 * @throws KubeError `InvalidAnswer`, without the line: it may be a Secret
 */
export function parseEvent(line: string, path: string): WatchEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  const object = isRecord(value) ? value.object : undefined;
  if (isRecord(value) && isRecord(object)) {
    const metadata = isRecord(object.metadata) ? object.metadata : {};
    const resourceVersion = typeof metadata.resourceVersion === "string" ? metadata.resourceVersion : undefined;
    switch (value.type) {
      case "ADDED":
      case "MODIFIED":
      case "DELETED":
        if (typeof metadata.name !== "string") break;
        return { type: value.type, object: object as KubernetesObject, resourceVersion };
      case "BOOKMARK": {
        const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
        return { type: "BOOKMARK", resourceVersion, endOfState: annotations["k8s.io/initial-events-end"] === "true" };
      }
      case "ERROR": {
        const code = typeof object.code === "number" ? object.code : 500;
        return { type: "ERROR", error: statusError({ method: "GET", path }, code, object) };
      }
    }
  }
  throw new KubeError({
    status: 0,
    statusReason: "InvalidAnswer",
    object: describeCall("GET", path),
    cause: "the server sent something that is not a watch event",
  });
}
