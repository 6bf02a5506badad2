import type { JsonRecord } from "../../api";
import type { Note } from "./note";
import type { Ref } from "./tree";

/** What the printed program declares; specs may hold {@link Ref}s to variables declared before. */
export interface Program {
  readonly environments: readonly NamedDeclaration[];
  readonly teams: readonly (NamedDeclaration & { readonly environment: Ref })[];
  readonly stores: readonly StoreDeclaration[];
  /** Stores that stay as they are and are only referred to. */
  readonly references: readonly StoreReference[];
  readonly secrets: readonly SecretDeclaration[];
  readonly notes: readonly Note[];
}

export interface NamedDeclaration {
  readonly variable: string;
  readonly name: string;
  readonly spec: JsonRecord;
}

export interface StoreDeclaration {
  readonly variable: string;
  readonly id: string;
  readonly spec: JsonRecord;
}

export interface StoreReference {
  readonly variable: string;
  readonly environment: Ref;
  readonly name: string;
  /** Which Vault of the environment; absent: `main`. */
  readonly vault?: string;
}

export interface SecretDeclaration extends StoreDeclaration {
  /** The ExternalSecret it was. */
  readonly object: string;
}
