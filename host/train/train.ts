import { platform } from "#platform";
import type { Dataset } from "../data/dataset.js";
import { frame } from "../data/dataset.js";
import { permutation } from "../data/shuffle.js";
import type { SampleExtras } from "../engine/extras.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import type { NetworkSpec } from "../spec/network_spec.js";
import type { PipelineReport, TrainingSample } from "../threads/pipeline.js";
import { CounterReader, type TrainingCounters } from "./counters.js";
import type { TestError } from "./evaluate.js";
import { type Learner, startLearner } from "./learner.js";

export interface TrainOptions {
  /** Passes over the training set, in all (a resumed network has some behind it). */
  epochs: number;
  /** Evaluated at the end of epochs; null: never. */
  test?: Dataset | null;
  /** Evaluate after every n-th epoch and after the last; default 1. */
  evaluateEvery?: number;
  /** Seed of the order of the samples; default the network's. */
  seed?: number;
  /** Stops when the lower of the two test errors is at most this, in percent. */
  stopAt?: number | null;
  /** Stops after so many evaluations in a row without a new best; default never. */
  patience?: number | null;
  /** Ends the run soon, between two samples. */
  signal?: AbortSignal;
  /** Of a resumed network: the results of the epochs behind it, so that early stops fall where they would have fallen. */
  history?: readonly EpochResult[];
  /** What sample `index` of the training set brings along, where negatives or targets are "given". */
  extras?: (index: number) => SampleExtras;
  /** Samples between two "progress" events; default 1,000. */
  progressEvery?: number;
  /** Threads that train together and evaluate side by side (docs/threads.md); default 1. The bits are the same. */
  threads?: number;
  /** What they divide: the layers of the network, or the units of every layer; default whichever is faster by their own measurements. */
  divide?: "layers" | "units";
}

export interface EpochResult {
  /** From 1. */
  epoch: number;
  /** Percent; null when this epoch was not evaluated, or the evaluation was aborted. */
  testError: TestError | null;
  counters: TrainingCounters;
  /** Training alone, without evaluation. */
  seconds: number;
  /** Training samples a second; of the pair objective one sample is a positive and a negative. */
  pairsPerSecond: number;
}

export type StopReason = "finished" | "aborted" | "target reached" | "no improvement";

export type TrainEvent =
  | { type: "progress"; epoch: number; done: number; total: number; pairsPerSecond: number; readoutError: number | null; threads: PipelineReport | null }
  | { type: "evaluating"; epoch: number; done: number; total: number }
  | { type: "epoch"; result: EpochResult }
  | { type: "end"; reason: StopReason };

/**
 * Trains a network and reports on the way. The order of the samples depends on the seed and the epoch alone, and the network knows
 * how many samples it has seen, so a network taken from a checkpoint goes on where it was, bit for bit.
 *
 * ```ts
 * for await (const event of train(network, data.train, { epochs: 10, test: data.test })) {
 *   if (event.type === "epoch") console.log(event.result.testError);
 * }
 * ```
 */
export async function* train(network: Network, data: Dataset, options: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
  checkFits(network, data);
  if (options.test) checkFits(network, options.test);
  const { progressEvery = 1000, threads = 1 } = options;
  if (!(progressEvery >= 1)) throw new MayflyError(`progressEvery is ${progressEvery}, expected at least 1 sample`, 2);
  checkGiven(network.spec, options.extras !== undefined);
  const learner = await startLearner(network, threads, options.divide);
  try {
    yield* trainedBy(learner, network, data, { ...options, progressEvery });
  } finally {
    await learner.close();
  }
}

