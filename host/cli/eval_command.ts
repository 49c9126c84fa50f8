import { type Command, Option } from "commander";
import type { Dataset } from "../data/dataset.js";
import type { Build } from "../engine/artefacts.js";
import { type Evaluation, evaluate } from "../train/evaluate.js";
import { evaluateInThreads } from "../train/learner.js";
import { checkFits } from "../train/train.js";
import { addDataOptions, type DataFlags, DATASET_HELP } from "./data_options.js";
import { buildOption, jsonOption, threadsOption } from "./flags.js";
import { openDataFor, openModel } from "./model_file.js";
import { count, errorText, say, sayJson, style, table } from "./output.js";
import { openProgress } from "./progress.js";

type EvalFlags = DataFlags & { build: Build | "auto"; on: "test" | "train"; threads: number; json?: boolean };

/** Wider confusion tables help nobody. */
const MAX_SHOWN_CLASSES = 16;

export function addEvalCommand(program: Command): void {
  const command = program.command("eval")
    .summary("test a trained network")
    .description("Tests a trained network on a data set, by goodness and by its readout, and shows which classes it confuses.")
    .argument("<model>", "run directory or .mayfly file")
    .argument("[dataset]", `${DATASET_HELP}; default: the data of the run, read as the run read them`)
    .addOption(new Option("--on <part>", "part of the data set").choices(["test", "train"]).default("test"))
    .addOption(threadsOption("test in so many threads, each some of the samples"))
    .addOption(buildOption())
    .addOption(jsonOption());
  addDataOptions(command);
  command.addHelpText("after", `
Examples:
  mayfly eval runs/mnist-256,256-i16-seed1
  mayfly eval runs/mnist-256,256-i16-seed1 mnist --on train --limit 10000
  mayfly eval runs/samples-32,16-i16-seed1 --test new.csv`);
  command.action(async (model: string, dataset: string | undefined, flags: EvalFlags) => {
    const { network } = await openModel(model, { build: flags.build });
    const opened = await openDataFor(model, dataset, flags);
    const data = opened[flags.on];
    checkFits(network, data);
    if (opened.note) say(opened.note);
    const progress = openProgress();
    const onProgress = (done: number): void => progress.update("testing", done, data.count);
    const result = flags.threads > 1 ? await evaluateInThreads(network, data, flags.threads, onProgress) : evaluate(network, data, onProgress);
    progress.end();
    say(`${data.name}: ${count(result.count)} samples`);
    say();
    for (const line of confusionTable(result, data)) say(line);
    say(style.bold(`${flags.on} error: ${errorText(result.testError)}`));
    if (flags.json) sayJson({ testError: result.testError, count: result.count, confusion: result.confusion, weightsHash: network.weightsHash(), model, dataset: data.name, build: network.build });
  });
}

function confusionTable({ confusion }: Evaluation, { classNames }: Dataset): string[] {
  if (confusion.length > MAX_SHOWN_CLASSES) return [];
  const names = confusion.map((_, index) => classNames?.[index] ?? String(index));
  const rows = confusion.map((row, index) => [names[index] ?? "", ...row.map((n) => (n === 0 ? "·" : String(n)))]);
  return ["samples of each true class (rows) by predicted class (columns), by goodness:", "", ...table([["", ...names], ...rows], "r"), ""];
}
