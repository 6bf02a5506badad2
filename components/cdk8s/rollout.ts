import { ApiObject } from "cdk8s";
import type { IConstruct, IMixin } from "constructs";
import { WORKLOAD_KINDS } from "../../api";
import { isRun, RUN_KINDS, type ConsumerKind, type RunKind, type WorkloadRef } from "../model/consumer";
import { DeclarationError } from "../model/problems";
import { workloadTitle } from "../model/rollout-together";
import type { WorkloadRollout } from "../workload-rollout";

/** Which AppSecret wrote an annotation of a workload. */
const WRITERS = new WeakMap<ApiObject, Map<string, string>>();

/**
 * Writes the annotations of a rollout on workloads. `with` offers every construct of a tree; the ApiObject of the workload is the one
 * place that all cdk8s-plus lines and bare ApiObjects share, so only that is taken.
 */
export class RolloutMixin implements IMixin {
  private readonly rolled: WorkloadRef[] = [];
  private readonly runs: RunKind[] = [];

  constructor(
    private readonly rollout: WorkloadRollout,
    private readonly onApplied: (workload: WorkloadRef) => void,
  ) {}

  supports(construct: IConstruct): boolean {
    return ApiObject.isApiObject(construct) && kindOf(construct) !== undefined;
  }

  /** @throws DeclarationError when the workload lives in another namespace than the Secret, or another rollout says other things of it */
  applyTo(construct: IConstruct): void {
    const workload = ApiObject.of(construct);
    const kind = kindOf(workload);
    if (kind === undefined) return;
    this.rollout.checkNamespace(workloadTitle(workload), workload.metadata.namespace);
    if (isRun(kind)) this.runs.push(kind);
    else {
      this.annotate(workload);
      this.rolled.push({ kind, name: workload.name });
    }
    this.onApplied({ kind, name: workload.name });
  }

  /** For synth: a rollout that reached nothing is a mistake. */
  validate(): string[] {
    const [run] = this.runs;
    if (this.rolled.length > 0) return [];
    if (run !== undefined) return problemsIn(() => this.rollout.checkRun(run));
    return [
      `AppSecret "${this.rollout.secret.id}" › rollout: was applied to nothing that can be rolled (${WORKLOAD_KINDS.join(", ")}); ` +
        "write workload.with(secret.rollout())",
    ];
  }

  private annotate(workload: ApiObject): void {
    const { annotations } = workload.metadata.toJson() as { readonly annotations?: Readonly<Record<string, string>> };
    const writers = WRITERS.get(workload) ?? new Map<string, string>();
    WRITERS.set(workload, writers);
    for (const name of this.rollout.names) {
      const value = this.rollout.value(name, annotations?.[name], workloadTitle(workload), writers.get(name));
      workload.metadata.addAnnotation(name, value);
      writers.set(name, this.rollout.secret.id);
    }
  }
}

function problemsIn(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof DeclarationError) return error.message.split("\n");
    throw error;
  }
}

function kindOf(object: ApiObject): ConsumerKind | undefined {
  if (object.apiVersion.startsWith("apps/")) return WORKLOAD_KINDS.find((kind) => kind === object.kind);
  return object.apiVersion.startsWith("batch/") ? RUN_KINDS.find((kind) => kind === object.kind) : undefined;
}
