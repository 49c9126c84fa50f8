import { stat } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { collectActivities, type ShownLabel, usualLabel } from "../analysis/activities.js";
import { type LayerAnalysis, analyze } from "../analysis/analyze.js";
import type { OpenedDataset } from "../data/open.js";
import type { Build } from "../engine/artefacts.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { type Backend, BACKEND_NAMES, type BackendName } from "../reference/backends/backend.js";
import { startNamed } from "../reference/backends/registry.js";
import { knowsLabels } from "../spec/network_spec.js";
import { datasetHash } from "../train/dataset_hash.js";
import { evaluate } from "../train/evaluate.js";
import { type RunRecord, RunDirectory } from "../train/run_directory.js";
import { checkFits, type EpochResult } from "../train/train.js";
import { workOf } from "../train/work.js";
import { type Representation, type Representations, REPRESENTATIONS_FILE, saveRepresentations } from "../twins/representations.js";
import type { TwinOrigin } from "../twins/store.js";
import { activitiesOfTwin } from "../twins/train_twin.js";
import { checkTwin, TWIN_NAMES, type TwinKind, TWINS } from "../twins/twin.js";
import { layerLines, sideBySideLines, workLines } from "./analyze_tables.js";
import { addDataOptions, type DataFlags } from "./data_options.js";
import { buildOption, jsonOption, positive, wholeFrom } from "./flags.js";
import { openDataFor, openModel, refuseBoxes } from "./model_file.js";
import { say, sayJson } from "./output.js";
import { openProgress } from "./progress.js";
import { twinIn } from "./twin_training.js";

type AnalyzeFlags = DataFlags & { samples: number; label?: ShownLabel; against?: TwinKind[]; epochs?: number; batch: number; rate: number; backend: BackendName; build: Build | "auto"; json?: boolean };

/** Epochs of the twins of a model that does not say how many it had. */
const TWIN_EPOCHS = 10;

export function addAnalyzeCommand(program: Command): void {
  const command = program.command("analyze")
    .summary("what the layers of a trained network represent")
    .description("Watches a trained network's units on test samples: how sparse their activity is, which units form an ensemble for a class (active in at least half of its samples, and above chance by 4 standard deviations), how much the ensembles overlap, how selective single units are; and the multiply-adds that sparsity saved in training, by the engine's own counters. With --against it trains networks of the same shapes by backpropagation on the same data, and shows all side by side.")
    .argument("<run>", "run directory, or a .mayfly file with a data set")
    .argument("[dataset]", "data set (default: that of the run)")
    .option("--samples <n>", "test samples to watch", wholeFrom(10), 2000)
    .addOption(new Option("--label <which>", "label in the input while watching: none of them (neutral), or each sample's own, as in the paper (default: neutral; true without a readout and for recurrent networks)").choices(["neutral", "true"]))
    .addOption(buildOption())
    .addOption(jsonOption())
    .optionsGroup("Against backpropagation (tfjs):")
    .option("--against <names>", `train these twins, and show them beside: ${TWINS.join(",")}; kept in the run directory`, parseTwins)
    .option("--epochs <n>", `of the twins (default: as many as the run had, or ${TWIN_EPOCHS})`, wholeFrom(1))
    .option("--batch <n>", "of the twins", wholeFrom(1), 32)
    .option("--rate <number>", "of the twins: Adam's, constant for half of the run, then falling to 0", positive, 0.001)
    .addOption(new Option("--backend <name>", "where the twins run: see `mayfly backends`").choices([...BACKEND_NAMES]).default("wasm"));
  addDataOptions(command);
  command.addHelpText("after", `
Examples:
  mayfly analyze runs/mnist-256,256-i16-seed1
  mayfly analyze runs/mnist-256,256-i16-seed1 --against backprop,backprop-ff --epochs 5 --label true
  mayfly train mnist --layers 256,256 --leave-out 9 --out runs/no-nines && mayfly analyze runs/no-nines`);
  command.action(async (model: string, dataset: string | undefined, flags: AnalyzeFlags) => {
    for (const name of ["epochs", "batch", "rate", "backend"]) {
      if (!flags.against && command.getOptionValueSource(name) === "cli") throw new MayflyError(`--${name} is one of the twins': give --against too, e.g. --against backprop,backprop-ff`, 2);
    }
    await analyzeModel(model, dataset, flags);
  });
}

function parseTwins(text: string): TwinKind[] {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !TWINS.includes(name as TwinKind));
  if (wrong !== undefined) throw new InvalidArgumentError(`Give one or both of ${TWINS.join(",")}.`);
  return TWINS.filter((kind) => names.includes(kind));
}

