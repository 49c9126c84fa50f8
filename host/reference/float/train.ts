import { platform } from "#platform";
import { type Dataset, frame } from "../../data/dataset.js";
import type { SampleExtras } from "../../engine/extras.js";
import { permutation } from "../../data/shuffle.js";
import { MayflyError } from "../../errors.js";
import type { TestError } from "../../train/evaluate.js";
import { argmax } from "../integers.js";
import { batchOf, type Batch } from "./batch.js";

/** Anything that learns from batches: FF in float, and the backprop baseline. */
export interface BatchLearner {
  /** Samples trained. */
  readonly samples: number;
  train(batch: Batch): Promise<void>;
  /** [frames][classes]; empty when it cannot predict that way. */
  predict(frames: readonly Uint8Array[], by: "goodness" | "readout"): Promise<number[][]>;
  /** False when goodness tells no classes apart. */
  readonly tellsClasses?: boolean;
}

export interface FloatTrainOptions {
  readonly epochs: number;
  /** Samples that learn together: also what bounds the memory on the GPU. */
  readonly batch: number;
  readonly seed: number;
  readonly test: Dataset | null;
  /** After every n-th epoch and the last. */
  readonly evaluateEvery: number;
  /** Frames predicted together; default 500, or fewer for wide networks. */
  readonly evaluateBatch?: number;
  readonly signal?: AbortSignal;
  /** What sample `index` of the training set brings along, where negatives or targets are "given". */
  readonly extras?: (index: number) => SampleExtras;
}

export interface FloatEpoch {
  readonly epoch: number;
  readonly testError: TestError | null;
  readonly seconds: number;
  readonly pairsPerSecond: number;
}

export type FloatEvent =
  | { readonly type: "progress"; readonly epoch: number; readonly done: number; readonly total: number; readonly pairsPerSecond: number }
  | { readonly type: "epoch"; readonly result: FloatEpoch }
  | { readonly type: "end"; readonly reason: "finished" | "aborted" };

/** The loop of host/train/train.ts for a learner in batches: the same order of samples, so a batch never spans two epochs. */
export async function* trainFloat(learner: BatchLearner, data: Dataset, options: FloatTrainOptions): AsyncGenerator<FloatEvent, void, void> {
  const { epochs, batch, seed, test, evaluateEvery, signal, extras } = options;
  if (!(Number.isInteger(batch) && batch >= 1)) throw new MayflyError(`the batch is ${batch}, expected at least 1 sample`, 2);
  for (let epoch = Math.floor(learner.samples / data.count) + 1; epoch <= epochs; epoch++) {
    const order = permutation(data.count, seed, epoch);
    const first = learner.samples % data.count;
    let seconds = 0;
    for (let from = first; from < data.count;) {
      const start = performance.now();
      // At least a turn of the event loop every so often, for signals.
      const until = Math.min(from + Math.max(batch, PROGRESS_SAMPLES), data.count);
      while (from < until) {
        const to = Math.min(from + batch, data.count);
        await learner.train(batchOf(data, order, from, to, extras));
        from = to;
      }
      seconds += (performance.now() - start) / 1000;
      yield { type: "progress", epoch, done: from, total: data.count, pairsPerSecond: Math.round((from - first) / seconds) };
      await platform.turn();
      if (signal?.aborted && from < data.count) return yield { type: "end", reason: "aborted" };
    }
    const due = test !== null && (epoch % evaluateEvery === 0 || epoch === epochs);
    const testError = due ? await evaluateFloat(learner, test, options) : null;
    yield { type: "epoch", result: { epoch, testError, seconds: Math.round(seconds * 1e3) / 1e3, pairsPerSecond: Math.round((data.count - first) / seconds) } };
    if (signal?.aborted) return yield { type: "end", reason: "aborted" };
  }
  yield { type: "end", reason: "finished" };
}

const PROGRESS_SAMPLES = 1000;
const EVALUATE_BATCH = 500;

/** Test error both ways, in percent; null for a way the learner has not. */
export async function evaluateFloat(learner: BatchLearner, data: Dataset, { evaluateBatch = EVALUATE_BATCH }: Pick<FloatTrainOptions, "evaluateBatch"> = {}): Promise<TestError> {
  const wrong = { goodness: 0, readout: 0 };
  /** Ways the learner can predict. */
  const ways = new Set<"goodness" | "readout">(learner.tellsClasses === false ? ["readout"] : ["goodness", "readout"]);
  for (let from = 0; from < data.count; from += evaluateBatch) {
    const to = Math.min(from + evaluateBatch, data.count);
    const frames = Array.from({ length: to - from }, (_, at) => frame(data, from + at));
    for (const by of [...ways]) {
      const scores = await learner.predict(frames, by);
      if (scores.length === 0) ways.delete(by);
      scores.forEach((row, at) => (wrong[by] += argmax(row) === data.labels[from + at] ? 0 : 1));
    }
  }
  const percent = (count: number): number => Math.round((count / data.count) * 1e4) / 100;
  return { goodness: ways.has("goodness") ? percent(wrong.goodness) : null, readout: ways.has("readout") ? percent(wrong.readout) : null };
}
