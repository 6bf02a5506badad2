import { secretKeyProblem } from "../../api";
import { list, oneOf, record, text } from "./fields";
import { usedKeys } from "./go-template";
import { didYouMean } from "./nearest";
import type { Place } from "./problems";
import { regexp } from "./regexp";
import { quote } from "./secret-like";

/** One step that renames what was fetched, before it becomes keys of the Secret; exactly one of the three (ESO's `rewrite`). */
export type RewriteSpec =
  | {
      /** RE2; every match of `source` in a name becomes `target`, where `$1` or `${name}` are groups. Other names stay. */
      readonly regexp: { readonly source: string; readonly target: string };
    }
  | {
      /** A Go template of the new name; `.value` is the old one: `{{ .value | upper }}`. */
      readonly transform: { readonly template: string };
    }
  | {
      /** Puts values that are JSON objects together. */
      readonly merge: MergeSpec;
    };

/** Merges values that are JSON objects. */
export interface MergeSpec {
  /** `Extract` (default): their properties become the keys. `JSON`: they become one JSON object, under the key `into`. */
  readonly strategy?: "Extract" | "JSON";
  /** Needed by strategy `JSON`. */
  readonly into?: string;
  /** `Error` (default): a property that two of them have stops the sync. `Ignore`: the later one wins. */
  readonly conflictPolicy?: "Error" | "Ignore";
  /** Names that are merged last, in this order, so that they win. */
  readonly priority?: readonly string[];
  /** `Strict` (default): a name of `priority` that is not there stops the sync. */
  readonly priorityPolicy?: "Strict" | "IgnoreNotFound";
}

/** A step of renaming with its defaults. */
export type ResolvedRewrite =
  | { readonly regexp: { readonly source: string; readonly target: string } }
  | { readonly transform: { readonly template: string } }
  | { readonly merge: Required<MergeSpec> };

const KINDS = ["regexp", "transform", "merge"];

export function readRewrite(place: Place, value: unknown): readonly ResolvedRewrite[] {
  return value === undefined ? [] : list(place, value, readStep);
}

function readStep(place: Place, value: unknown): ResolvedRewrite | undefined {
  const step = record(place, value);
  if (step === undefined) return undefined;
  place.onlyFields(step, KINDS);
  if (KINDS.filter((kind) => step[kind] !== undefined).length !== 1) {
    place.report("must have exactly one of regexp, transform and merge");
    return undefined;
  }
  if (step.regexp !== undefined) return readRegexp(place.at("regexp"), step.regexp);
  if (step.transform !== undefined) return readTransform(place.at("transform"), step.transform);
  return readMerge(place.at("merge"), step.merge);
}

function readRegexp(place: Place, value: unknown): ResolvedRewrite | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["source", "target"]);
  const source = regexp(place.at("source"), fields.source);
  // To nothing is a target too: it takes a prefix away.
  const target = fields.target === "" ? "" : text(place.at("target"), fields.target);
  return source === undefined || target === undefined ? undefined : { regexp: { source, target } };
}

function readTransform(place: Place, value: unknown): ResolvedRewrite | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["template"]);
  const at = place.at("template");
  const template = text(at, fields.template);
  if (template === undefined) return undefined;
  const { keys, problem } = usedKeys(template);
  if (problem !== undefined) at.report(problem);
  for (const key of keys)
    if (key !== "value") at.report(`has no ${quote(key)}; only .value is there${didYouMean(key, ["value"])}`);
  return { transform: { template } };
}

function readMerge(place: Place, value: unknown): ResolvedRewrite | undefined {
  const fields = record(place, value);
  if (fields === undefined) return undefined;
  place.onlyFields(fields, ["strategy", "into", "conflictPolicy", "priority", "priorityPolicy"]);
  const choice = <T extends string>(field: string, choices: readonly [T, ...T[]]): T =>
    fields[field] === undefined ? choices[0] : (oneOf(place.at(field), fields[field], choices) ?? choices[0]);
  const strategy = choice("strategy", ["Extract", "JSON"]);
  const into = fields.into === undefined ? "" : (text(place.at("into"), fields.into) ?? "");
  const intoProblem = into === "" ? undefined : secretKeyProblem(into);
  if (intoProblem !== undefined) place.at("into").report(`the key of the Secret ${intoProblem}`);
  if (strategy === "JSON" && fields.into === undefined) place.at("into").report('is missing; strategy "JSON" needs it');
  if (strategy === "Extract" && fields.into !== undefined)
    place.at("into").report('has no effect with strategy "Extract"');
  return {
    merge: {
      into,
      priority: fields.priority === undefined ? [] : list(place.at("priority"), fields.priority, text),
      priorityPolicy: choice("priorityPolicy", ["Strict", "IgnoreNotFound"]),
      conflictPolicy: choice("conflictPolicy", ["Error", "Ignore"]),
      strategy,
    },
  };
}
