import { YamlError } from "./error";
import { EMPTY, event, Event, MAPPING_END, SEQUENCE_END, type YamlEvent } from "./event";
import { Scanner } from "./scanner";
import type { Source } from "./source";
import { State, type StateKind } from "./state";
import { Token, type YamlToken } from "./token";

const YAML_PREFIX = "tag:yaml.org,2002:";

/** An error of the parser; Go counts its lines from 0. */
const parseError = (at: YamlToken, problem: string): YamlError => new YamlError(problem, at.line);

/**
 * Tokens to events, as libyaml does it: a machine with a stack of states, so that the depth of a text costs no stack of ours. A
 * `first` state follows an event whose token is still to be taken.
 */
export class Parser {
  private readonly scanner: Scanner;
  private state: StateKind = State.StreamStart;
  private readonly states: StateKind[] = [];
  private tags = new Map<string, string>();

  constructor(source: Source) {
    this.scanner = new Scanner(source);
  }

  /** The next event. Not to be called after the end of the document: nothing behind it is looked at. */
  next(): YamlEvent {
    switch (this.state) {
      case State.StreamStart:
        this.scanner.peek();
        this.scanner.advance();
        this.state = State.DocumentStart;
        return event(Event.StreamStart);
      case State.DocumentStart:
        return this.documentStart();
      case State.DocumentContent:
        return this.documentContent();
      case State.DocumentEnd:
        return this.documentEnd();
      case State.BlockNode:
        return this.node(true, false);
      case State.BlockSequenceFirst:
        return this.blockSequenceEntry(this.take());
      case State.BlockSequenceEntry:
        return this.blockSequenceEntry(this.scanner.peek());
      case State.IndentlessEntry:
        return this.indentlessEntry();
      case State.BlockMappingFirst:
        return this.blockMappingKey(this.take());
      case State.BlockMappingKey:
        return this.blockMappingKey(this.scanner.peek());
      case State.BlockMappingValue:
        return this.blockMappingValue();
      case State.FlowSequenceFirst:
        this.take();
        return this.flowSequenceEntry(true);
      case State.FlowSequenceEntry:
        return this.flowSequenceEntry(false);
      case State.FlowPairKey:
        return this.flowPairKey();
      case State.FlowPairValue:
        return this.flowPairValue();
      case State.FlowPairEnd:
        this.scanner.peek();
        this.state = State.FlowSequenceEntry;
        return MAPPING_END;
      case State.FlowMappingFirst:
        this.take();
        return this.flowMappingKey(true);
      case State.FlowMappingKey:
        return this.flowMappingKey(false);
      case State.FlowMappingValue:
        return this.flowMappingValue();
      case State.FlowMappingEmptyValue:
        this.scanner.peek();
        return this.empty(State.FlowMappingKey);
    }
  }

  /** Drops the token that was looked at and looks at the next. */
  private take(): YamlToken {
    this.scanner.peek();
    this.scanner.advance();
    return this.scanner.peek();
  }

  private pop(): void {
    this.state = this.states.pop()!;
  }

  private empty(then: StateKind): YamlEvent {
    this.state = then;
    return EMPTY;
  }

  private nodeThen(then: StateKind, block: boolean, indentless: boolean): YamlEvent {
    this.states.push(then);
    return this.node(block, indentless);
  }

  private documentStart(): YamlEvent {
    let token = this.scanner.peek();
    if (token.kind === Token.StreamEnd) return event(Event.StreamEnd);
    const explicit =
      token.kind === Token.VersionDirective || token.kind === Token.TagDirective || token.kind === Token.DocumentStart;
    token = this.directives();
    this.states.push(State.DocumentEnd);
    if (!explicit) {
      this.state = State.BlockNode;
      return event(Event.DocumentStart);
    }
    if (token.kind !== Token.DocumentStart) throw parseError(token, "did not find expected <document start>");
    this.state = State.DocumentContent;
    this.scanner.advance();
    return event(Event.DocumentStart);
  }

