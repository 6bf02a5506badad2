import type { GoFunction } from "./function";

export const builtinFunctions: readonly GoFunction[] = [];
