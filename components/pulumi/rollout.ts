import * as pulumi from "@pulumi/pulumi";
import { isRecord, ROLLOUT_ON, WORKLOAD_KINDS, type WorkloadKind } from "../../api";
import { rolloutOn } from "../manifests/rollout";
import { isOutput } from "../model/fields";
import type { WorkloadRef } from "../model/consumer";
import { collecting, Place } from "../model/problems";

interface RolledSecret {
  /** Resource name, for messages. */
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
}

/** Writes `keyturn.dev/rollout-on` on workloads before they are registered. */
export function rolloutTransformation(
  secret: RolledSecret,
  keys: readonly string[] | undefined,
  onApplied: (workload: WorkloadRef) => void,
): pulumi.ResourceTransformation {
  const annotate = (annotations: unknown): Readonly<Record<string, unknown>> => {
    const given = isRecord(annotations) ? annotations : {};
    const existing = given[ROLLOUT_ON];
    const used = [{ secret: secret.name, keys }];
    if (isOutput(existing))
      return { ...given, [ROLLOUT_ON]: whenKnown(existing, (value) => rolloutOn(used, String(value))) };
    return { ...given, [ROLLOUT_ON]: rolloutOn(used, typeof existing === "string" ? existing : undefined) };
  };
  const withAnnotations = (metadata: unknown): Readonly<Record<string, unknown>> => {
    const given = isRecord(metadata) ? metadata : {};
    // Plain stays plain: an Output would hide the annotation from previews and policies.
    const annotations = isOutput(given.annotations)
      ? whenKnown(given.annotations, annotate)
      : annotate(given.annotations);
    return { ...given, annotations };
  };
  return ({ type, props, opts }) => {
    const kind = kindOf(type);
    if (kind === undefined) return undefined;
    const given = props as Readonly<Record<string, unknown>>;
    const metadata = given.metadata;
    if (isOutput(metadata)) {
      return { props: { ...given, metadata: whenKnown(metadata, withAnnotations) }, opts };
    }
    const { name, namespace } = isRecord(metadata) ? metadata : {};
    checkNamespace(secret, kind, name, namespace);
    if (typeof name === "string") onApplied({ kind, name });
    return { props: { ...given, metadata: withAnnotations(metadata) }, opts };
  };
}

function whenKnown(value: unknown, then: (value: unknown) => unknown): pulumi.Output<unknown> {
  return pulumi.output(value as pulumi.Input<string>).apply(then);
}

function kindOf(type: string): WorkloadKind | undefined {
  return WORKLOAD_KINDS.find((kind) => type === `kubernetes:apps/v1:${kind}`);
}

function checkNamespace(secret: RolledSecret, kind: string, name: unknown, namespace: unknown): void {
  if (typeof namespace !== "string" || namespace === secret.namespace) return;
  collecting((problems) =>
    Place.of(problems, "AppSecret", secret.id)
      .at("rollout")
      .report(
        `${kind}${typeof name === "string" ? ` "${name}"` : ""} is in namespace "${namespace}", ` +
          `the Secret in "${secret.namespace}"; pods use Secrets of their own namespace only`,
      ),
  );
}
