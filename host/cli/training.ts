import { availableParallelism } from "node:os";
import { describeDataset } from "../data/dataset.js";
import type { OpenedDataset } from "../data/open.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import type { RunDirectory } from "../train/run_directory.js";
import { trainingThreads } from "../threads/shares.js";
import { type EpochResult, type StopReason, train } from "../train/train.js";
import { ThreadError } from "../threads/crew.js";
import { interruptible } from "./interrupt.js";
import { layersText } from "./flags.js";
import { memoryMap } from "./memory_map.js";
import { count, errorText, percent, say, sayJson, style } from "./output.js";
import { openProgress } from "./progress.js";

interface TrainingFlags {
  checkpointEvery: number;
  /** Minutes; a longer run is told of a GPU. */
  timeLimit?: number;
  /** Default 1. */
  threads?: number;
  json?: boolean;
}

/** Trains a network inside a run directory, prints what happens, and ends with the result. */
export async function trainRun(run: RunDirectory, network: Network, data: OpenedDataset, flags: TrainingFlags) {
  const started = performance.now();
  announce(network, data, flags.threads ?? 1);
  // The record may be ahead of the checkpoint: see RunDirectory.save.
  run.record.epochs = run.record.epochs.slice(0, Math.floor(network.samples / data.train.count));
  run.record.result = null;
  const { reason, samplesPerSecond } = await interruptible((signal) => runEpochs(run, network, data, flags, signal)).catch(async (error: unknown) => {
    if (!(error instanceof ThreadError)) throw error;
    // The network is whole, and the epochs behind it are recorded.
    await run.save(network.checkpoint());
    throw new MayflyError(`${error.message}: saved, go on with: mayfly resume ${run.path}`, 1, error);
  });

  const epochs = run.record.epochs as EpochResult[];
  const testError = epochs.findLast((epoch) => epoch.testError)?.testError ?? null;
  const summary = {
    pairsPerSecond: samplesPerSecond,
    bytes: network.plan.bytes,
    samples: network.samples,
    seed: network.spec.seed,
    spec: network.spec,
    dataset: data.train.name,
    build: network.build,
    threads: flags.threads ?? 1,
    engineHash: run.record.engineHash,
    weightsHash: network.weightsHash(),
    stopped: reason,
    seconds: Math.round((performance.now() - started) / 10) / 100,
    runDirectory: run.path,
  };
  run.record.result = { testError, ...summary };
  await run.save(network.checkpoint());
  if (flags.json) sayJson({ testError, epochs, ...summary });
  if (reason === "aborted") throw new MayflyError(`interrupted ${whereIn(network, data)}; all is saved, go on with: mayfly resume ${run.path}`, 1);
  say();
  if (reason !== "finished") say(`stopped early: ${reason}`);
  if (testError) say(style.bold(`test error: ${errorText(testError)}`));
  say(`weights ${summary.weightsHash}, engine ${summary.engineHash}, ${count(summary.pairsPerSecond)} samples/s`);
  say(`saved in ${run.path}`);
  return { testError, epochs, ...summary };
}

function announce(network: Network, data: OpenedDataset, threads: number): void {
  const { spec } = network;
  say(style.bold(`${spec.input.width * spec.input.height * spec.input.channels}-${layersText(spec.layers, "-")}  ${spec.layers[0]?.weights}, ${spec.objective}, seed ${spec.seed}, ${network.build} engine`));
  say(describeDataset(data.train));
  say(describeDataset(data.test));
  if (data.note) say(data.note);
  if (threads > 1) say(threadsText(network, threads));
  const cores = availableParallelism();
  if (threads > cores) say(`${threads} threads on ${cores} core${cores === 1 ? "" : "s"}: they will wait for each other, each needs a core (docs/threads.md)`);
  say();
  for (const line of memoryMap(network.plan)) say(line);
  say();
  if (network.samples > 0) say(`resumed ${whereIn(network, data)}`);
}

/** What the threads do: no more train than there is something to divide for. */
function threadsText({ spec }: Network, threads: number): string {
  const trainers = trainingThreads(spec, threads);
  if (trainers === 1) return `${threads} threads test; one trains, for there is one layer`;
  return `${threads} threads test; ${trainers < threads ? `${trainers} of them` : "the same"} train, with layers or units of their own`;
}

