/** How samples reach a network: here, one after the other, or through threads. The training loop (train.ts) does not know which. */
import type { Dataset } from "../data/dataset.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";
import { Crew } from "../threads/crew.js";
import { whyNotPipelined, whyNotShared } from "../threads/lanes.js";
import { allocateStreams, Pipeline, type TrainingSample } from "../threads/pipeline.js";
import { type Evaluation, evaluationSteps, sharedEvaluation } from "./evaluate.js";

export interface Learner {
  /** Trains on samples in order; the network is up to date when it has ended. */
  train(samples: Iterable<TrainingSample>): Promise<void> | void;
  /** Yields how many samples are done. */
  evaluation(data: Dataset): Generator<number, Evaluation, void> | AsyncGenerator<number, Evaluation, void>;
  close(): Promise<void>;
}

/** Threads that can train a network: no more than it has layers. */
export function trainingThreads({ layers }: Network["spec"], threads: number): number {
  return Math.min(threads, layers.length);
}

export async function startLearner(network: Network, threads = 1): Promise<Learner> {
  if (threads === 1) return alone(network);
  const why = whyNotPipelined(network.spec);
  if (why !== null) throw new MayflyError(`this network trains in one thread only: ${why}`, 2);
  const trainers = trainingThreads(network.spec, threads);
  const streams = trainers > 1 ? allocateStreams(network) : null;
  const crew = await Crew.start(network, threads, streams);
  const pipeline = streams && new Pipeline(network, crew, trainers, streams);
  return {
    train: (samples) => (pipeline ?? alone(network)).train(samples),
    evaluation: (data) => sharedEvaluation(network, crew, data),
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
    close: async () => {},
  };
}

/** Evaluates with several threads; `onProgress` hears now and then how many samples are done. */
export async function evaluateInThreads(network: Network, data: Dataset, threads: number, onProgress?: (done: number) => void): Promise<Evaluation> {
  const why = whyNotShared(network.spec);
  if (why !== null) throw new MayflyError(`this network predicts in one thread only: ${why}`, 2);
  const crew = await Crew.start(network, threads, null);
  try {
    const steps = sharedEvaluation(network, crew, data);
    for (;;) {
      const step = await steps.next();
      if (step.done) return step.value;
      onProgress?.(step.value);
    }
  } finally {
    await crew.close();
  }
}
