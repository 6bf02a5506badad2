import type { GoFunction } from "./function";

export const listsFunctions: readonly GoFunction[] = [];
