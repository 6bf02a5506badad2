import type { GoFunction } from "./function";

export const pathsFunctions: readonly GoFunction[] = [];
