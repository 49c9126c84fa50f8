#!/usr/bin/env node
import { Command } from "commander";
import { MayflyError } from "../errors.js";
import { addEvalCommand } from "./eval_command.js";
import { addInspectCommand } from "./inspect_command.js";
import { say } from "./output.js";
import { addPlanCommand } from "./plan_command.js";
import { addPredictCommand } from "./predict_command.js";
import { addTrainCommand } from "./train_command.js";
import { version } from "./version.js";

const program = new Command("mayfly")
  .description("Trains Forward-Forward networks in integers, in fixed memory: what a microcontroller would compute, bit for bit.")
  .version(version())
  .showHelpAfterError("(add --help for the options)")
  .configureHelp({ showGlobalOptions: false });

addTrainCommand(program);
addEvalCommand(program);
addPredictCommand(program);
addPlanCommand(program);
addInspectCommand(program);

for (const command of [program, ...program.commands]) command.exitOverride();

try {
  await program.parseAsync();
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
