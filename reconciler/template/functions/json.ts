import type { GoFunction } from "./function";

export const jsonFunctions: readonly GoFunction[] = [];
