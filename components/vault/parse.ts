import { readField, text, WrongType } from "./hcl/decode";
import { isJson, parseJson } from "./hcl/json";
import { parseHcl } from "./hcl/parser";
import { itemsOf, SyntaxProblem, type Item } from "./hcl/syntax";
import type { PathRule } from "./path-rule";
import { readRule, type Report } from "./rule-reader";

/** Why the server would refuse a policy text, and where. Lines and columns count from 1. */
export interface PolicyProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A policy text as the server understands it, or why it would refuse to store it. */
export type ParsedPolicy =
  | { readonly kind: "policy"; readonly rules: readonly PathRule[] }
  /** Problems in the order of the text; at least one. A text that is no HCL or JSON has one. */
  | { readonly kind: "refused"; readonly problems: readonly PolicyProblem[] };

export interface ParseOptions {
  /** Vault namespace the policy is stored in; default the root namespace. */
  readonly namespace?: string;
  /** Milliseconds since 1970: rules that ended before are left out, as the server does. Default: none has ended. */
  readonly now?: number;
}

/**
 * Reads an ACL policy in HCL or in its JSON form, exactly as OpenBao 2.7.2 does: a text is refused if and only if that server
 * refuses to store it. Where the server is lax (unclosed JSON, a repeated key, keys after a `deny`), this is too, so that what
 * comes out is what the server enforces. Vault differs in a few keys and capabilities (`subscribe`, `recover`,
 * `subscribe_event_types`), which are refused here.
 *
 * Not judged: `list_scan_response_keys_filter_path` with other actions than `{{.key}}` and `{{.path}}`. Never throws.
 */
export function parsePolicy(policy: string, options: ParseOptions = {}): ParsedPolicy {
  const namespace = namespacePath(options.namespace);
  const problems: PolicyProblem[] = [];
  const report: Report = ({ line, column }, message) => problems.push({ line, column, message });
  const items = readItems(policy.replace(/\p{Surrogate}/gu, "\uFFFD"), report);
  checkTop(items, report);
  const rules = itemsOf(items, "path").flatMap(
    (item) => readRule(item, namespace, options.now ?? -Infinity, report) ?? [],
  );
  if (problems.length === 0) return { kind: "policy", rules };
  return { kind: "refused", problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** A namespace as the start of paths: `tenants/a/`, empty for the root. */
export function namespacePath(namespace = ""): string {
  const name = namespace.replace(/^\/+|\/+$/g, "");
  return name === "" || name === "root" ? "" : `${name}/`;
}

function readItems(policy: string, report: Report): readonly Item[] {
  try {
    return isJson(policy) ? parseJson(policy) : parseHcl(policy);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    report(error.at, error.message);
    return [];
  }
}

function checkTop(items: readonly Item[], report: Report): void {
  for (const { keys } of items) {
    const [key] = keys;
    if (key !== undefined && key.name !== "path" && key.name !== "name")
      report(key.at, `invalid key ${JSON.stringify(key.name)}; known are path and name`);
  }
  try {
    readField(items, "name", text);
  } catch (error) {
    if (!(error instanceof WrongType)) throw error;
    report(error.at, `name: ${error.message}`);
  }
}
