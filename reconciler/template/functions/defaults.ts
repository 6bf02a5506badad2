import type { GoFunction } from "./function";

export const defaultsFunctions: readonly GoFunction[] = [];
