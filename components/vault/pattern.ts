/**
 * The path of a rule, by the way it is compared. Only a `*` at the very end, and `+` as a whole segment, are wildcards; elsewhere
 * both are plain characters.
 */
export interface Pattern {
  /** `exact` has no wildcard, `prefix` only `*` at the end, `segments` has `+`. */
  readonly kind: "exact" | "prefix" | "segments";
  /** The path; of a prefix without its `*`. */
  readonly text: string;
  /** The segments to compare, of one that ends in `*` without it. Empty unless the kind is `segments`. */
  readonly segments: readonly string[];
  readonly endsInGlob: boolean;
}

export function patternOf(path: string): Pattern {
  const endsInGlob = path.endsWith("*");
  const withoutGlob = endsInGlob ? path.slice(0, -1) : path;
  // Any segment that starts with "+" makes the server compare by segments, though only whole ones match anything.
  if (path === "+" || path.startsWith("+/") || path.includes("/+"))
    return { kind: "segments", text: path, segments: withoutGlob.split("/"), endsInGlob };
  return { kind: endsInGlob ? "prefix" : "exact", text: withoutGlob, segments: [], endsInGlob };
}

/** As it is written in a policy. */
export function describePattern({ kind, text }: Pattern): string {
  return kind === "prefix" ? `${text}*` : text;
}

/** Whether a pattern with segments matches a path, given as its segments. */
export function matches({ segments, endsInGlob }: Pattern, path: readonly string[]): boolean {
  if (endsInGlob ? path.length < segments.length : path.length !== segments.length) return false;
  return segments.every((segment, index) => {
    const part = path[index] ?? "";
    if (segment === "+" || segment === part) return true;
    return endsInGlob && index === segments.length - 1 && part.startsWith(segment);
  });
}

/**
 * Whether `a` decides rather than `b` where both match (reference: OpenBao and Vault, "Policies", priority matching): the later first
 * wildcard, then the one without `*` at the end, then fewer `+`, then the longer, then the lexically greater.
 */
export function betterPattern(a: Pattern, b: Pattern): boolean {
  const byWildcard = firstWildcard(a) - firstWildcard(b);
  if (byWildcard !== 0) return byWildcard > 0;
  if (a.endsInGlob !== b.endsInGlob) return b.endsInGlob;
  const byCount = wildcardSegments(b) - wildcardSegments(a);
  if (byCount !== 0) return byCount > 0;
  const [left, right] = [compared(a), compared(b)];
  return (left.length - right.length || Buffer.compare(left, right)) > 0;
}

/**
 * Where it stands. The first "+" counts even where it is no wildcard. What is before it starts the same path in both patterns that
 * are compared, so that any unit will do.
 */
function firstWildcard({ kind, text }: Pattern): number {
  return kind === "segments" ? text.indexOf("+") : text.length;
}

function wildcardSegments({ segments }: Pattern): number {
  return segments.filter((segment) => segment === "+").length;
}

/** In bytes, as the server compares. */
function compared({ kind, text, endsInGlob }: Pattern): Buffer {
  return Buffer.from(kind === "segments" && endsInGlob ? text.slice(0, -1) : text);
}
