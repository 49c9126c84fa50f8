import { type Command, Option } from "commander";
import type { Build } from "../engine/artefacts.js";
import { addDataOptions, type DataFlags, DATASET_HELP } from "./data_options.js";
import { buildOption, jsonOption } from "./flags.js";

/** What every command takes that runs a trained network over samples. */
export type ModelFlags = DataFlags & { on: "test" | "train"; build: Build | "auto"; json?: boolean };

/** The arguments of such a command. `what` says which models it takes. */
export function addModelArguments(command: Command, what = "run directory or .mayfly file"): Command {
  return command.argument("<model>", what).argument("[dataset]", `${DATASET_HELP}; default: the data of the run, read as the run read them`);
}

/** The options of such a command, behind its own. */
export function addModelOptions(command: Command): Command {
  command
    .addOption(new Option("--on <part>", "part of the data set").choices(["test", "train"]).default("test"))
    .addOption(buildOption())
    .addOption(jsonOption());
  return addDataOptions(command);
}
