import * as pulumi from "@pulumi/pulumi";
import { isRecord, WORKLOAD_KINDS } from "../../api";
import { isOutput } from "../model/fields";
import { isRun, RUN_KINDS, type ConsumerKind, type WorkloadRef } from "../model/consumer";
import { workloadTitle } from "../model/rollout-together";
import type { WorkloadRollout } from "../workload-rollout";

/** Which AppSecret wrote an annotation; the annotations of a workload pass from one transformation to the next. */
const WRITERS = new WeakMap<object, ReadonlyMap<string, string>>();

/** Writes the annotations of a rollout on workloads before they are registered. */
export function rolloutTransformation(
  rollout: WorkloadRollout,
  onApplied: (workload: WorkloadRef) => void,
): pulumi.ResourceTransformation {
  const transformation: pulumi.ResourceTransformation = ({ type, props, opts }) => {
    const kind = kindOf(type);
    if (kind === undefined) return undefined;
    const given = props as Readonly<Record<string, unknown>>;
    const { metadata } = given;
    const { name, namespace } = isRecord(metadata) && !isOutput(metadata) ? metadata : {};
    const workload = workloadTitle({ kind, name });
    rollout.checkNamespace(workload, namespace);
    // On a component around several workloads it may be meant for the others.
    if (isRun(kind) && opts.transformations?.includes(transformation) === true) rollout.checkRun(kind);
    if (typeof name === "string") onApplied({ kind, name });
    if (isRun(kind)) return undefined;
    const annotated = plainly(metadata, (plain) => withAnnotations(rollout, workload, plain));
    return { props: { ...given, metadata: annotated }, opts };
  };
  return transformation;
}

function withAnnotations(rollout: WorkloadRollout, workload: string, metadata: unknown): unknown {
  const given = isRecord(metadata) ? metadata : {};
  return { ...given, annotations: plainly(given.annotations, (plain) => annotate(rollout, workload, plain)) };
}

function annotate(rollout: WorkloadRollout, workload: string, annotations: unknown): unknown {
  const given = isRecord(annotations) ? annotations : {};
  const writers = new Map(WRITERS.get(given));
  const written = rollout.names.map((name): [string, unknown] => {
    const by = writers.get(name);
    writers.set(name, rollout.secret.id);
    const value = (existing: unknown): string =>
      rollout.value(name, typeof existing === "string" ? existing : undefined, workload, by);
    return [name, plainly(given[name], value)];
  });
  const all = { ...given, ...Object.fromEntries(written) };
  WRITERS.set(all, writers);
  return all;
}

/** Plain stays plain: an Output would hide the annotation from previews and policies. */
function plainly(value: unknown, then: (value: unknown) => unknown): unknown {
  return isOutput(value) ? pulumi.output(value as pulumi.Input<string>).apply(then) : then(value);
}

function kindOf(type: string): ConsumerKind | undefined {
  return (
    WORKLOAD_KINDS.find((kind) => type === `kubernetes:apps/v1:${kind}`) ??
    RUN_KINDS.find((kind) => type === `kubernetes:batch/v1:${kind}`)
  );
}
