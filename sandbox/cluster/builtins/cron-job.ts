import { dig, ensure, fill, fieldsOf } from "../../json";
import type { Strategy } from "../kinds";
import { cause, type Cause } from "../status";
import { defaultTemplate } from "./pod-template";
import { containerProblems } from "./workloads";

const TEMPLATE = "spec.jobTemplate.spec.template.spec";

/** CronJobs are stored with their defaults and never run. */
export const cronJobStrategy: Strategy = {
  prepare: (body) => {
    const spec = ensure(body, "spec");
    fill(spec, "concurrencyPolicy", "Allow");
    fill(spec, "suspend", false);
    fill(spec, "successfulJobsHistoryLimit", 3);
    fill(spec, "failedJobsHistoryLimit", 1);
    const jobTemplate = ensure(spec, "jobTemplate");
    ensure(jobTemplate, "metadata");
    defaultTemplate(ensure(jobTemplate, "spec"));
    fill(body, "status", {});
  },
  validate: (body) => {
    const schedule = dig(body, "spec", "schedule");
    const pod = fieldsOf(
      fieldsOf(fieldsOf(fieldsOf(fieldsOf(body, "spec"), "jobTemplate"), "spec"), "template"),
      "spec",
    );
    return [
      ...(schedule === undefined || schedule === "" ? [cause.required("spec.schedule")] : []),
      ...containerProblems(pod, TEMPLATE),
      ...restartProblems(pod?.restartPolicy),
    ];
  },
};

/** Pods of jobs end; what is not said counts as "Always". */
function restartProblems(policy: unknown): readonly Cause[] {
  if (policy === "OnFailure" || policy === "Never") return [];
  const at = `${TEMPLATE}.restartPolicy`;
  return policy === "Always"
    ? [cause.required(at, 'valid values: "OnFailure", "Never"')]
    : [cause.unsupported(at, policy, ["OnFailure", "Never"])];
}
