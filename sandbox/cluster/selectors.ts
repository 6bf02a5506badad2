import { dig, get, type Fields } from "../json";
import type { Body, Kind } from "./kinds";
import { badRequest } from "./status";

export type Matcher = (body: Body) => boolean;

interface Requirement {
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "absent";
  readonly values: ReadonlySet<string>;
}

const NAME = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/**
 * A label selector in its text form (`a=b,c!=d,e in (f,g),!h,i`).
 * @throws ApiError 400
 */
export function labelMatcher(text: string): (labels: Fields | undefined) => boolean {
  const requirements = splitTop(text).map(requirement);
  return (labels) =>
    requirements.every(({ key, operator, values }) => {
      const value = get(labels, key);
      const present = typeof value === "string";
      switch (operator) {
        case "in":
          return present && values.has(value);
        case "notin":
          return !present || !values.has(value);
        case "exists":
          return present;
        case "absent":
          return !present;
      }
    });
}

function requirement(text: string): Requirement {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text);
  if (set !== null) {
    const [, key = "", operator, list = ""] = set;
    return {
      key: checked(key),
      operator: operator as "in" | "notin",
      values: new Set(list.split(",").map((v) => v.trim())),
    };
  }
  const equality = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/.exec(text);
  if (equality !== null) {
    const [, key = "", operator, value = ""] = equality;
    return { key: checked(key), operator: operator === "!=" ? "notin" : "in", values: new Set([value]) };
  }
  if (/\s(in|notin)$/.test(text)) throw badRequest("unable to parse requirement: found '' expected: '('");
  if (text.startsWith("!")) return { key: checked(text.slice(1).trim()), operator: "absent", values: new Set() };
  return { key: checked(text), operator: "exists", values: new Set() };
}

function checked(key: string): string {
  if (!NAME.test(key)) throw badRequest(`unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(key)}`);
  return key;
}

/** Splits at commas outside parentheses. */
function splitTop(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/**
 * A field selector (`metadata.name=x,spec.target.name!=y`).
 * @throws ApiError 400 for a field the kind cannot be selected by
 */
export function fieldMatcher(kind: Kind, text: string): Matcher {
  const terms = splitTop(text).map((term) => {
    const parsed = /^([^=!]+)(==|=|!=)(.*)$/.exec(term);
    if (parsed === null) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
    const [, field = "", operator, value = ""] = parsed;
    const path = selectable(kind, field);
    if (path === undefined) throw badRequest(`field label not supported: ${field}`);
    return { path, wanted: operator !== "!=", value };
  });
  return (body) => terms.every(({ path, wanted, value }) => (text_(dig(body, ...path)) === value) === wanted);
}

function selectable(kind: Kind, field: string): readonly string[] | undefined {
  if (field === "metadata.name") return ["metadata", "name"];
  if (field === "metadata.namespace" && (kind.namespaced || !kind.custom)) return ["metadata", "namespace"];
  return kind.selectable.get(field);
}

function text_(value: unknown): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

/** A `LabelSelector` object (`matchLabels`, `matchExpressions`). */
export function selectorMatcher(selector: Fields | undefined): (labels: Fields | undefined) => boolean {
  const requirements: Requirement[] = [];
  const labels = (selector?.matchLabels ?? {}) as Fields;
  for (const key of Object.keys(labels))
    requirements.push({ key, operator: "in", values: new Set([String(labels[key])]) });
  for (const expression of (selector?.matchExpressions ?? []) as Fields[]) {
    const operators = { In: "in", NotIn: "notin", Exists: "exists", DoesNotExist: "absent" } as const;
    const operator = operators[expression.operator as keyof typeof operators];
    requirements.push({
      key: String(expression.key),
      operator,
      values: new Set((expression.values ?? []) as string[]),
    });
  }
  return (target) =>
    requirements.every(({ key, operator, values }) => {
      const value = get(target, key);
      const present = typeof value === "string";
      if (operator === "in") return present && values.has(value);
      if (operator === "notin") return !present || !values.has(value);
      return present === (operator === "exists");
    });
}
