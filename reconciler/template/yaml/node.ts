import { YamlError } from "./error";
import { Event, type YamlEvent } from "./event";
import { Parser } from "./parser";
import { readSource } from "./source";

/** A node of a document. An alias is a node of its own, so that each use of an anchor is decoded, and counted, again. */
export type YamlNode = ScalarNode | SequenceNode | MappingNode | AliasNode;

export interface ScalarNode {
  readonly kind: "scalar";
  readonly tag: string;
  readonly value: string;
  readonly implicit: boolean;
}

export interface SequenceNode {
  readonly kind: "sequence";
  readonly children: YamlNode[];
}

export interface MappingNode {
  readonly kind: "mapping";
  /** Keys and values in turn. */
  readonly children: YamlNode[];
}

export interface AliasNode {
  readonly kind: "alias";
  readonly target: Exclude<YamlNode, AliasNode>;
}

/**
 * The first document of a text; undefined if there is none.
 *
 * @throws YamlError
 */
export function composeDocument(bytes: string): YamlNode | undefined {
  const parser = new Parser(readSource(bytes));
  parser.next();
  if (parser.next().kind === Event.StreamEnd) return undefined;
  const anchors = new Map<string, Exclude<YamlNode, AliasNode>>();
  const open: (SequenceNode | MappingNode)[] = [];
  for (;;) {
    const event = parser.next();
    if (event.kind === Event.SequenceEnd || event.kind === Event.MappingEnd) {
      const closed = open.pop()!;
      if (open.length > 0) continue;
      parser.next();
      return closed;
    }
    const node = nodeOf(event, anchors);
    open[open.length - 1]?.children.push(node);
    if (node.kind === "sequence" || node.kind === "mapping") open.push(node);
    else if (open.length === 0) {
      parser.next();
      return node;
    }
  }
}

function nodeOf(event: YamlEvent, anchors: Map<string, Exclude<YamlNode, AliasNode>>): YamlNode {
  if (event.kind === Event.Alias) {
    const target = anchors.get(event.value);
    if (target === undefined) throw new YamlError("unknown anchor referenced");
    return { kind: "alias", target };
  }
  const node: Exclude<YamlNode, AliasNode> =
    event.kind === Event.Scalar
      ? { kind: "scalar", tag: event.tag, value: event.value, implicit: event.implicit }
      : { kind: event.kind === Event.SequenceStart ? "sequence" : "mapping", children: [] };
  if (event.anchor !== "") anchors.set(event.anchor, node);
  return node;
}
