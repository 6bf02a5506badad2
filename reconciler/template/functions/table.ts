import { builtinFunctions } from "./builtin";
import { certificatesFunctions } from "./certificates";
import { cryptoFunctions } from "./crypto";
import { datesFunctions } from "./dates";
import { defaultsFunctions } from "./defaults";
import { dictsFunctions } from "./dicts";
import { encodingFunctions } from "./encoding";
import { jsonFunctions } from "./json";
import { jwkFunctions } from "./jwk";
import { listsFunctions } from "./lists";
import { numericFunctions } from "./numeric";
import { pathsFunctions } from "./paths";
import { pemFunctions } from "./pem";
import { pkcs12Functions } from "./pkcs12";
import { reflectionFunctions } from "./reflection";
import { regexFunctions } from "./regex";
import { semverFunctions } from "./semver";
import { stringsFunctions } from "./strings";
import { yamlFunctions } from "./yaml";
import type { GoFunction } from "./function";

/** Every function a template can call, by family; builtin ones first, so that sprig's `slice` hides Go's as it does in ESO. */
export const FAMILIES: ReadonlyMap<string, readonly GoFunction[]> = new Map([
  ["builtin", builtinFunctions],
  ["strings", stringsFunctions],
  ["encoding", encodingFunctions],
  ["numeric", numericFunctions],
  ["lists", listsFunctions],
  ["dicts", dictsFunctions],
  ["defaults", defaultsFunctions],
  ["reflection", reflectionFunctions],
  ["paths", pathsFunctions],
  ["json", jsonFunctions],
  ["yaml", yamlFunctions],
  ["dates", datesFunctions],
  ["regex", regexFunctions],
  ["semver", semverFunctions],
  ["crypto", cryptoFunctions],
  ["certificates", certificatesFunctions],
  ["pkcs12", pkcs12Functions],
  ["pem", pemFunctions],
  ["jwk", jwkFunctions],
]);

export const FUNCTIONS: ReadonlyMap<string, GoFunction> = new Map(
  [...FAMILIES.values()].flat().map((entry) => [entry.name, entry]),
);
