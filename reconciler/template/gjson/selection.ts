import { matches } from "./match";
import type { Condition } from "./path";
import { boolOf, type Result } from "./result";
import type { Work } from "./work";

/** `queryMatches`: whether what an element has at the path of the condition is as the condition wants it. */
export function satisfies(asked: Result, condition: Condition, work: Work): boolean {
  const { operator, value } = condition.selection;
  if (value.startsWith("~")) {
    const is = convert(asked, value.slice(1));
    if (is === undefined) return false;
    return operator === "" || compareBool(is, operator, "true");
  }
  if (!asked.exists) return false;
  if (operator === "") return true;
  switch (asked.type) {
    case "String":
      return compareText(asked.text, operator, value, work);
    case "Number":
      return compare(asked.number, operator, condition.number);
    case "True":
    case "False":
      return compareBool(asked.type === "True", operator, value);
    default:
      return false;
  }
}

/** `~true` and the like: the value as a boolean; undefined for a conversion that gjson does not know, which nothing satisfies. */
function convert(asked: Result, to: string): boolean | undefined {
  switch (to) {
    case "*":
      return asked.exists;
    case "null":
      return asked.type === "Null";
    case "true":
      return asked.bool;
    case "false":
      return isFalse(asked);
    default:
      return undefined;
  }
}

function isFalse(asked: Result): boolean {
  switch (asked.type) {
    case "Null":
    case "False":
      return true;
    case "String":
      return boolOf(asked.text) === false;
    case "Number":
      return asked.number === 0;
    default:
      return false;
  }
}

function compareText(text: string, operator: string, value: string, work: Work): boolean {
  if (operator === "%") return matches(text, value, work);
  if (operator === "!%") return !matches(text, value, work);
  return compare(text, operator, value);
}

function compare<T extends string | number>(a: T, operator: string, b: T): boolean {
  switch (operator) {
    case "=":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    default:
      return false;
  }
}

/** True is more than false; compared with anything but these two words, both orders that allow equality hold. */
function compareBool(is: boolean, operator: string, value: string): boolean {
  switch (operator) {
    case "=":
      return value === String(is);
    case "!=":
      return value !== String(is);
    case is ? ">" : "<":
      return value === String(!is);
    case is ? ">=" : "<=":
      return true;
    default:
      return false;
  }
}
