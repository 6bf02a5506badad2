import type { GoFunction } from "./function";

export const yamlFunctions: readonly GoFunction[] = [];
