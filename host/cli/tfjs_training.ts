import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describeDataset } from "../data/dataset.js";
import type { OpenedDataset } from "../data/open.js";
import { MayflyError } from "../errors.js";
import type { Backend } from "../reference/backends/backend.js";
import { startNamed } from "../reference/backends/registry.js";
import { FloatNetwork } from "../reference/float/network.js";
import { MAYFLY, type Recipe } from "../reference/float/recipe.js";
import { loadState, saveState } from "../reference/float/state.js";
import { type FloatEpoch, trainFloat } from "../reference/float/train.js";
import { toEngine } from "../reference/interchange.js";
import { type NetworkSpec, resolveSpec } from "../spec/network_spec.js";
import { reasonOf, writeAtomically } from "../train/atomic_file.js";
import type { RunDirectory } from "../train/run_directory.js";
import { layersText } from "./flags.js";
import { interruptible } from "./interrupt.js";
import { count, errorText, percent, say, sayJson, style } from "./output.js";
import { openProgress } from "./progress.js";
import { recipeOf } from "./tfjs_options.js";

/** The exact f32 state, beside the quantised model. */
export const STATE_FILE = "float.state";

interface Flags {
  checkpointEvery: number;
  json?: boolean;
}

/** Starts or goes on with a run in tfjs inside a run directory whose settings say how. */
export async function trainTfjsRun(run: RunDirectory, data: OpenedDataset, flags: Flags): Promise<void> {
  const { tfjs } = run.record.settings;
  if (!tfjs) throw new MayflyError(`${run.path} is not a run in tfjs`, 1);
  const spec = resolveSpec(tfjs.spec as Parameters<typeof resolveSpec>[0]);
  const recipe = recipeOf(tfjs.recipe, tfjs.rate ?? undefined);
  const backend = await startNamed(tfjs.backend);
  const network = await FloatNetwork.create(backend, spec, recipe);
  try {
    await takeUp(network, run);
    await trainHere(run, network, data, flags, tfjs.batch);
  } finally {
    network.dispose();
  }
}

async function takeUp(network: FloatNetwork, run: RunDirectory): Promise<void> {
  const file = join(run.path, STATE_FILE);
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new MayflyError(`cannot read ${file}: ${reasonOf(error)}`, 1, error);
  }
  loadState(network, bytes, file);
}

async function trainHere(run: RunDirectory, network: FloatNetwork, data: OpenedDataset, flags: Flags, batch: number): Promise<void> {
  const { settings } = run.record;
  const { backend, spec, recipe } = network;
  announce(network, data, batch);
  run.record.epochs = run.record.epochs.slice(0, Math.floor(network.samples / data.train.count));
  run.record.result = null;
  const epochs = run.record.epochs as FloatEpoch[];
  const started = performance.now();
  const progress = openProgress();
  let saved = performance.now();
  const save = async (): Promise<void> => {
    await saveRun(run, network);
    saved = performance.now();
  };
  let reason: string = "finished";
  await interruptible(async (signal) => {
    try {
      for await (const event of trainFloat(network, data.train, { epochs: settings.epochs, batch, seed: spec.seed, test: data.test, evaluateEvery: settings.evaluateEvery, evaluateBatch: evaluateBatch(spec), signal })) {
        if (event.type === "progress") {
          progress.update(`epoch ${event.epoch}/${settings.epochs}`, event.done, event.total, `${count(event.pairsPerSecond)} samples/s`);
          if (performance.now() - saved > flags.checkpointEvery * 1000) await save();
        } else if (event.type === "epoch") {
          progress.end();
          epochs[event.result.epoch - 1] = event.result;
          await save();
          say(epochLine(event.result, settings.epochs));
        } else reason = event.reason;
      }
    } finally {
      progress.end();
    }
  });
  const testError = epochs.findLast((epoch) => epoch.testError)?.testError ?? null;
  const engine = recipe.name === MAYFLY.name ? await quantised(network, data) : null;
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const summary = {
    engine: "tfjs", backend: backend.name, adapter: backend.adapter, tfjs: backend.version, recipe, batch, samples: network.samples, seed: spec.seed, spec, dataset: data.train.name, stopped: reason,
    pairsPerSecond: seconds > 0 ? Math.round(epochs.reduce((sum, epoch) => sum + epoch.pairsPerSecond * epoch.seconds, 0) / seconds) : 0, tensors: backend.tf.memory().numTensors, tensorBytes: backend.tf.memory().numBytes,
    quantised: engine, engineHash: run.record.engineHash, weightsHash: engine?.weightsHash ?? null, seconds: Math.round((performance.now() - started) / 10) / 100, runDirectory: run.path,
  };
  run.record.result = { testError, ...summary };
  await saveRun(run, network);
  if (flags.json) sayJson({ testError, epochs, ...summary });
  if (reason === "aborted") throw new MayflyError(`interrupted after ${count(network.samples)} samples; all is saved, go on with: mayfly resume ${run.path}`, 1);
  say();
  if (testError) say(style.bold(`test error: ${errorText(testError)}`));
  if (engine) say(`in the engine's ${spec.layers[0]!.weights}: ${errorText(engine.testError)}, weights ${engine.weightsHash}${engine.saturated > 0 ? `, ${count(engine.saturated)} weights cut to their range` : ""}`);
  else say(`the recipe ${recipe.name} has inputs of its own, so there is no model for the engine; the weights are in ${STATE_FILE}`);
  say(`saved in ${run.path}`);
}

/** The network as the engine will compute it, tested there. */
async function quantised(network: FloatNetwork, data: OpenedDataset) {
  const { evaluate } = await import("../train/evaluate.js");
  const { network: engine, saturated } = await toEngine(network);
  return { testError: evaluate(engine, data.test).testError, weightsHash: engine.weightsHash(), saturated, bytes: engine.plan.bytes };
}

async function saveRun(run: RunDirectory, network: FloatNetwork): Promise<void> {
  // The state first: it is what a resumed run goes on from.
  await writeAtomically(join(run.path, STATE_FILE), await saveState(network));
  if (network.recipe.name === MAYFLY.name) await run.save((await toEngine(network)).network.checkpoint());
  else await run.saveRecord();
}

/** Fewer frames at once for wide networks: a batch of tests must not take more memory than a batch of training. */
function evaluateBatch(spec: NetworkSpec): number {
  const widest = Math.max(...spec.layers.map(({ units }) => units));
  return Math.max(20, Math.min(500, Math.floor(500_000 / widest)));
}

function announce({ backend, spec, recipe, samples }: { backend: Backend; spec: NetworkSpec; recipe: Recipe; samples: number }, data: OpenedDataset, batch: number): void {
  say(style.bold(`${spec.input.width * spec.input.height * spec.input.channels}-${layersText(spec.layers, "-")}  f32, ${spec.objective}, recipe ${recipe.name}, batch ${batch}, seed ${spec.seed}, tfjs ${backend.name} on ${backend.adapter}`));
  say(describeDataset(data.train));
  say(describeDataset(data.test));
  if (samples > 0) say(`resumed after ${count(samples)} samples`);
  say();
}

function epochLine({ epoch, testError, seconds, pairsPerSecond }: FloatEpoch, epochs: number): string {
  const test = testError ? `test error ${percent(testError.goodness)} goodness${testError.readout === null ? "" : `, ${percent(testError.readout)} readout`}` : "not tested";
  return `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  ${test}  ${style.dim(`${seconds.toFixed(1)} s, ${count(pairsPerSecond)} samples/s`)}`;
}
