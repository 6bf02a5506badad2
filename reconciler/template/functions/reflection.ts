import type { GoFunction } from "./function";

export const reflectionFunctions: readonly GoFunction[] = [];
