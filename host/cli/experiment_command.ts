import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { engineHash } from "../engine/artefacts.js";
import type { OpenedDataset } from "../data/open.js";
import { plannedWords } from "../engine/fit_bands.js";
import { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import type { Experiment, Measurement, Variant } from "../experiments/experiment.js";
import { EXPERIMENTS, findExperiment } from "../experiments/registry.js";
import { encodeSpec } from "../spec/encode.js";
import { datasetHash } from "../train/dataset_hash.js";
import { RUN_FILE, RunDirectory } from "../train/run_directory.js";
import { type TestError } from "../train/evaluate.js";
import { type EpochResult, train } from "../train/train.js";
import { absoluteData, openData } from "./data_options.js";
import { jsonOption, whole, wholeFrom } from "./flags.js";
import { interruptible } from "./interrupt.js";
import { count, percent, say, sayJson, style, table } from "./output.js";
import { openProgress } from "./progress.js";
import { trainRun } from "./training.js";

interface ExperimentFlags {
  list?: boolean;
  paper?: boolean;
  target?: boolean;
  variant?: string[];
  seed: number;
  epochs?: number;
  data?: string;
  limit?: number;
  limitTest?: number;
  out: string;
  checkpointEvery: number;
  json?: boolean;
}

/** A run as the experiment reports it. */
interface ReportedRun {
  variant: string;
  about: string;
  seed: number;
  epochs: Pick<EpochResult, "epoch" | "testError">[];
  testError: TestError | null;
  asked: number | null;
  published: string | null;
  bytes: number;
  samplesPerSecond: number;
  weightsHash: string;
  engineHash: string;
  runDirectory: string;
}

export function addExperimentCommand(program: Command): void {
  program.command("experiment")
    .summary("run a paper's experiment by its name")
    .description("Runs a published Forward-Forward experiment from a seed, in the integer engine. By default its small runs, which end in minutes. Every run is a run directory: started again, the command goes on where it was.")
    .argument("[name]", "name of the experiment: see --list")
    .option("--list", "list all experiments with their runs")
    .addOption(new Option("--variant <name...>", "only these runs of it, of any size").conflicts(["target", "paper"]))
    .addOption(new Option("--target", "the runs whose error was asked for: an hour or more").conflicts("paper"))
    .option("--paper", "the runs at the paper's size: many hours")
    .option("--seed <number>", "seed of weights, order, negatives and rounding", whole, 1)
    .option("--epochs <n>", "passes over the training set, in place of each run's own", wholeFrom(1))
    .option("--data <dataset>", "another data set than the experiment's own, as for `mayfly train`; some need one")
    .option("--limit <n>", "use only the first n training samples", wholeFrom(1))
    .option("--limit-test <n>", "use only the first n test samples", wholeFrom(1))
    .option("--out <dir>", "folder of the run directories", "runs/experiments")
    .option("--checkpoint-every <seconds>", "write the checkpoint at least so often", whole, 30)
    .addOption(jsonOption())
    .addHelpText("after", `
Examples:
  mayfly experiment --list
  mayfly experiment unsupervised
  mayfly experiment supervised --variant 3x1000 --seed 2`)
    .action(async (name: string | undefined, flags: ExperimentFlags) => {
      if (flags.list) return list(flags);
      if (name === undefined) throw new MayflyError(`name an experiment: ${EXPERIMENTS.map((experiment) => experiment.name).join(", ")}; --list tells more`, 2);
      await run(findExperiment(name), flags);
    });
}

function list({ json }: ExperimentFlags): void {
  if (json) {
    return sayJson({ experiments: EXPERIMENTS.map(({ name, title, source, about, dataset, variants }) => ({ name, title, source, about, dataset: typeof dataset === "string" ? dataset : null, needs: typeof dataset === "string" ? null : dataset.needs, variants: variants.map(({ name, scale, about, epochs, asked, published }) => ({ name, scale, about, epochs, asked: asked ?? null, published: published ?? null })) })) });
  }
  for (const experiment of EXPERIMENTS) {
    say(`${style.bold(experiment.name)}  ${experiment.title}  ${style.dim(experiment.source)}`);
    say(`  ${experiment.about}`);
    for (const line of table(experiment.variants.map(({ name, scale, epochs, about }) => [`    ${name}`, scale === "small" ? "" : scale, `${epochs} epochs`, about]), "llrl")) say(line);
    say();
  }
}

/** The runs the flags ask for. */
function chosen({ name, variants }: Experiment, flags: ExperimentFlags): readonly Variant[] {
  if (flags.variant) {
    if (variants.length === 0) throw new MayflyError(`experiment ${name} has no runs to choose from: it measures as a whole, so leave --variant out`, 2);
    return flags.variant.map((wanted) => {
      const found = variants.find((variant) => variant.name === wanted);
      if (!found) throw new MayflyError(`experiment ${name} has no run "${wanted}": ${variants.map((variant) => variant.name).join(", ")}`, 2);
      return found;
    });
  }
  const scale = flags.paper ? "paper" : flags.target ? "target" : "small";
  const found = variants.filter((variant) => variant.scale === scale);
  if (found.length === 0 && variants.length > 0) throw new MayflyError(`experiment ${name} has no ${scale} runs: ${variants.map((variant) => `${variant.name} (${variant.scale})`).join(", ")}`, 2);
  return found;
}

async function run(experiment: Experiment, flags: ExperimentFlags): Promise<void> {
  const variants = chosen(experiment, flags);
  const source = flags.data ?? experiment.dataset;
  if (typeof source !== "string") throw new MayflyError(`experiment ${experiment.name} needs ${source.needs}`, 2);
  const data = await openData(source, { limit: flags.limit, limitTest: flags.limitTest });
  say(style.bold(`${experiment.title}  (${experiment.source})`));
  say(experiment.about);
  const runs: ReportedRun[] = [];
  for (const variant of variants) {
    say();
    say(style.bold(`${experiment.name} ${variant.name}: ${variant.about}`));
    runs.push(await runVariant(experiment, variant, source, data, flags));
  }
  const measurements = experiment.measure && !flags.variant ? await measured(experiment.measure, data, flags) : [];
  say();
  report(runs, measurements);
  if (flags.json) sayJson({ experiment: experiment.name, source: experiment.source, dataset: data.train.name, seed: flags.seed, runs, measurements });
}

async function runVariant(experiment: Experiment, variant: Variant, source: string, data: OpenedDataset, flags: ExperimentFlags): Promise<ReportedRun> {
  const epochs = flags.epochs ?? variant.epochs;
  const total = epochs * data.train.count;
  const spec = { ...variant.spec(data.train.shape, data.train.classes), schedule: { holdSamples: Math.floor(total * (variant.hold ?? 0.5)), totalSamples: total }, seed: flags.seed };
  const path = join(flags.out, `${experiment.name}-${variant.name}${flags.epochs === undefined ? "" : `-${flags.epochs}epochs`}${flags.limit === undefined ? "" : `-${flags.limit}samples`}-seed${flags.seed}`);
  const { network, directory } = await openOrStart(path, variant, source, spec, epochs, data, flags);
  const ended = directory.record.result;
  const result = ended && ended["stopped"] !== "aborted" ? ended : await trainRun(directory, network, data, { checkpointEvery: flags.checkpointEvery });
  if (result === ended) say(`has ended before: ${path}`);
  return {
    variant: variant.name, about: variant.about, seed: flags.seed,
    epochs: (directory.record.epochs as EpochResult[]).map(({ epoch, testError }) => ({ epoch, testError })),
    testError: (result["testError"] as TestError | null) ?? null, asked: variant.asked ?? null, published: variant.published ?? null,
    bytes: network.plan.bytes.total, samplesPerSecond: Number(result["pairsPerSecond"]), weightsHash: network.weightsHash(), engineHash: directory.record.engineHash, runDirectory: path,
  };
}

/** A run begun before goes on, if it is the same one. */
async function openOrStart(path: string, variant: Variant, source: string, spec: Parameters<typeof Network.create>[0], epochs: number, data: OpenedDataset, flags: ExperimentFlags): Promise<{ network: Network; directory: RunDirectory }> {
  const hash = datasetHash(data.train, data.test);
  if (!existsSync(join(path, RUN_FILE))) {
    const network = Network.create(spec, variant.options);
    const settings = { ...absoluteData(source, { limit: flags.limit, limitTest: flags.limitTest }), datasetHash: hash, epochs, evaluateEvery: 1, stopAt: null, patience: null };
    return { network, directory: await RunDirectory.create(path, settings, engineHash(network.size)) };
  }
  const directory = await RunDirectory.open(path);
  const checkpoint = await directory.readModel();
  if (directory.record.settings.datasetHash !== hash) throw new MayflyError(`${path} was begun with other samples: give another --out, or remove it`, 1);
  const network = checkpoint ? Network.open(checkpoint, directory.modelPath, variant.options) : Network.create(spec, variant.options);
  if (!sameWords(encodeSpec(network.spec), plannedWords(spec))) throw new MayflyError(`${path} was begun with other settings of this experiment: give another --out, or remove it`, 1);
  return { network, directory };
}

/** Specs are the same when their blocks are: nothing else decides the weights. */
function sameWords(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}

async function measured(measure: NonNullable<Experiment["measure"]>, data: OpenedDataset, flags: ExperimentFlags): Promise<Measurement[]> {
  return interruptible(async (signal) => measure({
    data, seed: flags.seed, scale: flags.paper ? "paper" : flags.target ? "target" : "small", signal, say,
    async train(name, network, epochs) {
      const progress = openProgress();
      try {
        for await (const event of train(network, data.train, { epochs, signal })) {
          if (event.type === "progress") progress.update(`${name}, epoch ${event.epoch}/${epochs}`, event.done, event.total, `${count(event.pairsPerSecond)} samples/s`);
          if (event.type === "end" && event.reason === "aborted") throw new MayflyError("interrupted: this part of the experiment keeps no checkpoints and starts anew next time", 1);
        }
      } finally {
        progress.end();
      }
    },
  }));
}

function report(runs: readonly ReportedRun[], measurements: readonly Measurement[]): void {
  if (runs.length > 0) {
    const rows = runs.map(({ variant, epochs, testError, asked, published }) => [variant, String(epochs.length), percent(testError?.goodness ?? null), percent(testError?.readout ?? null), asked === null ? "" : `≤ ${asked} %`, published ?? ""]);
    for (const line of table([["run", "epochs", "goodness", "readout", "asked", "published"], ...rows], "lrrrll")) say(line);
  }
  if (measurements.length > 0) {
    say();
    for (const line of table(measurements.map(({ what, value, unit, note }) => [what, `${Number(value.toFixed(3))} ${unit}`, note ?? ""]), "lrl")) say(line);
  }
}