/** Trains to the end or to an interruption; keeps the record and the checkpoint up to date. */
async function runEpochs(run: RunDirectory, network: Network, data: OpenedDataset, flags: TrainingFlags, signal: AbortSignal): Promise<{ reason: StopReason; samplesPerSecond: number }> {
  const { settings } = run.record;
  const epochs = run.record.epochs as EpochResult[];
  const labelOf = (epoch: number): string => `epoch ${String(epoch).padStart(String(settings.epochs).length)}/${settings.epochs}`;
  const progress = openProgress();
  let saved = performance.now();
  const save = async (): Promise<void> => {
    await run.save(network.checkpoint());
    saved = performance.now();
  };
  if (network.samples === 0) await save();
  let running = 0;
  let reason: StopReason = "finished";
  const offer = longRunOffer(network, data.train.count * settings.epochs, flags.timeLimit);
  try {
    for await (const event of train(network, data.train, { ...settings, test: data.test, history: [...epochs], signal, threads: flags.threads })) {
      if (event.type === "progress") {
        running = event.pairsPerSecond;
        offer(running);
        progress.update(labelOf(event.epoch), event.done, event.total, `${count(running)} samples/s${event.readoutError === null ? "" : `, readout wrong ${event.readoutError.toFixed(1)} %`}`);
        if (performance.now() - saved > flags.checkpointEvery * 1000 && event.done < event.total) await save();
      } else if (event.type === "evaluating") {
        progress.update(`${labelOf(event.epoch)} test`, event.done, event.total);
      } else if (event.type === "epoch") {
        progress.end();
        epochs[event.result.epoch - 1] = event.result;
        await save();
        say(epochLine(labelOf(event.result.epoch), event.result));
      } else reason = event.reason;
    }
  } finally {
    progress.end();
  }
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  return { reason, samplesPerSecond: seconds > 0 ? Math.round(epochs.reduce((sum, epoch) => sum + epoch.pairsPerSecond * epoch.seconds, 0) / seconds) : running };
}

/** Not the very first samples, whose speed says little. */
const MEASURED_SAMPLES = 2000;

/** Says once, from the speed measured, when a run will take longer than the limit, and how a GPU would do it. */
export function longRunOffer(network: Network, totalSamples: number, limitMinutes = Infinity, tell: (line: string) => void = say): (samplesPerSecond: number) => void {
  const first = network.samples;
  let told = false;
  return (samplesPerSecond) => {
    const minutes = (totalSamples - network.samples) / samplesPerSecond / 60;
    if (told || network.samples - first < MEASURED_SAMPLES || minutes <= limitMinutes) return;
    told = true;
    const { spec } = network;
    // A box computes in its host, one sample at a time: no GPU helps.
    if (spec.layers.some(({ kind }) => kind === "box")) return;
    tell(`note: at this speed the run takes another ${minutes >= 120 ? `${(minutes / 60).toFixed(1)} hours` : `${Math.ceil(minutes)} minutes`}. A GPU does it in float, in batches, and the result comes back as a model for the engine: mayfly train … --layers ${layersText(spec.layers)} --engine tfjs --backend webgpu --batch 64 (see \`mayfly backends\`)`);
  };
}

function epochLine(label: string, { testError, seconds, pairsPerSecond }: EpochResult): string {
  const test = testError ? `test error ${[testError.goodness === null ? "" : `${percent(testError.goodness)} goodness`, testError.readout === null ? "" : `${percent(testError.readout)} readout`].filter(Boolean).join(", ")}` : "not tested";
  return `${label}  ${test}  ${style.dim(`${seconds.toFixed(1)} s, ${count(pairsPerSecond)} samples/s`)}`;
}

/** "in epoch 3, after 12,000 of 60,000 samples" or "after epoch 3". */
function whereIn(network: Network, data: OpenedDataset): string {
  const total = data.train.count;
  const epoch = Math.floor(network.samples / total);
  const into = network.samples % total;
  if (into === 0) return epoch === 0 ? "before the first sample" : `after epoch ${epoch}`;
  return `in epoch ${epoch + 1}, after ${count(into)} of ${count(total)} samples`;
}
