import { controlledOperations } from "./control-group";
import { durationOf, momentOf } from "./go-time";
import { anything, integer, lists, readField, text, texts, WrongType, type AnyValue } from "./hcl/decode";
import { isTemplated } from "./identity-template";
import { filterProblem } from "./list-filter";
import { CAPABILITIES, type Capability, type PathRule } from "./path-rule";
import type { Item, Position } from "./hcl/syntax";

/** Takes a problem of a rule, with its place. */
export type Report = (at: Position, message: string) => void;

const KEYS = [
  "comment",
  "policy",
  "capabilities",
  "allowed_parameters",
  "denied_parameters",
  "required_parameters",
  "min_wrapping_ttl",
  "max_wrapping_ttl",
  "mfa_methods",
  "pagination_limit",
  "expiration",
  "list_scan_response_keys_filter_path",
  "control_group",
];
const OLD_POLICIES: ReadonlyMap<string, readonly Capability[]> = new Map([
  ["deny", ["deny"]],
  ["read", ["read", "list"]],
  ["write", ["create", "read", "update", "delete", "list"]],
  ["sudo", ["create", "read", "update", "delete", "list", "sudo"]],
]);
const NANOSECONDS = 1_000_000n;

/**
 * Reads one `path` block. Undefined when it has ended before `now`, or has problems, which are reported: the server checks little of
 * a rule that has ended, and nothing after the capabilities of one that denies.
 * @param item the block, its keys without `path`
 * @param namespace path of the policy's namespace, with a slash at the end unless it is empty
 */
export function readRule(item: Item, namespace: string, now: number, report: Report): PathRule | undefined {
  const label = item.keys[0];
  const at = label?.at ?? item.at;
  const written = label?.name ?? "path";
  let sound = true;
  const problem: Report = (place, message) => {
    sound = false;
    report(place, `path ${JSON.stringify(written)}: ${message}`);
  };
  const templated = isTemplated(written);
  if (templated === undefined) problem(at, 'unbalanced "{{" or "}}"');
  if (item.value.kind !== "block") {
    problem(at, "a block is needed");
    return undefined;
  }
  const { items } = item.value;
  for (const { keys } of items)
    if (keys[0] !== undefined && !KEYS.includes(keys[0].name))
      problem(keys[0].at, `invalid key ${JSON.stringify(keys[0].name)}; known are ${KEYS.join(", ")}`);
  const approved = controlledOperations(items, problem);
  const fields = new Fields(items, problem);

  const expiration = fields.read("expiration", text) ?? "";
  const expiresAt = expiration === "" ? undefined : momentOf(expiration);
  const declared = readDeclared(fields);
  if (expiration !== "" && expiresAt === undefined)
    problem(at, "expiration is neither a time of RFC 3339 nor seconds since 1970");
  if (expiresAt !== undefined && expiresAt < now) return undefined;

  const path = written.replace(/^\//, "");
  if (`${namespace}${path}`.includes("+*")) problem(at, '"+*" is no wildcard');
  const capabilities = capabilitiesIn(declared.policy, declared.capabilities, at, problem);
  const rule = { path, templated: templated === true, capabilities, expiresAt, approved, at };
  if (capabilities[0] === "deny") return sound ? { ...rule, ...NO_LIMITS } : undefined;
  const limits = readLimits(declared, capabilities, at, problem);
  return sound ? { ...rule, ...limits } : undefined;
}

const NO_LIMITS = {
  minWrappingTtl: 0,
  maxWrappingTtl: 0,
  allowedParameters: undefined,
  deniedParameters: undefined,
  requiredParameters: [],
  paginationLimit: 0,
};

/** The fields of a block; one of a wrong type is reported and counts as missing. */
class Fields {
  readonly #items: readonly Item[];
  readonly #problem: Report;

  constructor(items: readonly Item[], problem: Report) {
    this.#items = items;
    this.#problem = problem;
  }

  read<T>(name: string, read: Parameters<typeof readField<T>>[2]): T | undefined {
    try {
      return readField(this.#items, name, read);
    } catch (error) {
      if (!(error instanceof WrongType)) throw error;
      this.#problem(error.at, `${name}: ${error.message}`);
      return undefined;
    }
  }
}

type Declared = ReturnType<typeof readDeclared>;

function readDeclared(fields: Fields) {
  fields.read("mfa_methods", texts);
  return {
    policy: fields.read("policy", text) ?? "",
    capabilities: fields.read("capabilities", texts) ?? [],
    minWrappingTtl: fields.read("min_wrapping_ttl", anything),
    maxWrappingTtl: fields.read("max_wrapping_ttl", anything),
    allowedParameters: fields.read("allowed_parameters", lists),
    deniedParameters: fields.read("denied_parameters", lists),
    requiredParameters: fields.read("required_parameters", texts) ?? [],
    paginationLimit: Number(fields.read("pagination_limit", integer) ?? 0n),
    filter: fields.read("list_scan_response_keys_filter_path", text) ?? "",
  };
}

/** A `deny` ends the reading: what is wrong after it does not count. */
function capabilitiesIn(
  policy: string,
  names: readonly string[],
  at: Position,
  problem: Report,
): readonly Capability[] {
  const old = policy === "" ? [] : OLD_POLICIES.get(policy);
  if (old === undefined) {
    problem(at, `invalid policy ${JSON.stringify(policy)}; known are ${[...OLD_POLICIES.keys()].join(", ")}`);
    return [];
  }
  const found = new Set<Capability>();
  for (const name of policy === "deny" ? old : [...names, ...old]) {
    const capability = CAPABILITIES.find((known) => known === name);
    if (capability === "deny") return ["deny"];
    if (capability === undefined)
      problem(at, `invalid capability ${JSON.stringify(name)}; known are ${CAPABILITIES.join(", ")}`);
    else found.add(capability);
  }
  return CAPABILITIES.filter((capability) => found.has(capability));
}

function readLimits(declared: Declared, capabilities: readonly Capability[], at: Position, problem: Report) {
  const ttl = (name: string, value: AnyValue | undefined): bigint => {
    if (value === undefined) return 0n;
    const duration = durationOf(value);
    if (duration === undefined) problem(at, `${name} is no duration such as "5m" or 300`);
    return duration ?? 0n;
  };
  const min = ttl("min_wrapping_ttl", declared.minWrappingTtl);
  const max = ttl("max_wrapping_ttl", declared.maxWrappingTtl);
  if (min !== 0n && max !== 0n && max < min) problem(at, "max_wrapping_ttl is less than min_wrapping_ttl");
  if (declared.filter !== "") {
    const filter = capabilities.includes("list")
      ? filterProblem(declared.filter)
      : "is only possible with the capability list";
    if (filter !== undefined) problem(at, `list_scan_response_keys_filter_path ${filter}`);
  }
  return {
    minWrappingTtl: Number(min) / Number(NANOSECONDS),
    maxWrappingTtl: Number(max) / Number(NANOSECONDS),
    allowedParameters: lowerCase(declared.allowedParameters),
    deniedParameters: lowerCase(declared.deniedParameters),
    requiredParameters: declared.requiredParameters,
    paginationLimit: declared.paginationLimit,
  };
}

function lowerCase<T>(map: ReadonlyMap<string, T> | undefined): ReadonlyMap<string, T> | undefined {
  return map === undefined ? undefined : new Map([...map].map(([key, value]) => [key.toLowerCase(), value]));
}
