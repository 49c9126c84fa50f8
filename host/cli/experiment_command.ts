import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import type { OpenedDataset } from "../data/open.js";
import { formatShape, sameShape } from "../data/shape.js";
import { engineHash } from "../engine/artefacts.js";
import { plannedWords } from "../engine/fit_bands.js";
import { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import type { Experiment, Measurement, TwinRecipe, Variant } from "../experiments/experiment.js";
import { EXPERIMENTS, findExperiment } from "../experiments/registry.js";
import { type Backend, BACKEND_NAMES, type BackendName } from "../reference/backends/backend.js";
import { startNamed } from "../reference/backends/registry.js";
import { encodeSpec } from "../spec/encode.js";
import { resolveSpec } from "../spec/network_spec.js";
import { datasetHash } from "../train/dataset_hash.js";
import { RUN_FILE, RunDirectory, type RunSettings } from "../train/run_directory.js";
import { type TestError } from "../train/evaluate.js";
import { type EpochResult, train } from "../train/train.js";
import type { TwinOrigin } from "../twins/store.js";
import { TWIN_NAMES } from "../twins/twin.js";
import { absoluteData, openData } from "./data_options.js";
import { jsonOption, whole, wholeFrom } from "./flags.js";
import { interruptible } from "./interrupt.js";
import { count, percent, say, sayJson, style, table } from "./output.js";
import { openProgress } from "./progress.js";
import { runInTfjs } from "./experiment_tfjs.js";
import { DEFAULT_BATCH } from "./tfjs_options.js";
import { trainRun } from "./training.js";
import { twinIn } from "./twin_training.js";

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
  evaluateEvery: number;
  out: string;
  checkpointEvery: number;
  engine: "integer" | "tfjs";
  batch: number;
  twins: boolean;
  backend: BackendName;
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

/** The backpropagation twin of one. */
interface ReportedTwin {
  variant: string;
  name: string;
  seed: number;
  batch: number;
  rate: number;
  backend: Backend["name"];
  /** Percent wrong, by the output layer. */
  epochs: { epoch: number; error: number | null }[];
  error: number | null;
  published: string | null;
}

export function addExperimentCommand(program: Command): void {
  program.command("experiment")
    .summary("run a paper's experiment by its name")
    .description("Runs a published Forward-Forward experiment from a seed, in the integer engine, or in float with --engine tfjs. By default its small runs, which end in minutes. Runs that have one are followed by their backpropagation twin in float (tfjs). Every run is a run directory: started again, the command goes on where it was.")
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
    .option("--evaluate-every <n>", "test after every n-th epoch, and after the last: a test by goodness over all labels takes a while", wholeFrom(1), 1)
    .option("--out <dir>", "folder of the run directories", "runs/experiments")
    .option("--checkpoint-every <seconds>", "write the checkpoint at least so often", whole, 30)
    .addOption(new Option("--engine <name>", "integer: what the device computes; tfjs: the same networks in f32, in batches").choices(["integer", "tfjs"]).default("integer"))
    .option("--no-twins", "leave out the backpropagation twins of runs that have one")
    .addOption(new Option("--backend <name>", "of tfjs, and where twins run: see `mayfly backends`").choices([...BACKEND_NAMES]).default("wasm"))
    .option("--batch <n>", "of tfjs: samples that learn together", wholeFrom(1), DEFAULT_BATCH)
    .addOption(jsonOption())
    .addHelpText("after", `
Examples:
  mayfly experiment --list
  mayfly experiment unsupervised
  mayfly experiment supervised --variant 3x1000 --seed 2
  mayfly experiment cnn --variant paper --engine tfjs --backend webgpu --batch 32`)
    .action(async (name: string | undefined, flags: ExperimentFlags, command: Command) => {
      if (flags.engine !== "tfjs") {
        if (command.getOptionValueSource("batch") === "cli") throw new MayflyError("--batch belongs to --engine tfjs: the integer engine trains one sample at a time", 2);
      }
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
    if (variants.length === 0) throw new MayflyError(`experiment ${name} has no variants to choose from: it measures as a whole, so leave --variant out`, 2);
    return flags.variant.map((wanted) => {
      const found = variants.find((variant) => variant.name === wanted);
      if (!found) throw new MayflyError(`--variant ${wanted}: experiment ${name} has no such variant, it has ${variants.map((variant) => variant.name).join(", ")}`, 2);
      return found;
    });
  }
  const scale = flags.paper ? "paper" : flags.target ? "target" : "small";
  const found = variants.filter((variant) => variant.scale === scale);
  if (found.length === 0 && variants.length > 0) throw new MayflyError(`experiment ${name} has no ${scale} runs; choose by --variant: ${variants.map((variant) => `${variant.name} (${variant.scale})`).join(", ")}`, 2);
  return found;
}

async function run(experiment: Experiment, flags: ExperimentFlags): Promise<void> {
  const variants = chosen(experiment, flags);
  const source = flags.data ?? experiment.dataset;
  if (typeof source !== "string") throw new MayflyError(`experiment ${experiment.name} needs ${source.needs}`, 2);
  const data = await openData(source, { limit: flags.limit, limitTest: flags.limitTest });
  checkFrames(experiment, data);
  say(style.bold(`${experiment.title}  (${experiment.source})`));
  say(experiment.about);
  const runs: ReportedRun[] = [];
  const twins: ReportedTwin[] = [];
  for (const variant of variants) {
    say();
    say(style.bold(`${experiment.name} ${variant.name}: ${variant.about}`));
    const run = await runVariant(experiment, variant, source, data, flags);
    runs.push(run);
    const twin = variant.twin && flags.twins ? await runTwin(variant, variant.twin, run, data, flags) : null;
    if (twin) twins.push(twin);
  }
  const measurements = experiment.measure && !flags.variant ? await measured(experiment.measure, data, flags) : [];
  say();
  report(runs, twins, measurements);
  if (flags.json) sayJson({ experiment: experiment.name, source: experiment.source, dataset: data.train.name, seed: flags.seed, runs, twins, measurements });
}

/** Other frames would be other networks under the same names. */
function checkFrames({ name, frames, variants }: Experiment, { train }: OpenedDataset): void {
  if (!frames || sameShape(frames.shape, train.shape)) return;
  throw new MayflyError(`experiment ${name} takes frames of ${formatShape(frames.shape)}, and ${train.name} has ${formatShape(train.shape)}: ${frames.why}; for layers of your own on other frames, mayfly train DATASET --layers local${variants.length > 0 ? "3x11z5,local3x11z5" : ""}`, 2);
}

/** The same layers by backpropagation, kept in the run directory; null, and why, where tfjs is not there. */
async function runTwin(variant: Variant, { rate, batch, published }: TwinRecipe, run: ReportedRun, data: OpenedDataset, flags: ExperimentFlags): Promise<ReportedTwin | null> {
  let backend: Backend;
  try {
    backend = await startNamed(flags.backend);
  } catch (error) {
    if (!(error instanceof MayflyError)) throw error;
    say(`the backpropagation twin is left out: ${error.message}`);
    return null;
  }
  const epochs = flags.epochs ?? variant.epochs;
  const spec = resolveSpec({ ...variant.spec(data.train.shape, data.train.classes), seed: flags.seed });
  const origin: TwinOrigin = { kind: "backprop", spec, datasetHash: datasetHash(data.train, data.test), epochs, batch, rate };
  const trained = await twinIn(run.runDirectory, backend, origin, data);
  trained.twin.dispose();
  const testError = trained.epochs.findLast((epoch) => epoch.testError)?.testError?.readout ?? null;
  return { variant: variant.name, name: TWIN_NAMES.backprop, seed: flags.seed, batch, rate, backend: flags.backend, epochs: trained.epochs.map(({ epoch, testError: error }) => ({ epoch, error: error?.readout ?? null })), error: testError, published: published ?? null };
}

async function runVariant(experiment: Experiment, variant: Variant, source: string, data: OpenedDataset, flags: ExperimentFlags): Promise<ReportedRun> {
  const epochs = flags.epochs ?? variant.epochs;
  const total = epochs * data.train.count;
  const spec = { ...variant.spec(data.train.shape, data.train.classes), schedule: { holdSamples: Math.floor(total * (variant.hold ?? 0.5)), totalSamples: total }, seed: flags.seed };
  const path = join(flags.out, `${experiment.name}-${variant.name}${flags.epochs === undefined ? "" : `-${flags.epochs}epochs`}${flags.limit === undefined ? "" : `-${flags.limit}samples`}-seed${flags.seed}${flags.engine === "tfjs" ? "-tfjs" : ""}`);
  const about = { variant: variant.name, about: variant.about, seed: flags.seed, asked: variant.asked ?? null, published: variant.published ?? null, runDirectory: path };
  if (flags.engine === "tfjs") {
    const { directory, endedBefore } = await runInTfjs({ path, spec, data, settings: settingsOf(source, epochs, data, flags), backend: flags.backend, batch: flags.batch, checkpointEvery: flags.checkpointEvery });
    if (endedBefore) say(`has ended before: ${path}`);
    return { ...about, ...reported(directory), bytes: Number(directory.record.result!["tensorBytes"]), weightsHash: String(directory.record.result!["weightsHash"]) };
  }
  const { network, directory } = await openOrStart(path, variant, source, spec, epochs, data, flags);
  const ended = directory.record.result;
  const result = ended && ended["stopped"] !== "aborted" ? ended : await trainRun(directory, network, data, { checkpointEvery: flags.checkpointEvery });
  if (result === ended) say(`has ended before: ${path}`);
  return { ...about, ...reported(directory), bytes: network.plan.bytes.total, weightsHash: network.weightsHash() };
}

/** What a run directory says of its run. */
function reported({ record: { epochs, result, engineHash: hash } }: RunDirectory): Pick<ReportedRun, "epochs" | "testError" | "samplesPerSecond" | "engineHash"> {
  return {
    epochs: (epochs as EpochResult[]).map(({ epoch, testError }) => ({ epoch, testError })), testError: (result?.["testError"] as TestError | null) ?? null,
    samplesPerSecond: Number(result?.["pairsPerSecond"]), engineHash: hash,
  };
}

function settingsOf(source: string, epochs: number, data: OpenedDataset, flags: ExperimentFlags): RunSettings {
  return { ...absoluteData(source, { limit: flags.limit, limitTest: flags.limitTest }), datasetHash: datasetHash(data.train, data.test), epochs, evaluateEvery: flags.evaluateEvery, stopAt: null, patience: null };
}

/** A run begun before goes on, if it is the same one. */
async function openOrStart(path: string, variant: Variant, source: string, spec: Parameters<typeof Network.create>[0], epochs: number, data: OpenedDataset, flags: ExperimentFlags): Promise<{ network: Network; directory: RunDirectory }> {
  const hash = datasetHash(data.train, data.test);
  if (!existsSync(join(path, RUN_FILE))) {
    const network = Network.create(spec, variant.options);
    return { network, directory: await RunDirectory.create(path, settingsOf(source, epochs, data, flags), engineHash(network.size)) };
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

function report(runs: readonly ReportedRun[], twins: readonly ReportedTwin[], measurements: readonly Measurement[]): void {
  if (runs.length > 0) {
    const rows = runs.flatMap(({ variant, epochs, testError, asked, published }) => [
      [variant, String(epochs.length), percent(testError?.goodness ?? null), percent(testError?.readout ?? null), ...(twins.length > 0 ? [""] : []), asked === null ? "" : `≤ ${asked} %`, published ?? ""],
      // Right below the run whose twin it is.
      ...twins.filter((twin) => twin.variant === variant).map((twin) => [`  ${twin.name}`, String(twin.epochs.length), "", "", percent(twin.error), "", twin.published ?? ""]),
    ]);
    for (const line of table([["run", "epochs", "goodness", "readout", ...(twins.length > 0 ? ["output layer"] : []), "asked", "published"], ...rows], twins.length > 0 ? "lrrrrll" : "lrrrll")) say(line);
  }
  if (measurements.length > 0) {
    say();
    for (const line of table(measurements.map(({ what, value, unit, note }) => [what, `${Number(value.toFixed(3))} ${unit}`, note ?? ""]), "lrl")) say(line);
  }
}
