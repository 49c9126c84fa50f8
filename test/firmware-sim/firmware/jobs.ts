/** The jobs that firmware is tested with. */
import { frame } from "../../../host/data/dataset.js";
import { loadMnist } from "../../../host/data/mnist.js";
import { pool } from "../../../host/data/pool.js";
import { take } from "../../../host/data/dataset.js";
import type { NetworkSpecInput } from "../../../host/spec/network_spec.js";
import type { Sample } from "../../../firmware-sim/firmware/job.js";

export interface Job {
  readonly spec: NetworkSpecInput;
  readonly samples: readonly Sample[];
}

export async function mnistJob(count: number, layers: readonly number[], weights: "i8" | "i16", by = 1, more: Partial<NetworkSpecInput> = {}): Promise<Job> {
  const data = pool(take((await loadMnist()).train, 0, count), by);
  return {
    spec: {
      input: { width: data.shape.width, height: data.shape.height, channels: 1 },
      classes: 10,
      layers: layers.map((units) => ({ units, weights })),
      schedule: { holdSamples: count >> 1, totalSamples: count },
      ...more,
    },
    samples: Array.from({ length: count }, (_, index) => ({ frame: frame(data, index), label: data.labels[index] ?? 0 })),
  };
}
