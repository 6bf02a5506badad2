import type { GoFunction } from "./function";

export const certificatesFunctions: readonly GoFunction[] = [];
