/** What the parser expects next. Each is a production of YAML's grammar at the point where an event ends. */
export const State = {
  StreamStart: 0,
  DocumentStart: 1,
  DocumentContent: 2,
  DocumentEnd: 3,
  BlockNode: 4,
  BlockSequenceFirst: 5,
  BlockSequenceEntry: 6,
  IndentlessEntry: 7,
  BlockMappingFirst: 8,
  BlockMappingKey: 9,
  BlockMappingValue: 10,
  FlowSequenceFirst: 11,
  FlowSequenceEntry: 12,
  FlowPairKey: 13,
  FlowPairValue: 14,
  FlowPairEnd: 15,
  FlowMappingFirst: 16,
  FlowMappingKey: 17,
  FlowMappingValue: 18,
  FlowMappingEmptyValue: 19,
} as const;

export type StateKind = (typeof State)[keyof typeof State];
