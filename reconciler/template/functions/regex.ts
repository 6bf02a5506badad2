import type { GoFunction } from "./function";

export const regexFunctions: readonly GoFunction[] = [];
