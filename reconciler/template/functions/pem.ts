import type { GoFunction } from "./function";

export const pemFunctions: readonly GoFunction[] = [];
