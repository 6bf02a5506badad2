import { ROLLOUT_ON } from "../api";
import { rolloutAnnotations, rolloutOn, saysOther } from "./manifests/rollout";
import {
  isRun,
  refusePolicy,
  rolloutPlace,
  type ResolvedConsumer,
  type ResolvedRollout,
  type RunKind,
} from "./model/consumer";
import { collecting } from "./model/problems";
import { reportTwoRollouts } from "./model/rollout-together";

/** A Secret whose changes roll workloads. */
export interface RolledSecret {
  /** Of the AppSecret, for messages. */
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
}

/**
 * What `rollout()` writes on the workloads it is given to, whatever they are made with. Several add up; two that say different things of one
 * workload are refused.
 */
export class WorkloadRollout {
  constructor(
    readonly secret: RolledSecret,
    private readonly options: unknown,
    private readonly rollout: ResolvedRollout,
  ) {}

  /** Names of the annotations, in order. */
  get names(): readonly string[] {
    return [ROLLOUT_ON, ...Object.keys(this.rollout.annotations)];
  }

  /**
   * The value of an annotation of the workload, given the one it has.
   * @param by the AppSecret that wrote that one, where it was one
   * @throws DeclarationError when it says another thing
   */
  value(annotation: string, existing: string | undefined, workload: string, by: string | undefined): string {
    const { name: secret, id } = this.secret;
    if (annotation === ROLLOUT_ON) return rolloutOn([{ secret, keys: this.rollout.keys }], existing);
    const value = this.rollout.annotations[annotation] ?? "";
    if (existing !== undefined && saysOther(annotation, value, existing))
      collecting((problems) => reportTwoRollouts(problems, id, workload, annotation, value, { value: existing, by }));
    return value;
  }

  /** @throws DeclarationError when the workload lives in another namespace than the Secret */
  checkNamespace(workload: string, namespace: unknown): void {
    if (typeof namespace !== "string" || namespace === this.secret.namespace) return;
    collecting((problems) =>
      rolloutPlace(problems, this.secret.id).report(
        `${workload} is in namespace "${namespace}", ` +
          `the Secret in "${this.secret.namespace}"; pods use Secrets of their own namespace only`,
      ),
    );
  }

  /** @throws DeclarationError when the options say how a workload is rolled which is not */
  checkRun(kind: RunKind): void {
    collecting((problems) => refusePolicy(rolloutPlace(problems, this.secret.id), this.options, kind));
  }
}

/** The annotations that make the workload of a consumer roll; none where nothing is rolled. */
export function consumerAnnotations(consumer: ResolvedConsumer | undefined): Readonly<Record<string, string>> {
  if (consumer === undefined || isRun(consumer.workload.kind)) return {};
  return rolloutAnnotations([consumer], consumer.annotations);
}
