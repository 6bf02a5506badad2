import type { GoFunction } from "./function";

export const datesFunctions: readonly GoFunction[] = [];
