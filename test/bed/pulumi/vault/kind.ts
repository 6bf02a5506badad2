import { isList, isMap, toJson, type Json, type JsonMap, type ValueMap } from "../plugin/values";
import type { Body, VaultClient } from "./client";

/** Test fixture. One resource type of the Vault provider. Property names are those of @pulumi/vault 7.8. */
export interface VaultKind {
  /** E.g. `vault:index/mount:Mount`. */
  readonly token: string;
  readonly required: readonly string[];
  /** Every input that is understood, `namespace` aside; others are refused, so that none is dropped in silence. */
  readonly inputs: readonly string[];
  /** Inputs that cannot change; `all` when nothing can. */
  readonly immutable: readonly string[] | "all";
  /** Outputs that only the server knows. */
  readonly made: readonly string[];
  /** Inputs filled in when they are absent. `autoname` is the logical name with a random ending. */
  readonly defaults: (inputs: ValueMap, autoname: string) => ValueMap;
  readonly id: (inputs: ValueMap) => string;
  readonly create: (client: VaultClient, inputs: ValueMap) => Promise<void>;
  readonly update: (client: VaultClient, inputs: ValueMap, before: ValueMap) => Promise<void>;
  /** Live properties by their property names; undefined when it is gone. Properties the server does not return are left out. */
  readonly read: (client: VaultClient, id: string, inputs: ValueMap) => Promise<JsonMap | undefined>;
  readonly remove: (client: VaultClient, id: string, inputs: ValueMap) => Promise<void>;
}

/** `boundServiceAccountNames` -> `bound_service_account_names`. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The named inputs as the API spells them; what is not given is left out. */
export function given(inputs: ValueMap, names: readonly string[]): Body {
  return Object.fromEntries(names.map((name) => [snake(name), plain(inputs[name])]));
}

/** As {@link given}; what was given before and no longer is, is emptied. */
export function givenOrEmptied(inputs: ValueMap, before: ValueMap, names: readonly string[]): Body {
  const now = given(inputs, names);
  return Object.fromEntries(names.map((name) => [snake(name), now[snake(name)] ?? emptied(plain(before[name]))]));
}

/** The API's fields by their property names, those of `names` that are there. */
export function properties(fields: JsonMap, names: readonly string[]): JsonMap {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = fields[snake(name)];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** A path without slashes at its ends. */
export function bare(path: string): string {
  return path.replace(/^\/+|\/+$/g, "");
}

function plain(value: ValueMap[string] | undefined): Json | undefined {
  return value === undefined || value === null ? undefined : toJson(value);
}

function emptied(before: Json | undefined): Json | undefined {
  if (before === undefined) return undefined;
  if (isList(before)) return [];
  if (isMap(before)) return {};
  return typeof before === "string" ? "" : typeof before === "number" ? 0 : false;
}
