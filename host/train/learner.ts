/** How samples reach a network: here, one after the other, or through threads. The training loop (train.ts) does not know which. */
import type { Dataset } from "../data/dataset.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { Crew } from "../threads/crew.js";
import { whyNotPipelined, whyNotShared } from "../threads/lanes.js";
import { predictShared } from "../threads/predict_shared.js";
import { type Divide, trainingThreads } from "../threads/shares.js";
import { allocateTraining, Pipeline, type PipelineReport, type TrainingSample } from "../threads/pipeline.js";
import { type Evaluation, evaluationSteps, sharedEvaluation } from "./evaluate.js";

export interface Learner {
  /** Trains on samples in order; the network is up to date when it has ended. */
  train(samples: Iterable<TrainingSample>): Promise<void> | void;
  /** Yields how many samples are done. */
  evaluation(data: Dataset): Generator<number, Evaluation, void> | AsyncGenerator<number, Evaluation, void>;
  /** How the threads did in the last block of samples; null without a pipeline. */
  readonly report: PipelineReport | null;
  close(): Promise<void>;
}

/** Throws when a network cannot train in so many threads. */
export function checkThreads(spec: Network["spec"], threads: number): void {
  const why = threads > 1 ? whyNotPipelined(spec) : null;
  if (why !== null) throw new MayflyError(`this network trains in one thread only (${why}), not in ${threads}`, 2);
}

export async function startLearner(network: Network, threads = 1, divide: Divide | null = null): Promise<Learner> {
  if (threads === 1) return alone(network);
  checkThreads(network.spec, threads);
  const trainers = trainingThreads(network.spec, threads, divide);
  const memory = trainers > 1 ? allocateTraining(network, trainers) : null;
  const crew = await Crew.start(network, threads, memory);
  const pipeline = memory && new Pipeline(network, crew, trainers, memory, divide);
  return {
    train: (samples) => (pipeline ?? alone(network)).train(samples),
    evaluation: (data) => sharedEvaluation(network, crew, data),
    get report() {
      return pipeline?.report ?? null;
    },
    close: () => crew.close(),
  };
}

/** In this thread. */
function alone(network: Network): Learner {
  return {
    train(samples) {
      for (const { frame, label, extras } of samples) network.train(frame, label, extras);
    },
    evaluation: (data) => evaluationSteps(network, data),
    report: null,
    close: async () => {},
  };
}

/** Evaluates with several threads; `onProgress` hears now and then how many samples are done. */
export function evaluateInThreads(network: Network, data: Dataset, threads: number, onProgress?: (done: number) => void): Promise<Evaluation> {
  return withCrew(network, threads, (crew) => sharedEvaluation(network, crew, data), onProgress);
}

/** The class of every sample of a data set and the scores of every class, i32 [samples][classes] as in `Network.scores` or `Network.logits`, with several threads. */
export async function predictInThreads(network: Network, data: Dataset, by: "goodness" | "readout", threads: number): Promise<{ classes: Uint8Array; scores: Int32Array }> {
  if (by === "readout" && network.spec.readout.from === null) throw new MayflyError("this network has no readout: predict by goodness", 1);
  const found = (await withCrew(network, threads, (crew) => predictShared(network, crew, data, { goodness: by === "goodness", readout: by === "readout", scores: true })))[by]!;
  return { classes: found.classes, scores: found.scores! };
}

async function withCrew<T>(network: Network, threads: number, work: (crew: Crew) => AsyncGenerator<number, T, void>, onProgress?: (done: number) => void): Promise<T> {
  const why = whyNotShared(network.spec);
  if (why !== null) throw new MayflyError(`this network predicts in one thread only (${why}), not in ${threads}`, 2);
  const crew = await Crew.start(network, threads, null);
  try {
    const steps = work(crew);
    for (;;) {
      const step = await steps.next();
      if (step.done) return step.value;
      onProgress?.(step.value);
    }
  } finally {
    await crew.close();
  }
}