  /** Takes the directives; gives the token after them. */
  private directives(): YamlToken {
    const tags = new Map<string, string>();
    let version = false;
    let token = this.scanner.peek();
    for (; token.kind === Token.VersionDirective || token.kind === Token.TagDirective; token = this.take()) {
      if (token.kind === Token.VersionDirective) {
        if (version) throw parseError(token, "found duplicate %YAML directive");
        if (token.value !== "1.1") throw parseError(token, "found incompatible YAML document");
        version = true;
      } else {
        if (tags.has(token.value)) throw parseError(token, "found duplicate %TAG directive");
        tags.set(token.value, token.suffix);
      }
    }
    if (!tags.has("!")) tags.set("!", "!");
    if (!tags.has("!!")) tags.set("!!", YAML_PREFIX);
    this.tags = tags;
    return token;
  }

  private documentContent(): YamlEvent {
    switch (this.scanner.peek().kind) {
      case Token.VersionDirective:
      case Token.TagDirective:
      case Token.DocumentStart:
      case Token.DocumentEnd:
      case Token.StreamEnd:
        this.pop();
        return EMPTY;
      default:
        return this.node(true, false);
    }
  }

  private documentEnd(): YamlEvent {
    this.scanner.peek();
    return event(Event.DocumentEnd);
  }

  private node(block: boolean, indentless: boolean): YamlEvent {
    const { scanner } = this;
    let token = scanner.peek();
    if (token.kind === Token.Alias) {
      this.pop();
      scanner.advance();
      return event(Event.Alias, token.value);
    }
    let anchor = "";
    let tagToken: YamlToken | undefined;
    if (token.kind === Token.Anchor) {
      anchor = token.value;
      token = this.take();
      if (token.kind === Token.Tag) {
        tagToken = token;
        token = this.take();
      }
    } else if (token.kind === Token.Tag) {
      tagToken = token;
      token = this.take();
      if (token.kind === Token.Anchor) {
        anchor = token.value;
        token = this.take();
      }
    }
    const tag = tagToken === undefined ? "" : this.resolveTag(tagToken);
    switch (token.kind) {
      case Token.BlockEntry:
        if (!indentless) break;
        this.state = State.IndentlessEntry;
        return event(Event.SequenceStart, "", tag, anchor);
      case Token.Scalar: {
        this.pop();
        scanner.advance();
        const implicit = (tag === "" && token.plain) || tag === "!";
        return event(Event.Scalar, token.value, tag, anchor, implicit);
      }
      case Token.FlowSequenceStart:
        this.state = State.FlowSequenceFirst;
        return event(Event.SequenceStart, "", tag, anchor);
      case Token.FlowMappingStart:
        this.state = State.FlowMappingFirst;
        return event(Event.MappingStart, "", tag, anchor);
      case Token.BlockSequenceStart:
        if (!block) break;
        this.state = State.BlockSequenceFirst;
        return event(Event.SequenceStart, "", tag, anchor);
      case Token.BlockMappingStart:
        if (!block) break;
        this.state = State.BlockMappingFirst;
        return event(Event.MappingStart, "", tag, anchor);
      default:
    }
    if (anchor === "" && tag === "") throw parseError(token, "did not find expected node content");
    this.pop();
    return event(Event.Scalar, "", tag, anchor, tag === "");
  }

  private resolveTag(token: YamlToken): string {
    if (token.value === "") return token.suffix;
    const prefix = this.tags.get(token.value);
    if (prefix === undefined) throw parseError(token, "found undefined tag handle");
    return prefix + token.suffix;
  }

  private blockSequenceEntry(token: YamlToken): YamlEvent {
    if (token.kind === Token.BlockEntry) {
      const { kind } = this.take();
      if (kind === Token.BlockEntry || kind === Token.BlockEnd) return this.empty(State.BlockSequenceEntry);
      return this.nodeThen(State.BlockSequenceEntry, true, false);
    }
    if (token.kind !== Token.BlockEnd) throw parseError(token, "did not find expected '-' indicator");
    this.pop();
    this.scanner.advance();
    return SEQUENCE_END;
  }

