import type * as pulumi from "@pulumi/pulumi";
import { isRecord, type Problem } from "../../api";
import type { Manifest } from "../manifests/manifest";
import { duration, record } from "../model/fields";
import { Place } from "../model/problems";

/** Whether `pulumi up` waits until an object is Ready, and for how long. */
export type WaitForReady =
  | boolean
  | {
      /** Go duration of at least one second. Default `5m`. */
      readonly timeout?: string;
    };

/** Read from {@link WaitForReady}. */
export interface Wait {
  readonly seconds: number;
}

/**
 * What Pulumi's Kubernetes provider waits for (since 4.18), instead of taking a custom resource as ready at once. It is an annotation of
 * the object and lands in the cluster; where External Secrets copies annotations to the Secret, on the Secret too.
 */
export const WAIT_FOR = "pulumi.com/waitFor";
const READY = "condition=Ready";
const DEFAULT_SECONDS = 300;

export function readWait(problems: Problem[], kind: string, name: string, value: unknown): Wait | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return { seconds: DEFAULT_SECONDS };
  const place = Place.of(problems, kind, name).at("waitForReady");
  if (!isRecord(value)) {
    place.report('must be true, false or { timeout: "5m" }');
    return undefined;
  }
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["timeout"]);
  if (fields.timeout === undefined) return { seconds: DEFAULT_SECONDS };
  const milliseconds = duration(place.at("timeout"), fields.timeout);
  return milliseconds === undefined ? undefined : { seconds: Math.ceil(milliseconds / 1000) };
}

/** The object as the provider waits for it. Only here: in a plan, and so in a repository, the annotation means nothing. */
export function waitedFor(object: Manifest["object"], wait: Wait | undefined): Manifest["object"] {
  if (wait === undefined) return object;
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, [WAIT_FOR]: READY } } };
}

/** Options of what is waited for. The provider takes these before any annotation. */
export function waitOptions(
  options: pulumi.CustomResourceOptions,
  wait: Wait | undefined,
): pulumi.CustomResourceOptions {
  if (wait === undefined) return options;
  const timeout = `${wait.seconds}s`;
  return { ...options, customTimeouts: { create: timeout, update: timeout } };
}
