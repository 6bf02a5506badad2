import type { GoFunction } from "./function";

export const numericFunctions: readonly GoFunction[] = [];
