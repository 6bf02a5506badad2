import type { Item, Node } from "./syntax";

/**
 * Brings JSON's nested objects into HCL's form: `{"path": {"a": {...}, "b": {...}}}` becomes `path "a" {...}`, `path "b" {...}`.
 * An object is taken apart only when all its values are objects; a list only when all its elements are.
 */
export function flatten(items: readonly Item[]): readonly Item[] {
  return items.flatMap(flattenItem).map((item) => ({ ...item, value: flattenNode(item.value) }));
}

function flattenItem(item: Item): readonly Item[] {
  const { value } = item;
  if (value.kind === "block" && value.items.length > 0 && value.items.every((inner) => inner.value.kind === "block"))
    return value.items.flatMap((inner) => flattenItem({ ...inner, keys: [...item.keys, ...inner.keys] }));
  if (value.kind === "list" && value.elements.length > 0 && value.elements.every(({ kind }) => kind === "block"))
    return value.elements.flatMap((element) => flattenItem({ ...item, value: element }));
  return [item];
}

function flattenNode(node: Node): Node {
  switch (node.kind) {
    case "block":
      return { ...node, items: flatten(node.items) };
    case "list":
      return { ...node, elements: node.elements.map(flattenNode) };
    case "literal":
      return node;
  }
}