async function* trainedBy(learner: Learner, network: Network, data: Dataset, options: TrainOptions & { progressEvery: number }): AsyncGenerator<TrainEvent, void, void> {
  const { epochs, seed = network.spec.seed, progressEvery, history = [], signal } = options;
  const early = new EarlyStop(options);
  let stop: StopReason | null = null;
  for (const past of history) stop = early.after(past);

  // An abort may have cut the evaluation of the last epoch short.
  const last = history.at(-1);
  if (last && !last.testError && isDue(last.epoch, options)) {
    const testError = yield* evaluated(learner, last.epoch, options);
    if (!testError) return yield { type: "end", reason: "aborted" };
    const result = { ...last, testError };
    yield { type: "epoch", result };
    stop = early.after(result);
  }
  if (stop) return yield { type: "end", reason: stop };

  for (let epoch = Math.floor(network.samples / data.count) + 1; epoch <= epochs; epoch++) {
    const order = permutation(data.count, seed, epoch);
    const first = network.samples % data.count;
    const counters = new CounterReader(network);
    const totals = new CounterReader(network);
    let seconds = 0;
    for (let from = first; from < data.count; from += progressEvery) {
      if (signal?.aborted) return yield { type: "end", reason: "aborted" };
      const to = Math.min(from + progressEvery, data.count);
      const start = performance.now();
      // A promise takes a turn of its own, which a small step would feel.
      const under = learner.train(samplesOf(data, order.subarray(from, to), options));
      if (under) await under;
      seconds += (performance.now() - start) / 1000;
      const { readoutError } = counters.since(to - from);
      totals.note();
      yield { type: "progress", epoch, done: to, total: data.count, pairsPerSecond: Math.round((to - first) / seconds), readoutError, threads: learner.report };
      await platform.turn();
    }

    // Before the evaluation, whose predictions count rows too.
    const trained = totals.since(data.count - first);
    const due = isDue(epoch, options);
    const testError = due ? yield* evaluated(learner, epoch, options) : null;
    const result: EpochResult = {
      epoch, testError, counters: trained, seconds: Math.round(seconds * 1e6) / 1e6, pairsPerSecond: Math.round((data.count - first) / seconds),
    };
    yield { type: "epoch", result };
    const reason = due && !testError ? "aborted" : early.after(result);
    if (reason) return yield { type: "end", reason };
  }
  yield { type: "end", reason: "finished" };
}

/** The samples of a stretch of an epoch, in their order. */
function* samplesOf(data: Dataset, order: Uint32Array, { extras }: TrainOptions): Generator<TrainingSample, void, void> {
  for (const index of order) yield { frame: frame(data, index), label: data.labels[index] ?? 0, extras: extras?.(index) };
}

function isDue(epoch: number, { test, evaluateEvery = 1, epochs }: TrainOptions): boolean {
  return test != null && (epoch % evaluateEvery === 0 || epoch === epochs);
}

/** Evaluates the test set; null when the signal aborts it. */
async function* evaluated(learner: Learner, epoch: number, { test, signal }: TrainOptions): AsyncGenerator<TrainEvent, TestError | null, void> {
  if (!test) return null;
  yield { type: "evaluating", epoch, done: 0, total: test.count };
  const steps = learner.evaluation(test);
  for (;;) {
    if (signal?.aborted) {
      await steps.return(null as never);
      return null;
    }
    const step = await steps.next();
    if (step.done) return step.value.testError;
    yield { type: "evaluating", epoch, done: step.value, total: test.count };
    await platform.turn();
  }
}

/** Decides after each epoch whether the run ends before its last. */
class EarlyStop {
  private best = Infinity;
  private evaluationsSinceBest = 0;

  constructor(private readonly options: TrainOptions) {}

  after({ epoch, testError }: EpochResult): StopReason | null {
    const { epochs, stopAt, patience } = this.options;
    if (!testError || epoch >= epochs) return null;
    const error = Math.min(testError.goodness ?? Infinity, testError.readout ?? Infinity);
    if (stopAt != null && error <= stopAt) return "target reached";
    this.evaluationsSinceBest = error < this.best ? 0 : this.evaluationsSinceBest + 1;
    this.best = Math.min(this.best, error);
    return patience != null && this.evaluationsSinceBest >= patience ? "no improvement" : null;
  }
}

/** A data set holds frames and labels only: what the spec says is given has to come from somewhere. */
export function checkGiven(spec: NetworkSpec, hasExtras: boolean): void {
  const given = spec.negatives === "given" ? "negatives" : spec.targets === "given" ? "targets" : null;
  if (given && !hasExtras) throw new MayflyError(`this network's ${given} are "given", and a data set has none: bring them with the option "extras"`, 2);
}

/** Throws when the data are not of the network's shape and classes. */
export function checkFits(network: Network, data: Dataset): void {
  const { input, classes } = network.spec;
  const { width, height, channels } = data.shape;
  if (width !== input.width || height !== input.height || channels !== input.channels) {
    throw new MayflyError(`${data.name} has frames of ${width}×${height}×${channels}, the network takes ${input.width}×${input.height}×${input.channels}`, 1);
  }
  if (data.classes > classes) throw new MayflyError(`${data.name} has ${data.classes} classes, the network has ${classes}`, 1);
  if (data.count === 0) throw new MayflyError(`${data.name} holds no samples`, 1);
}
