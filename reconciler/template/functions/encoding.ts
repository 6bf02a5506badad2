import type { GoFunction } from "./function";

export const encodingFunctions: readonly GoFunction[] = [];