  private indentlessEntry(): YamlEvent {
    if (this.scanner.peek().kind !== Token.BlockEntry) {
      this.pop();
      return SEQUENCE_END;
    }
    switch (this.take().kind) {
      case Token.BlockEntry:
      case Token.Key:
      case Token.Value:
      case Token.BlockEnd:
        return this.empty(State.IndentlessEntry);
      default:
        return this.nodeThen(State.IndentlessEntry, true, false);
    }
  }

  private blockMappingKey(token: YamlToken): YamlEvent {
    if (token.kind === Token.Key) return this.blockMappingPart(State.BlockMappingValue);
    if (token.kind !== Token.BlockEnd) throw parseError(token, "did not find expected key");
    this.pop();
    this.scanner.advance();
    return MAPPING_END;
  }

  private blockMappingValue(): YamlEvent {
    if (this.scanner.peek().kind === Token.Value) return this.blockMappingPart(State.BlockMappingKey);
    return this.empty(State.BlockMappingKey);
  }

  /** What follows a key or value indicator. */
  private blockMappingPart(then: StateKind): YamlEvent {
    switch (this.take().kind) {
      case Token.Key:
      case Token.Value:
      case Token.BlockEnd:
        return this.empty(then);
      default:
        return this.nodeThen(then, true, true);
    }
  }

  private flowSequenceEntry(first: boolean): YamlEvent {
    let token = this.scanner.peek();
    if (token.kind !== Token.FlowSequenceEnd) {
      if (!first) {
        if (token.kind !== Token.FlowEntry) throw parseError(token, "did not find expected ',' or ']'");
        token = this.take();
      }
      if (token.kind === Token.Key) {
        this.state = State.FlowPairKey;
        this.scanner.advance();
        return event(Event.MappingStart);
      }
      if (token.kind !== Token.FlowSequenceEnd) return this.nodeThen(State.FlowSequenceEntry, false, false);
    }
    this.pop();
    this.scanner.advance();
    return SEQUENCE_END;
  }

  private flowPairKey(): YamlEvent {
    switch (this.scanner.peek().kind) {
      case Token.Value:
      case Token.FlowEntry:
      case Token.FlowSequenceEnd:
        // As yaml.v2, which takes the token here although it is not its own: `[?: x]` is an error.
        this.scanner.advance();
        return this.empty(State.FlowPairValue);
      default:
        return this.nodeThen(State.FlowPairValue, false, false);
    }
  }

  private flowPairValue(): YamlEvent {
    if (this.scanner.peek().kind === Token.Value) {
      const { kind } = this.take();
      if (kind !== Token.FlowEntry && kind !== Token.FlowSequenceEnd)
        return this.nodeThen(State.FlowPairEnd, false, false);
    }
    return this.empty(State.FlowPairEnd);
  }

  private flowMappingKey(first: boolean): YamlEvent {
    let token = this.scanner.peek();
    if (token.kind !== Token.FlowMappingEnd) {
      if (!first) {
        if (token.kind !== Token.FlowEntry) throw parseError(token, "did not find expected ',' or '}'");
        token = this.take();
      }
      if (token.kind === Token.Key) {
        const { kind } = this.take();
        if (kind === Token.Value || kind === Token.FlowEntry || kind === Token.FlowMappingEnd)
          return this.empty(State.FlowMappingValue);
        return this.nodeThen(State.FlowMappingValue, false, false);
      }
      if (token.kind !== Token.FlowMappingEnd) return this.nodeThen(State.FlowMappingEmptyValue, false, false);
    }
    this.pop();
    this.scanner.advance();
    return MAPPING_END;
  }

  private flowMappingValue(): YamlEvent {
    if (this.scanner.peek().kind === Token.Value) {
      const { kind } = this.take();
      if (kind !== Token.FlowEntry && kind !== Token.FlowMappingEnd)
        return this.nodeThen(State.FlowMappingKey, false, false);
    }
    return this.empty(State.FlowMappingKey);
  }
}
