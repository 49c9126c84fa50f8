import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { type Build, engineHash } from "../engine/artefacts.js";
import { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import type { OpenedDataset } from "../data/open.js";
import { startNamed } from "../reference/backends/registry.js";
import { checkSupported } from "../reference/fixed_spec.js";
import { specOverrides } from "../reference/float/recipe.js";
import { type NetworkSpecInput, resolveSpec } from "../spec/network_spec.js";
import { datasetHash } from "../train/dataset_hash.js";
import { checkThreads } from "../train/learner.js";
import { checkGiven } from "../train/train.js";
import { RunDirectory } from "../train/run_directory.js";
import { absoluteData, addDataOptions, type DataFlags, DATASET_HELP, dataOptions, openData } from "./data_options.js";
import { buildOption, helpOption, jsonOption, layersText, numberTo, threadsOption, whole, wholeFrom } from "./flags.js";
import { addNetworkOptions, checkNetworkFlags, type NetworkFlags, specFrom } from "./network_options.js";
import { REPORT_FILE, writeReport } from "./report_command.js";
import { addTfjsOptions, checkTfjsFlags, recipeOf, type TfjsFlags } from "./tfjs_options.js";
import { trainTfjsRun } from "./tfjs_training.js";
import { trainRun } from "./training.js";

type TrainFlags = NetworkFlags & DataFlags & TfjsFlags & {
  epochs: number;
  build: Build | "auto";
  out?: string;
  evaluateEvery: number;
  stopAt?: number;
  patience?: number;
  hold: number;
  checkpointEvery: number;
  threads: number;
  report?: boolean;
  json?: boolean;
};

/** Samples a run may have in all: the engine counts them in an i32. */
const MAX_SAMPLES = 2 ** 31 - 1;
/** Deeper networks have only their depth in the name of their run directory. */
const MAX_NAMED_LAYERS = 8;

export function addTrainCommand(program: Command): void {
  const command = program.command("train")
    .summary("train a network")
    .description("Trains a Forward-Forward network in the integer engine, in a memory of fixed size, and writes a run directory: run.json (settings, errors, hashes) and model.mayfly (a checkpoint, from which `mayfly resume` goes on bit for bit).")
    .argument("<dataset>", DATASET_HELP)
    .addHelpOption(helpOption().helpGroup("Run:"));
  addNetworkOptions(command);
  command
    .optionsGroup("Run:")
    .option("--epochs <n>", "passes over the training set", wholeFrom(1), 10)
    .option("--hold <share>", "share of the run at the full learning rate, before it falls linearly to 0", numberTo(1), 0.5)
    .option("--stop-at <percent>", "stop once a test error is this low", numberTo(100))
    .option("--patience <n>", "stop after n tests in a row without a new best", wholeFrom(1))
    .option("--evaluate-every <n>", "test after every n-th epoch, and after the last", wholeFrom(1), 1)
    .option("--checkpoint-every <seconds>", "write the checkpoint at least so often", whole, 30)
    .option("--report", `draw the run as ${REPORT_FILE} in its directory at the end, as \`mayfly report\` does`)
    .option("--out <dir>", "run directory (default: runs/<data>-<layers>-…, numbered when taken)")
    .addOption(threadsOption("train the layers in so many threads at once, as a pipeline, and test in all of them"))
    .addOption(buildOption())
    .addOption(jsonOption());
  addTfjsOptions(command);
  addDataOptions(command);
  command.addHelpText("after", `
Examples:
  mayfly train mnist --layers 256,256 --weights i16 --epochs 10 --seed 1
  mayfly train mnist --layers 1000,1000,1000,1000 --threads 2
  mayfly train mnist --layers 120,60 --weights i8 --objective classwise --memory-limit 128KiB
  mayfly train mnist --layers conv20x5p2,conv40x3p2,conv80x3 --objective classwise --weights i8 --epochs 4
  mayfly train samples.csv --label-column species --scale minmax --layers 32,16
  mayfly train frames.u8:labels.u8 --shape 28x28 --layers 64`);
  command.action(async (dataset: string, flags: TrainFlags) => {
    checkNetworkFlags(command, flags);
    checkTfjsFlags(command, flags);
    const data = await openData(dataset, dataOptions(flags));
    const total = data.train.count * flags.epochs;
    if (total > MAX_SAMPLES) throw new MayflyError(`--epochs ${flags.epochs} is too many: with ${data.train.count} samples an epoch, ${Math.floor(MAX_SAMPLES / data.train.count)} is the most`, 2);
    const spec = specFrom(flags, data.train.shape, data.train.classes, { holdSamples: Math.floor(total * flags.hold), totalSamples: total });
    if (flags.engine === "tfjs") return trainTfjs(dataset, flags, spec, data);
    const network = Network.create(spec, { build: flags.build, size: flags.threads > 1 ? "full" : "auto" });
    checkThreads(network.spec, flags.threads);
    // From here on nothing the user wrote can be wrong any more, so a refused start leaves no run directory behind.
    const run = await RunDirectory.create(flags.out ?? defaultPath(dataset, flags), {
      ...absoluteData(dataset, dataOptions(flags)), datasetHash: datasetHash(data.train, data.test), epochs: flags.epochs, evaluateEvery: flags.evaluateEvery, stopAt: flags.stopAt ?? null, patience: flags.patience ?? null,
    }, engineHash(network.size), { numbered: flags.out === undefined });
    await trainRun(run, network, data, flags);
    if (flags.report) await writeReport([run.path], join(run.path, REPORT_FILE));
  });
}

async function trainTfjs(dataset: string, flags: TrainFlags, spec: NetworkSpecInput, data: OpenedDataset): Promise<void> {
  const recipe = recipeOf(flags.recipe, flags.tfjsRate);
  const asked = { ...spec, ...specOverrides(recipe) };
  const resolved = resolveSpec(asked);
  checkSupported(resolved);
  checkGiven(resolved, false);
  // Before the run directory is made: a backend that is not there leaves nothing behind.
  await startNamed(flags.backend);
  const run = await RunDirectory.create(flags.out ?? `${defaultPath(dataset, flags)}-tfjs`, {
    ...absoluteData(dataset, dataOptions(flags)), datasetHash: datasetHash(data.train, data.test), epochs: flags.epochs, evaluateEvery: flags.evaluateEvery, stopAt: null, patience: null,
    tfjs: { backend: flags.backend, batch: flags.batch, recipe: recipe.name, rate: flags.tfjsRate ?? null, spec: asked },
  }, engineHash(), { numbered: flags.out === undefined });
  await trainTfjsRun(run, data, flags);
  if (flags.report) await writeReport([run.path], join(run.path, REPORT_FILE));
}

function defaultPath(dataset: string, { layers, weights, objective, seed }: TrainFlags): string {
  const source = dataset.split(":")[0] ?? "";
  const name = basename(resolve(source)).replace(/(\.(csv|gz|idx|u8|bin))+$/i, "").replace(/[^A-Za-z0-9.]+/g, "-");
  const widths = layers.length <= MAX_NAMED_LAYERS ? layersText(layers) : `${layers.length}layers`;
  return `runs/${name || "data"}-${widths}-${weights}${objective === "classwise" ? "-classwise" : ""}-seed${seed}`;
}
