import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { isRecord, KeyturnError, TEMPLATE_INPUTS, type KubernetesObject, type SecretData } from "../../api";
import { EXTERNAL_SECRETS } from "../kube/resources";
import type { KubeClient } from "../kube/types";
import { readGenerationKey, type GenerationKey } from "../rollout/generation-key";
import type { World } from "../template";
import type { ExternalSecretRecord, Metadata } from "./record";
import { rendering, type Extent, type Rendered } from "./render";
import { inputsOf, keep, markOf } from "./template-inputs";
import { compileTemplateSpec, type TemplatePart, type TemplateSpec } from "./template-spec";
import { secretData } from "./write";

/** What the target Secret has to become. */
export interface Wanted {
  readonly data: SecretData;
  readonly metadata: Metadata;
  /** Empty: as it is, `Opaque` for a new one. */
  readonly type: string;
}

/** A template with its data: what it makes, or, when it is random, what it makes of the Secret that is there. */
export type TemplateWish =
  | { readonly kind: "rendered"; readonly wanted: Wanted }
  | {
      readonly kind: "random";
      /** How the annotation of a Secret begins that was made from these inputs. */
      readonly inputs: string;
      /** @throws KeyturnError with code `Template` or `TemplateLimit` */
      readonly wanted: (existing: KubernetesObject | undefined) => Promise<Wanted>;
    };

/** Milliseconds of work after which others are let in. */
const TURN = 20;
const LONGEST = 10_000;

/** The edge of the templates: lends them a clock, randomness and the installation's key, and keeps them from holding up the rest. */
export class Templates {
  private key: Promise<GenerationKey> | undefined;

  constructor(
    private readonly kube: KubeClient,
    /** Namespace of the generation key. */
    private readonly home: string,
    /** Milliseconds of work after which a render is ended. */
    private readonly longest = LONGEST,
  ) {}

  /**
   * @param current the Secret was written for the present spec
   * @param moved the ExternalSecret is not any more what the record says
   * @throws KeyturnError with code `Template` or `TemplateLimit`; KubeError
   */
  async wish(
    record: ExternalSecretRecord,
    template: TemplateSpec,
    fetched: SecretData,
    rule: { readonly current: boolean; readonly moved: (object: KubernetesObject) => void },
  ): Promise<TemplateWish> {
    const parts = template.parts ?? (await this.readParts(record, rule.moved));
    const render = (extent: Extent): Promise<Rendered> => this.render(record, template, parts, fetched, extent);
    if (!template.random) return { kind: "rendered", wanted: wantedOf(template, await render("all")) };
    const key = await this.generationKey();
    const inputs = inputsOf(key, record.key, template, parts, fetched);
    let anew: Promise<Wanted> | undefined;
    return {
      kind: "random",
      inputs,
      wanted: async (existing) => {
        if (existing !== undefined) {
          const steady = await render("steady");
          const { current } = rule;
          const kept = keep(existing, secretData(existing), steady, { key, inputs, current, parts });
          if (kept !== undefined) return wantedOf(template, kept, kept.mark);
        }
        anew ??= render("all").then((made) => wantedOf(template, made, markOf(key, inputs, made)));
        return anew;
      },
    };
  }

  private async render(
    record: ExternalSecretRecord,
    template: TemplateSpec,
    parts: readonly TemplatePart[],
    fetched: SecretData,
    extent: Extent,
  ): Promise<Rendered> {
    const steps = rendering(template, parts, fetched, world(), extent);
    let worked = 0;
    let begun = performance.now();
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) {
        if ("rendered" in step.value) return step.value.rendered;
        throw failure(record, step.value.problem, step.value.limit);
      }
      const turn = performance.now() - begun;
      if (worked + turn > this.longest) throw failure(record, "spec.target.template: takes too long to render", true);
      if (turn < TURN) continue;
      await setImmediate();
      worked += turn;
      begun = performance.now();
    }
  }

  private async readParts(
    record: ExternalSecretRecord,
    moved: (object: KubernetesObject) => void,
  ): Promise<readonly TemplatePart[]> {
    const object = await this.kube.get(EXTERNAL_SECRETS, record.namespace, record.name);
    moved(object);
    const target = isRecord(object.spec) && isRecord(object.spec.target) ? object.spec.target : {};
    return compileTemplateSpec(target.template, () => undefined, true)?.parts ?? [];
  }

  private generationKey(): Promise<GenerationKey> {
    this.key ??= readGenerationKey(this.kube, this.home).catch((error: unknown) => {
      this.key = undefined;
      throw error;
    });
    return this.key;
  }
}

function wantedOf({ type }: TemplateSpec, { data, labels, annotations }: Rendered, mark?: string): Wanted {
  const metadata = {
    labels: Object.fromEntries(labels),
    annotations: { ...Object.fromEntries(annotations), ...(mark === undefined ? {} : { [TEMPLATE_INPUTS]: mark }) },
  };
  return { data, metadata, type };
}

function world(): World {
  return { now: BigInt(Date.now()) * 1_000_000n, random: (size) => randomBytes(size) };
}

function failure(record: ExternalSecretRecord, cause: string, limit: boolean): KeyturnError {
  return new KeyturnError({
    code: limit ? "TemplateLimit" : "Template",
    object: record.title,
    cause,
    remedy: "correct it; `keyturn template` renders it without a cluster",
  });
}
