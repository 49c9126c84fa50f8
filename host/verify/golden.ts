import { loadMnist } from "../data/mnist.js";
import { frame } from "../data/dataset.js";
import type { Sample } from "../runtimes/runtime_network.js";
import type { NetworkSpecInput } from "../spec/network_spec.js";

/**
 * The golden job: two networks, the same but for the storage of their weights, trained on the first samples of MNIST in their order,
 * with hard negatives and a readout; half-way a checkpoint is taken, opened in a fresh engine, and trained on to the end. Whatever
 * runs the engine must end with the same weights.
 */
export interface GoldenJob {
  readonly name: string;
  readonly samples: number;
  /** Samples before the checkpoint. */
  readonly checkpointAt: number;
  readonly networks: readonly GoldenNetwork[];
}

export interface GoldenNetwork {
  readonly name: string;
  readonly spec: NetworkSpecInput;
}

export const CLASSES = 10;

export const GOLDEN_JOB = goldenJob("full", [64, 32], 2000);
/** For interpreters, and for the oracle's other half of the proof. */
export const SHORT_JOB = goldenJob("short", [16, 8], 40);
export const JOBS: readonly GoldenJob[] = [GOLDEN_JOB, SHORT_JOB];

function goldenJob(name: string, units: readonly number[], samples: number): GoldenJob {
  return {
    name, samples, checkpointAt: samples / 2,
    networks: (["i16", "i8"] as const).map((weights) => ({
      name: weights,
      spec: {
        input: { width: 28, height: 28, channels: 1 },
        classes: CLASSES,
        objective: "pair",
        negatives: "hard",
        layers: units.map((count) => ({ units: count, weights })),
        schedule: { holdSamples: samples / 2, totalSamples: samples },
        seed: 1,
      },
    })),
  };
}

/** The samples of a job. */
export async function goldenSamples(job: GoldenJob): Promise<Sample[]> {
  const { train } = await loadMnist();
  return Array.from({ length: job.samples }, (_, index) => ({ frame: frame(train, index), label: train.labels[index] ?? 0 }));
}
