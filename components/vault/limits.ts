import type { AnyValue } from "./hcl/decode";
import type { PathRule } from "./path-rule";

/** What a rule asks of requests besides path and operation. */
export type Limits = Pick<
  PathRule,
  | "minWrappingTtl"
  | "maxWrappingTtl"
  | "allowedParameters"
  | "deniedParameters"
  | "requiredParameters"
  | "paginationLimit"
>;

/** A request's own part: what it sends, and the time it wants its answer wrapped for. */
export interface RequestContent {
  /** Query or body as the server reads it: the top-level fields of JSON. Texts of a query are strings. Default none. */
  readonly parameters?: ReadonlyMap<string, unknown>;
  /** `X-Vault-Wrap-TTL` in milliseconds; without it the answer is not wrapped. */
  readonly wrapTtl?: number;
}

/**
 * Limits of two rules of the same pattern. The lesser of two times and page sizes counts; lists of values are joined, and an empty
 * one, which allows or denies every value, wins.
 */
export function mergeLimits(earlier: Limits, later: Limits): Limits {
  return {
    minWrappingTtl: lesser(earlier.minWrappingTtl, later.minWrappingTtl),
    maxWrappingTtl: lesser(earlier.maxWrappingTtl, later.maxWrappingTtl),
    allowedParameters: mergeParameters(earlier.allowedParameters, later.allowedParameters),
    deniedParameters: mergeParameters(earlier.deniedParameters, later.deniedParameters),
    requiredParameters: [...new Set([...earlier.requiredParameters, ...later.requiredParameters])],
    paginationLimit: lesser(earlier.paginationLimit, later.paginationLimit),
  };
}

/** Of the positive ones; as it was when the later is not. */
function lesser(earlier: number, later: number): number {
  return later > 0 && (earlier <= 0 || later < earlier) ? later : earlier;
}

type Parameters = Limits["allowedParameters"];

function mergeParameters(earlier: Parameters, later: Parameters): Parameters {
  if (later === undefined || later.size === 0) return earlier;
  if (earlier === undefined) return later;
  const merged = new Map(earlier);
  for (const [name, values] of later) {
    const before = merged.get(name);
    const all = values.length === 0 || before?.length === 0;
    merged.set(name, all ? [] : [...values, ...(before ?? [])]);
  }
  return merged;
}

/** Why a request of an allowed operation is denied nevertheless; undefined when it is not. */
export function limitProblem(limits: Limits, operation: string, content: RequestContent): string | undefined {
  return (
    wrappingProblem(limits, content.wrapTtl) ??
    (["read", "update", "create", "patch"].includes(operation)
      ? parameterProblem(limits, content.parameters ?? new Map())
      : undefined) ??
    (["list", "scan"].includes(operation) ? pageProblem(limits, content.parameters?.get("limit")) : undefined)
  );
}

function wrappingProblem({ minWrappingTtl: min, maxWrappingTtl: max }: Limits, ttl: number | undefined) {
  if (max > 0 && (ttl === undefined || ttl > max)) return `the answer has to be wrapped, for at most ${max / 1000} s`;
  if (min > 0 && (ttl === undefined || ttl < min)) return `the answer has to be wrapped, for at least ${min / 1000} s`;
  if (min !== 0 && max !== 0 && max < min) return "no wrapping time is both long and short enough";
  return undefined;
}

function parameterProblem(limits: Limits, parameters: ReadonlyMap<string, unknown>): string | undefined {
  const { allowedParameters: allowed, deniedParameters: denied, requiredParameters: required } = limits;
  const missing = required.find((name) => !parameters.has(name.toLowerCase()));
  if (missing !== undefined) return `parameter ${missing} is required`;
  if (parameters.size === 0) return undefined;
  if (denied?.has("*") === true) return "all parameters are denied";
  for (const [name, value] of parameters) {
    const values = denied?.get(name.toLowerCase());
    if (values !== undefined && isAmong(value, values)) return `parameter ${name} is denied`;
  }
  if (allowed === undefined || allowed.size === 0) return undefined;
  for (const [name, value] of parameters) {
    const values = allowed.get(name.toLowerCase());
    if (values === undefined && !allowed.has("*")) return `parameter ${name} is not allowed`;
    if (values !== undefined && !(allowed.size === 1 && allowed.has("*")) && !isAmong(value, values))
      return `parameter ${name} is not allowed with this value`;
  }
  return undefined;
}

/** `max`, and texts that are no number, ask for no more than the limit. */
function pageProblem({ paginationLimit, requiredParameters }: Limits, limit: unknown): string | undefined {
  if (paginationLimit <= 0) return undefined;
  if (limit === undefined)
    return requiredParameters.some((name) => name.toLowerCase() === "limit")
      ? "parameter limit is required"
      : undefined;
  const asked = typeof limit === "number" ? limit : limit === "" ? 0 : wholeNumber(limit);
  if (asked === undefined) return limit === "max" ? undefined : "parameter limit is no number";
  return asked > paginationLimit || asked < 0 ? `parameter limit is not between 0 and ${paginationLimit}` : undefined;
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === "string" && /^[+-]?[0-9]+$/.test(value) ? Number(value) : undefined;
}

function isAmong(value: unknown, values: readonly AnyValue[]): boolean {
  return values.length === 0 || values.some((element) => equals(element, value));
}

/** Numbers of a policy equal no number of a request: the server compares their types too. */
function equals(element: AnyValue, value: unknown): boolean {
  switch (element.type) {
    case "string":
      return typeof value === "string" && globMatches(element.value, value);
    case "bool":
      return value === element.value;
    case "list":
      return (
        Array.isArray(value) &&
        value.length === element.value.length &&
        element.value.every((inner, index) => same(inner, value[index]))
      );
    case "map":
      return sameMap(element.value, value);
    case "integer":
    case "float":
    case "maps":
      return false;
  }
}

/** Inside lists and maps texts have no wildcards. */
function same(element: AnyValue, value: unknown): boolean {
  return element.type === "string" ? value === element.value : equals(element, value);
}

function sameMap(map: ReadonlyMap<string, AnyValue>, value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const other = new Map<string, unknown>(Object.entries(value));
  return other.size === map.size && [...map].every(([name, inner]) => other.has(name) && same(inner, other.get(name)));
}

/** `*` at the start, the end or both; elsewhere it is a plain character. */
function globMatches(glob: string, value: string): boolean {
  if (Buffer.byteLength(glob) < 2) return glob === value;
  const [start, end] = [glob.startsWith("*"), glob.endsWith("*")];
  if (start && end) return value.includes(glob.slice(1, -1));
  if (start) return value.endsWith(glob.slice(1));
  return end ? value.startsWith(glob.slice(0, -1)) : glob === value;
}
