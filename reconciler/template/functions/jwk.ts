import type { GoFunction } from "./function";

export const jwkFunctions: readonly GoFunction[] = [];
