import type { Command } from "commander";
import type { Dataset } from "../data/dataset.js";
import { type Evaluation, evaluate } from "../train/evaluate.js";
import { evaluateInThreads } from "../train/learner.js";
import { checkFits } from "../train/train.js";
import { threadsOption } from "./flags.js";
import { openDataFor, openModel } from "./model_file.js";
import { addModelArguments, addModelOptions, type ModelFlags } from "./model_options.js";
import { count, errorText, say, sayJson, style, table } from "./output.js";
import { openProgress } from "./progress.js";

type EvalFlags = ModelFlags & { threads: number };

/** Wider confusion tables help nobody. */
const MAX_SHOWN_CLASSES = 16;

export function addEvalCommand(program: Command): void {
  const command = addModelArguments(program.command("eval"))
    .summary("test a trained network")
    .description("Tests a trained network on a data set, by goodness and by its readout, and shows which classes it confuses.")
    .addOption(threadsOption("test in so many threads, each some of the samples"));
  addModelOptions(command);
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
