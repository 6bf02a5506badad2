import { dig, ensure, equal, fieldsOf, fill, isFields, listOf, type Fields } from "../../json";
import type { Body, Strategy } from "../kinds";
import { selectorMatcher } from "../selectors";
import { cause, type Cause } from "../status";
import { defaultPodSpec, defaultTemplate, dropEmptyLists } from "./pod-template";

export const deploymentStrategy: Strategy = {
  prepare: (body) => {
    const spec = ensure(body, "spec");
    fill(spec, "replicas", 1);
    fill(spec, "revisionHistoryLimit", 10);
    fill(spec, "progressDeadlineSeconds", 600);
    const strategy = ensure(spec, "strategy");
    fill(strategy, "type", "RollingUpdate");
    if (strategy.type === "RollingUpdate") {
      const rolling = ensure(strategy, "rollingUpdate");
      fill(rolling, "maxUnavailable", "25%");
      fill(rolling, "maxSurge", "25%");
    }
    defaultTemplate(spec);
    fill(body, "status", {});
  },
  validate: (body, old) => [
    ...workloadProblems(body, old),
    ...(dig(body, "spec", "strategy", "type") === "Recreate" && isFields(dig(body, "spec", "strategy", "rollingUpdate"))
      ? [cause.forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")]
      : []),
  ],
};

export const statefulSetStrategy: Strategy = {
  prepare: (body) => {
    const spec = ensure(body, "spec");
    fill(spec, "replicas", 1);
    fill(spec, "revisionHistoryLimit", 10);
    fill(spec, "podManagementPolicy", "OrderedReady");
    const strategy = ensure(spec, "updateStrategy");
    fill(strategy, "type", "RollingUpdate");
    if (strategy.type === "RollingUpdate") fill(ensure(strategy, "rollingUpdate"), "partition", 0);
    fill(spec, "persistentVolumeClaimRetentionPolicy", { whenDeleted: "Retain", whenScaled: "Retain" });
    defaultTemplate(spec);
    const status = ensure(body, "status");
    fill(status, "replicas", 0);
    fill(status, "availableReplicas", 0);
  },
  validate: workloadProblems,
};

export const daemonSetStrategy: Strategy = {
  prepare: (body) => {
    const spec = ensure(body, "spec");
    fill(spec, "revisionHistoryLimit", 10);
    const strategy = ensure(spec, "updateStrategy");
    fill(strategy, "type", "RollingUpdate");
    if (strategy.type === "RollingUpdate") {
      const rolling = ensure(strategy, "rollingUpdate");
      fill(rolling, "maxUnavailable", 1);
      fill(rolling, "maxSurge", 0);
    }
    defaultTemplate(spec);
    const status = ensure(body, "status");
    for (const field of ["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"])
      fill(status, field, 0);
  },
  validate: workloadProblems,
};

export const replicaSetStrategy: Strategy = {
  prepare: (body) => {
    const spec = ensure(body, "spec");
    fill(spec, "replicas", 1);
    defaultTemplate(spec);
    fill(ensure(body, "status"), "replicas", 0);
  },
  validate: workloadProblems,
};

export const podStrategy: Strategy = {
  prepare: (body) => {
    const spec = ensure(body, "spec");
    dropEmptyLists(spec);
    defaultPodSpec(spec);
    fill(spec, "enableServiceLinks", true);
    fill(spec, "serviceAccountName", "default");
    fill(ensure(body, "status"), "phase", "Pending");
  },
  validate: (body) => containerProblems(fieldsOf(body, "spec"), "spec"),
};

function workloadProblems(body: Body, old: Body | undefined): readonly Cause[] {
  const causes: Cause[] = [];
  const spec = fieldsOf(body, "spec");
  const selector = fieldsOf(spec, "selector");
  const empty =
    selector === undefined ||
    (Object.keys(fieldsOf(selector, "matchLabels") ?? {}).length === 0 &&
      listOf(selector, "matchExpressions").length === 0);
  const labels = dig(body, "spec", "template", "metadata", "labels") as Fields | undefined;
  if (selector === undefined) causes.push(cause.required("spec.selector"));
  else if (empty) causes.push(cause.invalid("spec.selector", selector, "empty selector is invalid for deployment"));
  if (!empty && !selectorMatcher(selector)(labels))
    causes.push(
      cause.invalid("spec.template.metadata.labels", labels ?? null, "`selector` does not match template `labels`"),
    );
  if (old !== undefined && !equal(selector, fieldsOf(fieldsOf(old, "spec"), "selector")))
    causes.push(cause.invalid("spec.selector", selector, "field is immutable"));
  causes.push(...containerProblems(fieldsOf(fieldsOf(spec, "template"), "spec"), "spec.template.spec"));
  return causes;
}

export function containerProblems(spec: Fields | undefined, at: string): readonly Cause[] {
  const containers = listOf(spec, "containers");
  if (containers.length === 0) return [cause.required(`${at}.containers`)];
  return containers.flatMap((container, index) => {
    const fields = isFields(container) ? container : {};
    const missing = (key: string): boolean => typeof fields[key] !== "string" || fields[key] === "";
    return [
      ...(missing("name") ? [cause.required(`${at}.containers[${index}].name`)] : []),
      ...(missing("image") ? [cause.required(`${at}.containers[${index}].image`)] : []),
    ];
  });
}
