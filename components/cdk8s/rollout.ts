import { ApiObject } from "cdk8s";
import type { IConstruct, IMixin } from "constructs";
import { ROLLOUT_ON, WORKLOAD_KINDS, type WorkloadKind } from "../../api";
import { rolloutOn } from "../manifests/rollout";
import type { WorkloadRef } from "../model/consumer";
import { collecting, Place } from "../model/problems";

interface RolledSecret {
  /** Construct id, for messages. */
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
}

/**
 * Writes `keyturn.dev/rollout-on` on workloads. `with` offers every construct of a tree; the ApiObject of the workload is the one
 * place that all cdk8s-plus lines and bare ApiObjects share, so only that is taken.
 */
export class RolloutMixin implements IMixin {
  private applied = 0;

  constructor(
    private readonly secret: RolledSecret,
    private readonly keys: readonly string[] | undefined,
    private readonly onApplied: (workload: WorkloadRef) => void,
  ) {}

  supports(construct: IConstruct): boolean {
    if (!ApiObject.isApiObject(construct)) return false;
    if (construct.kind === "CronJob" || construct.kind === "Job") this.applied += 1;
    return kindOf(construct) !== undefined;
  }

  /** @throws DeclarationError when the workload lives in another namespace than the Secret */
  applyTo(construct: IConstruct): void {
    const workload = ApiObject.of(construct);
    const kind = kindOf(workload);
    if (kind === undefined) return;
    this.checkNamespace(workload);
    const metadata = workload.metadata.toJson() as { readonly annotations?: Readonly<Record<string, string>> };
    const used = [{ secret: this.secret.name, keys: this.keys }];
    workload.metadata.addAnnotation(ROLLOUT_ON, rolloutOn(used, metadata.annotations?.[ROLLOUT_ON]));
    this.applied += 1;
    this.onApplied({ kind, name: workload.name });
  }

  /** For synth: a rollout that reached nothing is a mistake. */
  validate(): string[] {
    if (this.applied > 0) return [];
    return [
      `AppSecret "${this.secret.id}" › rollout: was applied to nothing that can be rolled (${WORKLOAD_KINDS.join(", ")}); ` +
        "write workload.with(secret.rollout())",
    ];
  }

  private checkNamespace(workload: ApiObject): void {
    const { namespace } = workload.metadata;
    if (namespace === undefined || namespace === this.secret.namespace) return;
    collecting((problems) =>
      Place.of(problems, "AppSecret", this.secret.id)
        .at("rollout")
        .report(
          `${workload.kind} "${workload.name}" is in namespace "${namespace}", ` +
            `the Secret in "${this.secret.namespace}"; pods use Secrets of their own namespace only`,
        ),
    );
  }
}

function kindOf(object: ApiObject): WorkloadKind | undefined {
  return object.apiVersion.startsWith("apps/") ? WORKLOAD_KINDS.find((kind) => kind === object.kind) : undefined;
}
