import { dig, ensure, fieldsOf, fill, isFields, listOf } from "../../json";
import type { Strategy } from "../kinds";
import { cause, type Cause } from "../status";

export const plainStrategy: Strategy = {};

export const namespaceStrategy: Strategy = {
  prepare: (body, old) => {
    body.metadata.labels = { ...body.metadata.labels, "kubernetes.io/metadata.name": body.metadata.name };
    body.spec = old?.spec ?? { finalizers: ["kubernetes"] };
    fill(body, "status", { phase: "Active" });
  },
};

export const leaseStrategy: Strategy = {
  validate: (body) => {
    const spec = fieldsOf(body, "spec");
    const causes: Cause[] = [];
    const duration = spec?.leaseDurationSeconds;
    if (typeof duration === "number" && duration <= 0)
      causes.push(cause.invalid("spec.leaseDurationSeconds", duration, "must be greater than 0"));
    const transitions = spec?.leaseTransitions;
    if (typeof transitions === "number" && transitions < 0)
      causes.push(cause.invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0"));
    return causes;
  },
};

export const eventStrategy: Strategy = {
  prepare: (body) => {
    fill(body, "source", {});
    fill(body, "reportingComponent", "");
    fill(body, "reportingInstance", "");
    for (const time of ["firstTimestamp", "lastTimestamp", "eventTime"])
      if (body[time] === undefined) body[time] = null;
  },
  validate: (body) => {
    const namespace = dig(body, "involvedObject", "namespace");
    const own = body.metadata.namespace;
    const fits = namespace === own || ((namespace === undefined || namespace === "") && own === "default");
    return fits ? [] : [cause.invalid("involvedObject.namespace", namespace ?? "", "does not match event.namespace")];
  },
};

export const bindingStrategy: Strategy = {
  prepare: (body) => {
    const reference = ensure(body, "roleRef");
    fill(reference, "apiGroup", "rbac.authorization.k8s.io");
    for (const subject of listOf(body, "subjects"))
      if (isFields(subject) && subject.kind !== "ServiceAccount")
        fill(subject, "apiGroup", "rbac.authorization.k8s.io");
  },
  validate: (body, old) =>
    old !== undefined && JSON.stringify(body.roleRef) !== JSON.stringify(old.roleRef)
      ? [cause.invalid("roleRef", body.roleRef, "cannot change roleRef")]
      : [],
};

export const serviceStrategy: Strategy = {
  prepare: (body) => {
    const spec = ensure(body, "spec");
    fill(spec, "type", "ClusterIP");
    fill(spec, "sessionAffinity", "None");
    fill(spec, "internalTrafficPolicy", "Cluster");
    for (const port of listOf(spec, "ports"))
      if (isFields(port)) {
        fill(port, "protocol", "TCP");
        fill(port, "targetPort", port.port);
      }
    fill(body, "status", { loadBalancer: {} });
  },
};
