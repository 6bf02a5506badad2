import type { GoFunction } from "./function";
import { floatFunctions } from "./numeric/float";
import { integerFunctions } from "./numeric/integer";
import { sequenceFunctions } from "./numeric/sequence";

export const numericFunctions: readonly GoFunction[] = [...integerFunctions, ...floatFunctions, ...sequenceFunctions];
