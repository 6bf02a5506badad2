import { durationOf } from "./go-time";
import { anything, bool, integer, readField, texts, WrongType } from "./hcl/decode";
import { itemsOf, type Item } from "./hcl/syntax";
import type { Report } from "./rule-reader";

const OPERATIONS = [
  "create",
  "read",
  "update",
  "patch",
  "delete",
  "list",
  "scan",
  "help",
  "alias-lookahead",
  "resolve-role",
  "header",
  "revoke",
  "renew",
  "rollback",
];

/**
 * The operations that the `control_group` of a rule lets happen only with the approval of others (OpenBao since 2.7). Problems are
 * reported.
 * @param items the items of the rule's block
 */
export function controlledOperations(items: readonly Item[], problem: Report): readonly string[] {
  return itemsOf(items, "control_group").flatMap((item) => {
    const at = item.keys[0]?.at ?? item.at;
    const wrong = (message: string) => problem(at, `control_group: ${message}`);
    if (item.value.kind !== "block") {
      wrong("a block is needed");
      return [];
    }
    const { items: fields } = item.value;
    checkKeys(fields, ["ttl", "self_auth_allowed", "factor"], wrong);
    const factors = itemsOf(fields, "factor");
    if (factors.length === 0) wrong("needs at least one factor");
    attempt(wrong, () => {
      readField(fields, "self_auth_allowed", bool);
      const ttl = readField(fields, "ttl", anything);
      if (ttl !== undefined && durationOf(ttl) === undefined) wrong("ttl is no duration");
    });
    return factors.flatMap((factor) => factorOperations(factor, wrong));
  });
}

function factorOperations(factor: Item, wrong: (message: string) => void): readonly string[] {
  if (factor.value.kind !== "block") {
    wrong("factor: a block is needed");
    return [];
  }
  if (factor.keys.length === 0) wrong("factor: a name is needed");
  const { items } = factor.value;
  checkKeys(items, ["controlled_capabilities", "identity"], wrong);
  let operations: readonly string[] = [];
  attempt(wrong, () => {
    operations = readField(items, "controlled_capabilities", texts) ?? [];
    const identities = itemsOf(items, "identity").flatMap(({ value }) => (value.kind === "block" ? value.items : []));
    if (itemsOf(items, "identity").some(({ value, keys }) => value.kind !== "block" || keys.length > 0))
      wrong("identity: a block is needed");
    if ((readField(identities, "group_names", texts) ?? []).length === 0) wrong("factor: group_names are missing");
    if ((readField(identities, "approvals", integer) ?? 0n) <= 0n) wrong("factor: approvals are missing");
  });
  if (operations.length === 0) wrong("factor: controlled_capabilities are missing");
  for (const operation of operations)
    if (!OPERATIONS.includes(operation)) wrong(`factor: ${JSON.stringify(operation)} is no operation`);
  return operations;
}

function checkKeys(items: readonly Item[], known: readonly string[], wrong: (message: string) => void): void {
  for (const { keys } of items)
    if (keys[0] !== undefined && !known.includes(keys[0].name)) wrong(`invalid key ${JSON.stringify(keys[0].name)}`);
}

function attempt(wrong: (message: string) => void, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof WrongType)) throw error;
    wrong(error.message);
  }
}
