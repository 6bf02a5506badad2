/** Kinds of tokens and of events, with libyaml's names. Plain numbers, because they are compared for every character of a text. */
export const Token = {
  StreamStart: 0,
  StreamEnd: 1,
  VersionDirective: 2,
  TagDirective: 3,
  DocumentStart: 4,
  DocumentEnd: 5,
  BlockSequenceStart: 6,
  BlockMappingStart: 7,
  BlockEnd: 8,
  FlowSequenceStart: 9,
  FlowSequenceEnd: 10,
  FlowMappingStart: 11,
  FlowMappingEnd: 12,
  BlockEntry: 13,
  FlowEntry: 14,
  Key: 15,
  Value: 16,
  Alias: 17,
  Anchor: 18,
  Tag: 19,
  Scalar: 20,
} as const;

export type TokenKind = (typeof Token)[keyof typeof Token];

export interface YamlToken {
  readonly kind: TokenKind;
  /** Where it starts; counted from 0. */
  readonly line: number;
  /** Text of a scalar, name of an anchor or alias, handle of a tag, version of a directive. */
  readonly value: string;
  /** Suffix of a tag, prefix of a tag directive. */
  readonly suffix: string;
  /** Of scalars: neither quoted nor a block. */
  readonly plain: boolean;
}

export const token = (kind: TokenKind, line: number, value = "", suffix = "", plain = false): YamlToken => ({
  kind,
  line,
  value,
  suffix,
  plain,
});