async function analyzeModel(model: string, dataset: string | undefined, flags: AnalyzeFlags): Promise<void> {
  const { network } = await openModel(model, { build: flags.build });
  refuseBoxes(network, model, "cannot be analysed");
  const { spec } = network;
  if (flags.label === "neutral" && spec.readout.from === null) throw new MayflyError("--label neutral: this network has no readout, so no pass with a neutral label; take --label true", 2);
  const data = await openDataFor(model, dataset, flags);
  const { test, note } = data;
  checkFits(network, test);
  for (const kind of flags.against ?? []) checkTwin(kind, spec);
  // What is not there is better refused before minutes of work.
  const backend = flags.against ? await startNamed(flags.backend) : null;
  if (note) say(note);
  const record = (await stat(model)).isDirectory() ? (await RunDirectory.open(model)).record : null;
  const shown = flags.label ?? usualLabel(spec);
  const leftOut = leftOutOf(flags, record);
  const layers = watch(network, data, flags.samples, shown, leftOut);
  const work = workOfRun(network, record);
  const names = Array.from({ length: test.classes }, (_, label) => test.classNames?.[label] ?? String(label));
  for (const layer of layers) for (const line of layerLines(layer, names)) say(line);
  for (const line of workLines(work)) say(line);
  const beside = backend ? await sideBySide(backend, model, dataset, data, network, layers, record, shown, leftOut, flags) : null;
  if (beside) for (const line of sideBySideLines(beside, names)) say(line);
  if (!flags.json) return;
  const told = (each: readonly LayerAnalysis[]) => each.map(({ ensembles, ...rest }) => ({ ...rest, ensembles: { sizes: ensembles.members.map((list) => list.length), ...ensembles } }));
  sayJson({
    model, dataset: test.name, samples: Math.min(flags.samples, test.count), label: shown, leftOut, weightsHash: network.weightsHash(), engineHash: record?.engineHash ?? null, layers: told(layers), work,
    against: beside ? { ...beside, networks: beside.networks.map((each) => ({ ...each, layers: told(each.layers) })) } : null,
  });
}

/** The class that training lacked; said on the command line, or by the run. */
function leftOutOf({ leaveOut }: DataFlags, record: RunRecord | null): number | null {
  const ofRun = record?.settings.datasetOptions["leaveOut"];
  return leaveOut ?? (typeof ofRun === "number" ? ofRun : null);
}

function watch(network: Network, { test }: OpenedDataset, samples: number, shown: ShownLabel, leftOut: number | null): LayerAnalysis[] {
  const progress = openProgress();
  const total = Math.min(samples, test.count);
  try {
    return analyze(collectActivities(network, test, total, { shown, onProgress: (done) => progress.update("watching", done, total) }), leftOut);
  } finally {
    progress.end();
  }
}

/** Multiply-adds of each epoch; none for a run in tfjs, which counts no rows. */
function workOfRun(network: Network, record: RunRecord | null) {
  const epochs = (record?.epochs ?? []) as (Pick<EpochResult, "epoch"> & Partial<EpochResult>)[];
  return epochs.flatMap(({ epoch, counters }) => (counters ? [{ epoch, rowsUsed: counters.rowsUsed, rowsUpdated: counters.rowsUpdated, layers: workOf(network, counters) }] : []));
}

async function sideBySide(backend: Backend, model: string, dataset: string | undefined, data: OpenedDataset, network: Network, layers: LayerAnalysis[], record: RunRecord | null, shown: ShownLabel, leftOut: number | null, flags: AnalyzeFlags): Promise<Representations> {
  const { spec } = network;
  // Beside the run they belong to, unless they learn from other data.
  const hash = datasetHash(data.train, data.test);
  const otherData = record !== null && record.settings.datasetHash !== hash;
  const folder = record && dataset === undefined && !otherData ? model : null;
  if (!folder) say(`the twins are not kept: ${otherData ? "their data are not those of the run, which learned from its own (--limit and the like were given, or another data set)" : "there is no run directory that they belong to"}`);
  const epochs = flags.epochs ?? (record?.epochs.length || TWIN_EPOCHS);
  const progress = openProgress();
  const total = data.test.count;
  const own = evaluate(network, data.test, (done) => progress.update("testing", done, total)).testError;
  progress.end();
  const networks: Representation[] = [{ kind: "ff", name: knowsLabels(spec) && spec.objective === "classwise" ? "Forward-Forward, class-wise" : "Forward-Forward", testError: own, epochs: record?.epochs.length ?? 0, layers }];
  for (const kind of flags.against ?? []) {
    const origin: TwinOrigin = { kind, spec, datasetHash: hash, epochs, batch: flags.batch, rate: flags.rate };
    const trained = await twinIn(folder, backend, origin, data);
    try {
      const testError = trained.epochs.findLast((epoch) => epoch.testError)?.testError ?? { goodness: null, readout: null };
      networks.push({ kind, name: TWIN_NAMES[kind], testError, epochs, layers: analyze(await activitiesOfTwin(trained.twin, spec, data.test, flags.samples, shown), leftOut) });
    } finally {
      trained.twin.dispose();
    }
  }
  const found: Representations = { mayfly: 1, weightsHash: network.weightsHash(), dataset: data.test.name, samples: Math.min(flags.samples, data.test.count), label: shown, leftOut, batch: flags.batch, rate: flags.rate, backend: backend.name, networks };
  if (folder) await saveRepresentations(folder, found);
  if (folder) say(`${folder}/${REPRESENTATIONS_FILE} is what \`mayfly report ${folder}\` shows`);
  return found;
}
