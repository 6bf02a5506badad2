import type { ExtraGrant } from "./extra-grant";

/** `access.json`: the grants that declarations imply, written by a synth and taken by the platform stack. */
export interface AccessFile {
  readonly apiVersion: "keyturn.dev/v1alpha1";
  readonly kind: "Access";
  readonly grants: readonly Grant[];
  /** What follows from the grants, for readers; absent when no path is shared, and not taken from a file. */
  readonly shared?: readonly SharedPath[];
}

/** A path that two or more teams can read. */
export interface SharedPath {
  readonly environment: string;
  /** Which Vault of the environment. */
  readonly vault: string;
  /** API path below `/v1/`, as policies write it: `prod/data/shared/search`; ends in `/*` when everything below is meant. */
  readonly path: string;
  /** Sorted by environment and team. */
  readonly readers: readonly SharedReader[];
}

/** One of the teams that can read a path. */
export interface SharedReader {
  /** The team's environment, where it is another than that of the path: two environments in one Vault. */
  readonly environment?: string;
  readonly team: string;
  /** As {@link Grant.because}, after the wider path that is granted where it is another, and the extra grant where there is one. */
  readonly why: readonly string[];
}

/** One identity may do something with one path. Exact, unless `prefix` was declared. */
export interface Grant {
  readonly environment: string;
  readonly team: string;
  /** Which Vault of the environment; absent for `main`. */
  readonly vault?: string;
  /** KV mount, and the key below it, without KV v2's `data/`. */
  readonly mount: string;
  readonly kvVersion: 1 | 2;
  readonly key: string;
  /** True when everything below the key is meant. */
  readonly prefix: boolean;
  /** KV v2 only: the metadata of the key are meant (names below it, custom metadata), not its value. */
  readonly metadata?: true;
  /**
   * The extra grant (`alsoReads` of the team) that it rests on; absent within the team's own prefixes. Derived from the team and not
   * taken from a file.
   */
  readonly extra?: ExtraGrant;
  readonly capabilities: readonly ("read" | "list")[];
  /** Why it is there: the AppSecrets that read it, as `namespace/name`, or the reason of an explicit grant. */
  readonly because: readonly string[];
}
