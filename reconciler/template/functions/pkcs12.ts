import type { GoFunction } from "./function";

export const pkcs12Functions: readonly GoFunction[] = [];
