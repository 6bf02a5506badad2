import { KeyturnError } from "keyturn";
import { synthesize } from "./app";

try {
  synthesize();
} catch (error) {
  if (!(error instanceof KeyturnError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
