import type { Command } from "commander";
import type { Io } from "./io";

/** One command of `keyturn`. */
export interface CommandModule {
  /**
   * Adds the command to the program.
   * @param finish called by the command's action with the exit code
   */
  readonly register: (program: Command, io: Io, finish: (exitCode: number) => void) => void;
}
