import type { AnyValue } from "./hcl/decode";
import type { Position } from "./hcl/syntax";

/** What a rule of an ACL policy can allow, or `deny`. `scan` is OpenBao's. */
export const CAPABILITIES = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo", "deny"] as const;

export type Capability = (typeof CAPABILITIES)[number];

/**
 * One `path` block of a policy text, read as OpenBao 2.7.2 reads it (reference: OpenBao, "Policies"). Maps of parameters have lower
 * case keys. Where the text gives a field twice, lists and maps are joined and the last of other values counts.
 */
export interface PathRule {
  /** As written, without one leading slash; below the namespace of its policy. May have `*` at the end, `+` segments, `{{...}}`. */
  readonly path: string;
  /** True when the path has `{{...}}`, which only a request's identity can fill in. */
  readonly templated: boolean;
  /** Without repetition, in the order of {@link CAPABILITIES}; exactly `["deny"]` when that is among them, and empty when nothing is. */
  readonly capabilities: readonly Capability[];
  /** Milliseconds since 1970; afterwards the rule does not count. Undefined: it never ends. OpenBao only. */
  readonly expiresAt: number | undefined;
  /** Least and greatest time a wrapped answer may live, in milliseconds; 0 asks for nothing. */
  readonly minWrappingTtl: number;
  readonly maxWrappingTtl: number;
  /** Parameters a request may have; any when undefined. An empty list allows every value. */
  readonly allowedParameters: ReadonlyMap<string, readonly AnyValue[]> | undefined;
  readonly deniedParameters: ReadonlyMap<string, readonly AnyValue[]> | undefined;
  readonly requiredParameters: readonly string[];
  /** Most entries a list may ask for; 0 and below ask for nothing. OpenBao only. */
  readonly paginationLimit: number;
  /** Operations that others have to approve (`control_group`). */
  readonly approved: readonly string[];
  /** Where its `path` stands in the text. */
  readonly at: Position;
}
