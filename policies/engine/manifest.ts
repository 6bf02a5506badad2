import type { Path } from "../rules/rule";

/** One object to judge, and where it was written. */
export interface Manifest {
  /** Expected to be a Kubernetes object; anything else is judged as far as it goes and never throws. */
  readonly object: unknown;
  readonly source?: ManifestSource;
}

/** Where an object was written. */
export interface ManifestSource {
  /** As messages name it: a path, `stdin`, a resource's URN. */
  readonly file: string;
  /** Where the object starts, counted from 1. */
  readonly line?: number;
  /** Where a field is, or the nearest thing above it. Called for findings only. */
  readonly locate?: (path: Path) => { readonly line: number; readonly column: number } | undefined;
}
