import type { Command } from "commander";
import { stat } from "node:fs/promises";
import { collectActivities } from "../analysis/activities.js";
import { type LayerAnalysis, analyze } from "../analysis/analyze.js";
import type { Build } from "../engine/artefacts.js";
import { checkFits, type EpochResult } from "../train/train.js";
import { RunDirectory } from "../train/run_directory.js";
import { addDataOptions, type DataFlags } from "./data_options.js";
import { buildOption, jsonOption, wholeFrom } from "./flags.js";
import { openDataFor, openModel, refuseBoxes } from "./model_file.js";
import { count, say, sayJson, style, table } from "./output.js";
import { openProgress } from "./progress.js";

type AnalyzeFlags = DataFlags & { samples: number; build: Build | "auto"; json?: boolean };

export function addAnalyzeCommand(program: Command): void {
  const command = program.command("analyze")
    .summary("what the layers of a trained network represent")
    .description("Watches a trained network's units on test samples: how sparse their activity is, which units form an ensemble for a class (active in at least half of its samples, and above chance by 4 standard deviations), how much the ensembles overlap, how selective single units are; and the work that sparsity saved in training, by the engine's own counters.")
    .argument("<run>", "run directory, or a .mayfly file with a data set")
    .argument("[dataset]", "data set (default: that of the run)")
    .option("--samples <n>", "test samples to watch", wholeFrom(10), 2000)
    .addOption(buildOption())
    .addOption(jsonOption());
  addDataOptions(command);
  command.addHelpText("after", `
Examples:
  mayfly analyze runs/mnist-256,256-i16-seed1
  mayfly train mnist --layers 256,256 --leave-out 9 --out runs/no-nines && mayfly analyze runs/no-nines`);
  command.action(async (model: string, dataset: string | undefined, flags: AnalyzeFlags) => {
    const { network } = await openModel(model, { build: flags.build });
    refuseBoxes(network, model, "cannot be analysed");
    const { test, note } = await openDataFor(model, dataset, flags);
    checkFits(network, test);
    if (note) say(note);
    const progress = openProgress();
    const total = Math.min(flags.samples, test.count);
    const activities = collectActivities(network, test, total, (done) => progress.update("watching", done, total));
    progress.end();
    const layers = analyze(activities);
    const epochs = (await stat(model)).isDirectory() ? ((await RunDirectory.open(model)).record.epochs as EpochResult[]) : [];
    // A run in tfjs counts no rows.
    const work = (epochs as (Pick<EpochResult, "epoch"> & Partial<EpochResult>)[]).flatMap(({ epoch, counters }) => (counters ? [{ epoch, counters }] : [])).map(({ epoch, counters }) => ({ epoch, rowsUsed: counters.rowsUsed, rowsUpdated: counters.rowsUpdated }));
    const names = Array.from({ length: test.classes }, (_, label) => test.classNames?.[label] ?? String(label));
    for (const layer of layers) showLayer(layer, names);
    showWork(work);
    if (flags.json) sayJson({ model, dataset: test.name, samples: total, weightsHash: network.weightsHash(), layers: layers.map(({ ensembles, ...rest }) => ({ ...rest, ensembles: { sizes: ensembles.members.map((list) => list.length), ...ensembles } })), work });
  });
}

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;

function showLayer({ layer, units, sparsity, silent, ensembles, selectivity }: LayerAnalysis, names: readonly string[]): void {
  say(style.bold(`layer ${layer}: ${count(units)} units`));
  say(`  active at a time ${share(sparsity.active)}, Hoyer sparsity ${sparsity.hoyer.toFixed(3)}, never active ${silent}, mean selectivity ${(selectivity.reduce((sum, value) => sum + value, 0) / units).toFixed(3)}`);
  const pairs = ensembles.overlap.flatMap((row, a) => row.filter((_, b) => b > a));
  say(`  units in no ensemble ${ensembles.sharedBy[0]}, in one ${ensembles.sharedBy[1]}, in several ${ensembles.sharedBy.slice(2).reduce((sum, value) => sum + value, 0)}; mean overlap of two ensembles ${share(pairs.reduce((sum, value) => sum + value, 0) / Math.max(pairs.length, 1))}`);
  const shown = names.slice(0, 32);
  for (const line of table([["  class", ...shown], ["  ensemble", ...shown.map((_, label) => String(ensembles.members[label]?.length ?? 0))]], 1)) say(line);
  say();
}

function showWork(work: readonly { epoch: number; rowsUsed: readonly number[]; rowsUpdated: readonly number[] }[]): void {
  if (work.length === 0) return;
  say(style.bold("rows of weights multiplied / updated in training, % of all (the rest was skipped for inputs of 0 or nothing to learn)"));
  const layers = work[0]?.rowsUsed.length ?? 0;
  const marks = work.filter((_, index) => index === 0 || index === work.length - 1 || (index + 1) % Math.ceil(work.length / 8) === 0);
  const header = ["epoch", ...Array.from({ length: layers }, (_, layer) => `layer ${layer + 1}`)];
  for (const line of table([header, ...marks.map(({ epoch, rowsUsed, rowsUpdated }) => [String(epoch), ...rowsUsed.map((used, layer) => `${used.toFixed(1)} / ${(rowsUpdated[layer] ?? 0).toFixed(1)}`)])], "r")) say(line);
}
