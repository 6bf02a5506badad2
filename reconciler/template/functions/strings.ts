import type { GoFunction } from "./function";

export const stringsFunctions: readonly GoFunction[] = [];
