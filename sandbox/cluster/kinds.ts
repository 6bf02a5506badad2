import type { Fields } from "../json";
import type { FieldType } from "./field-type";
import type { Cause } from "./status";
import type { Schema } from "./schema";

/** An object as stored: without `apiVersion` and `kind`, which depend on who asks. Treated as immutable once stored. */
export interface Body {
  readonly metadata: Meta;
  [field: string]: unknown;
}

export interface Meta {
  name: string;
  namespace?: string;
  generateName?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Fields;
  annotations?: Fields;
  finalizers?: string[];
  ownerReferences?: Owner[];
  managedFields?: Fields[];
  [field: string]: unknown;
}

export interface Owner {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** What a kind does beyond the common rules. */
export interface Strategy {
  /** Defaults and normalisation, before validation; `old` is absent on create. */
  readonly prepare?: (body: Body, old: Body | undefined) => void;
  readonly validate?: (body: Body, old: Body | undefined) => readonly Cause[];
}

/** A kind the cluster serves. */
export interface Kind {
  /** `plural.group`, the storage's table. */
  readonly id: string;
  /** Empty for the core group. */
  readonly group: string;
  /** Served versions, preferred first. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly string[];
  /** From a CRD: other error texts, schemas instead of a strategy. */
  readonly custom: boolean;
  /** Whether `metadata.generation` counts changes of the desired state. */
  readonly generation: boolean;
  /** Built-in kinds: the known fields at the top. Unknown ones are dropped. */
  readonly fields: ReadonlySet<string> | undefined;
  /** Custom kinds: the schema of each version. */
  readonly schemas: ReadonlyMap<string, Schema>;
  /** Field selectors beyond metadata.name and metadata.namespace: the path of each. */
  readonly selectable: ReadonlyMap<string, readonly string[]>;
  readonly type: FieldType;
  /** What a new object of the kind consists of before anything is set: fields here are not "added" by whoever creates one. */
  readonly skeleton: Fields;
  readonly strategy: Strategy;
}

export const apiVersionOf = (kind: Kind, version: string): string =>
  kind.group === "" ? version : `${kind.group}/${version}`;

/** `namespace/name`, or the name of a cluster-scoped object. */
export const keyOf = (namespace: string | undefined, name: string): string =>
  namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
