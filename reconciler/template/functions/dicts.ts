import type { GoFunction } from "./function";

export const dictsFunctions: readonly GoFunction[] = [];
