#!/usr/bin/env node
import { MayflyError } from "../errors.js";
import { endOnBrokenOutput } from "./interrupt.js";
import { say } from "./output.js";
// Commands are added in program.ts.
import { createProgram } from "./program.js";

endOnBrokenOutput();
try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** One line for people, no stack, unless the error is a bug of ours. */
function exitCodeOf(error: unknown): number {
  if (error instanceof MayflyError) {
    say(`mayfly: ${error.message}`);
    return error.exitCode;
  }
  // commander has printed its own message; help and version are no errors.
  if (error instanceof Error && "exitCode" in error && "code" in error && String(error.code).startsWith("commander.")) return error.exitCode === 0 ? 0 : 2;
  say(`mayfly: this is a bug, please report it: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
  return 1;
}
