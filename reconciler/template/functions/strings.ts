import type { GoFunction } from "./function";
import { buildFunctions } from "./strings/build";
import { caseFunctions } from "./strings/case";
import { cutFunctions } from "./strings/cut";
import { randomFunctions } from "./strings/random";

export const stringsFunctions: readonly GoFunction[] = [
  ...buildFunctions,
  ...caseFunctions,
  ...cutFunctions,
  ...randomFunctions,
];
