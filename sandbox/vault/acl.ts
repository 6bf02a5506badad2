import type { Operation } from "./logical";
import type { Capability, PathRule } from "./policy";

/** A pattern with `+` segments. */
interface SegmentPattern {
  /** Without a final `*`. */
  readonly segments: readonly string[];
  readonly text: string;
  readonly isPrefix: boolean;
  readonly firstWildcard: number;
  readonly wildcards: number;
  readonly capabilities: ReadonlySet<Capability>;
}

interface Candidate {
  readonly firstWildcard: number;
  readonly isPrefix: boolean;
  readonly wildcards: number;
  readonly text: string;
  readonly capabilities: ReadonlySet<Capability>;
}

const NEEDED: Readonly<Record<Operation, Capability>> = {
  create: "create",
  update: "update",
  read: "read",
  list: "list",
  scan: "scan",
  delete: "delete",
  patch: "patch",
};

const hasSegmentWildcard = (path: string): boolean => path === "+" || path.includes("/+") || path.startsWith("+/");

/**
 * The rules of some policies together. Only the best matching pattern counts: an exact one, else the one whose first wildcard
 * comes latest, then not ending in `*`, with fewer `+`, longer, greater. Equal patterns of several policies add up; a deny
 * among them is all that remains.
 */
export class Acl {
  private readonly exact = new Map<string, ReadonlySet<Capability>>();
  private readonly prefixes = new Map<string, ReadonlySet<Capability>>();
  private readonly segmented = new Map<string, ReadonlySet<Capability>>();

  constructor(rules: readonly PathRule[]) {
    for (const { path, capabilities } of rules) {
      if (hasSegmentWildcard(path)) join(this.segmented, path, capabilities);
      else if (path.endsWith("*")) join(this.prefixes, path.slice(0, -1), capabilities);
      else join(this.exact, path, capabilities);
    }
  }

  allows(operation: Operation, path: string, sudo = false): boolean {
    const capabilities = this.capabilities(operation, path);
    return capabilities.has(NEEDED[operation]) && (!sudo || capabilities.has("sudo"));
  }

  /** What the best matching pattern grants; where none matches, a list looks without the trailing slash as well. */
  capabilities(operation: Operation, path: string): ReadonlySet<Capability> {
    const lists = operation === "list" || operation === "scan";
    const bare = path.replace(/\/$/, "");
    const found =
      this.exact.get(path) ??
      (lists ? this.exact.get(bare) : undefined) ??
      this.inexact(path) ??
      (lists ? this.inexact(bare) : undefined);
    return found ?? NONE;
  }

  private inexact(path: string): ReadonlySet<Capability> | undefined {
    let best: Candidate | undefined;
    const consider = (candidate: Candidate): void => {
      if (best === undefined || beats(candidate, best)) best = candidate;
    };
    for (let length = path.length; length >= 0; length -= 1) {
      const text = path.slice(0, length);
      const capabilities = this.prefixes.get(text);
      if (capabilities === undefined) continue;
      consider({ firstWildcard: length, isPrefix: true, wildcards: 0, text, capabilities });
      break;
    }
    const parts = path.split("/");
    for (const [text, capabilities] of this.segmented) {
      const pattern = segmentPattern(text, capabilities);
      if (fits(pattern, parts)) consider(pattern);
    }
    return best?.capabilities;
  }
}

const NONE: ReadonlySet<Capability> = new Set();

function join(rules: Map<string, ReadonlySet<Capability>>, path: string, capabilities: ReadonlySet<Capability>): void {
  const known = rules.get(path);
  if (known?.has("deny") === true) return;
  rules.set(
    path,
    known === undefined || capabilities.has("deny") ? capabilities : new Set([...known, ...capabilities]),
  );
}

function segmentPattern(path: string, capabilities: ReadonlySet<Capability>): SegmentPattern {
  const isPrefix = path.endsWith("*");
  const text = isPrefix ? path.slice(0, -1) : path;
  const segments = text.split("/");
  return {
    segments,
    text,
    isPrefix,
    firstWildcard: path.indexOf("+"),
    wildcards: segments.filter((segment) => segment === "+").length,
    capabilities,
  };
}

function fits({ segments, isPrefix }: SegmentPattern, parts: readonly string[]): boolean {
  if (parts.length < segments.length || (!isPrefix && parts.length !== segments.length)) return false;
  return segments.every((segment, index) => {
    const part = parts[index] ?? "";
    return (
      segment === "+" || segment === part || (isPrefix && index === segments.length - 1 && part.startsWith(segment))
    );
  });
}

function beats(a: Candidate, b: Candidate): boolean {
  if (a.firstWildcard !== b.firstWildcard) return a.firstWildcard > b.firstWildcard;
  if (a.isPrefix !== b.isPrefix) return b.isPrefix;
  if (a.wildcards !== b.wildcards) return a.wildcards < b.wildcards;
  if (a.text.length !== b.text.length) return a.text.length > b.text.length;
  return a.text > b.text;
}
