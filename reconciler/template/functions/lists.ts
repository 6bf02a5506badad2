import type { GoFunction } from "./function";
import { endFunctions } from "./lists/ends";
import { makeFunctions } from "./lists/make";
import { searchFunctions } from "./lists/search";

export const listsFunctions: readonly GoFunction[] = [...makeFunctions, ...endFunctions, ...searchFunctions];
