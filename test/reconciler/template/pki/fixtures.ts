import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The bytes of a file of fixtures/, which make-fixtures.sh makes. */
export const fixture = (name: string): Buffer => readFileSync(join(__dirname, "fixtures", name));

/** The text of a PEM file. */
export const pem = (name: string): string => fixture(`${name}.pem`).toString("latin1");

/** A store as base64, for `dataB64`. */
export const store = (name: string): string => fixture(`${name}.p12`).toString("base64");
