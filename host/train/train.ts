import type { Dataset } from "../data/dataset.js";
import { frame } from "../data/dataset.js";
import { permutation } from "../data/shuffle.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { CounterReader, type TrainingCounters } from "./counters.js";
import { type TestError, evaluate } from "./evaluate.js";

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
  /** Ends the run after the sample under way. */
  signal?: AbortSignal;
  /** Samples between two "progress" events; default 1,000. */
  progressEvery?: number;
}

export interface EpochResult {
  /** From 1. */
  epoch: number;
  /** Percent; null when this epoch was not evaluated. */
  testError: TestError | null;
  counters: TrainingCounters;
  /** Training alone, without evaluation. */
  seconds: number;
  /** Training samples a second; of the pair objective one sample is a positive and a negative. */
  pairsPerSecond: number;
}

export type StopReason = "finished" | "aborted" | "target reached" | "no improvement";

export type TrainEvent =
  | { type: "progress"; epoch: number; done: number; total: number; pairsPerSecond: number; readoutError: number | null }
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
  const { epochs, test = null, evaluateEvery = 1, seed = network.spec.seed, progressEvery = 1000, signal } = options;
  let best = Infinity;
  let evaluationsSinceBest = 0;

  for (let epoch = Math.floor(network.samples / data.count) + 1; epoch <= epochs; epoch++) {
    const order = permutation(data.count, seed, epoch);
    const first = network.samples % data.count;
    const counters = new CounterReader(network);
    let seconds = 0;
    let lastDone = first;
    let running: TrainingCounters | null = null;
    const totals = new CounterReader(network);
    for (let from = first; from < data.count; from += progressEvery) {
      if (signal?.aborted) return yield { type: "end", reason: "aborted" };
      const to = Math.min(from + progressEvery, data.count);
      const start = performance.now();
      for (let at = from; at < to; at++) {
        const index = order[at] ?? 0;
        network.train(frame(data, index), data.labels[index] ?? 0);
      }
      seconds += (performance.now() - start) / 1000;
      running = counters.since(to - lastDone);
      lastDone = to;
      yield { type: "progress", epoch, done: to, total: data.count, pairsPerSecond: Math.round((to - first) / seconds), readoutError: running.readoutError };
      // Let signals, timers and other tasks of this process have a turn.
      await new Promise((resolve) => setImmediate(resolve));
    }

    let testError: TestError | null = null;
    if (test && (epoch % evaluateEvery === 0 || epoch === epochs)) {
      yield { type: "evaluating", epoch, done: 0, total: test.count };
      testError = evaluate(network, test).testError;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const result: EpochResult = { epoch, testError, counters: totals.since(data.count - first), seconds, pairsPerSecond: Math.round((data.count - first) / seconds) };
    yield { type: "epoch", result };

    if (!testError || epoch === epochs) continue;
    const error = Math.min(testError.goodness, testError.readout ?? Infinity);
    if (options.stopAt != null && error <= options.stopAt) return yield { type: "end", reason: "target reached" };
    evaluationsSinceBest = error < best ? 0 : evaluationsSinceBest + 1;
    best = Math.min(best, error);
    if (options.patience != null && evaluationsSinceBest >= options.patience) return yield { type: "end", reason: "no improvement" };
  }
  yield { type: "end", reason: "finished" };
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
