import type { GoFunction } from "./function";

export const cryptoFunctions: readonly GoFunction[] = [];
