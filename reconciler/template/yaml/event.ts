/** What the parser says about a text, with libyaml's names. */
export const Event = {
  StreamStart: 0,
  StreamEnd: 1,
  DocumentStart: 2,
  DocumentEnd: 3,
  Alias: 4,
  Scalar: 5,
  SequenceStart: 6,
  SequenceEnd: 7,
  MappingStart: 8,
  MappingEnd: 9,
} as const;

type EventKind = (typeof Event)[keyof typeof Event];

export interface YamlEvent {
  readonly kind: EventKind;
  /** Text of a scalar, or the name an alias refers to. */
  readonly value: string;
  /** In its long form (`tag:yaml.org,2002:int`); "" if there is none. */
  readonly tag: string;
  readonly anchor: string;
  /** Of scalars: plain and without a tag, so that the text decides the type; also with the tag `!`. */
  readonly implicit: boolean;
}

export const event = (kind: EventKind, value = "", tag = "", anchor = "", implicit = false): YamlEvent => ({
  kind,
  value,
  tag,
  anchor,
  implicit,
});

export const SEQUENCE_END = event(Event.SequenceEnd);
export const MAPPING_END = event(Event.MappingEnd);
/** A scalar that is not there: the value of `a:`. */
export const EMPTY = event(Event.Scalar, "", "", "", true);
