import { Command } from "commander";
import { addAnalyzeCommand } from "./analyze_command.js";
import { addBackendsCommand } from "./backends_command.js";
import { addBoardsCommand } from "./boards_command.js";
import { addCamCommand } from "./cam_command.js";
import { addCompareCommand } from "./compare_command.js";
import { addEvalCommand } from "./eval_command.js";
import { addExperimentCommand } from "./experiment_command.js";
import { addInspectCommand } from "./inspect_command.js";
import { addPackCommand } from "./pack_command.js";
import { addParityCommand } from "./parity_command.js";
import { addPlanCommand } from "./plan_command.js";
import { addPredictCommand } from "./predict_command.js";
import { addReportCommand } from "./report_command.js";
import { addResumeCommand } from "./resume_command.js";
import { addRunCommand } from "./run_command.js";
import { addRuntimesCommand } from "./runtimes_command.js";
import { addSimulateCommand } from "./simulate_command.js";
import { addStreamCommand } from "./stream_command.js";
import { addTrainCommand } from "./train_command.js";
import { addVerifyCommand } from "./verify_command.js";
import { version } from "./version.js";

/** The whole command line, ready to parse. Subcommands inherit the settings made here, so they are added last. */
export function createProgram(): Command {
  const program = new Command("mayfly")
    .description("Trains Forward-Forward networks in integers, in fixed memory: what a microcontroller would compute, bit for bit.")
    .version(version())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "mayfly: ")) })
    .showHelpAfterError("(add --help for the options)");

  program.commandsGroup("Train and use networks:");
  addTrainCommand(program);
  addResumeCommand(program);
  addStreamCommand(program);
  addEvalCommand(program);
  addPredictCommand(program);
  addInspectCommand(program);
  addExperimentCommand(program);
  addAnalyzeCommand(program);
  addCamCommand(program);
  addReportCommand(program);

  program.commandsGroup("Plan and move to a device:");
  addPlanCommand(program);
  addBoardsCommand(program);
  addPackCommand(program);
  addSimulateCommand(program);

  program.commandsGroup("Prove the same bits everywhere:");
  addRuntimesCommand(program);
  addVerifyCommand(program);
  addRunCommand(program);

  program.commandsGroup("Hold against float and exact references (tfjs):");
  addBackendsCommand(program);
  addParityCommand(program);
  addCompareCommand(program);

  return program.helpCommand("help [command]", "display help for command");
}
