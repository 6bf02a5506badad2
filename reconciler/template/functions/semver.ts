import type { GoFunction } from "./function";

export const semverFunctions: readonly GoFunction[] = [];
