import { type Dataset, frame } from "../data/dataset.js";
import type { Network } from "../engine/network.js";
import { MayflyError } from "../errors.js";

/** Activities of one layer over many samples. */
export interface LayerActivities {
  /** From 0. */
  readonly layer: number;
  readonly units: number;
  /** i16 [samples][units], 128 = 1.0, before normalisation. */
  readonly y: Int16Array;
}

export interface Activities {
  readonly layers: readonly LayerActivities[];
  /** Class of each sample. */
  readonly labels: Uint8Array;
  readonly classes: number;
  readonly samples: number;
}

/**
 * What the network's units do on the first `samples` samples of a data set, in the pass of a prediction: with the neutral label, or without one.
 * Networks without a readout, whose labels stand in the input, are watched with each sample's true label.
 * Throws on recurrent networks.
 */
export function collectActivities(network: Network, data: Dataset, samples: number, onProgress?: (done: number) => void): Activities {
  const count = Math.min(samples, data.count);
  const { spec } = network;
  if (spec.recurrence.iterations > 0) throw new MayflyError("a recurrent network has activities at every iteration, and which of them stand for a sample is not settled: it cannot be analysed", 1);
  const layers = spec.layers.map(({ units }, layer) => ({ layer, units, y: new Int16Array(count * units) }));
  for (let sample = 0; sample < count; sample++) {
    const label = data.labels[sample] ?? 0;
    for (const { layer, label: shown, y } of network.activities(frame(data, sample), spec.readout.from === null ? "goodness" : "readout")) {
      if (shown === null || shown === label) layers[layer]?.y.set(y, sample * y.length);
    }
    if ((sample + 1) % 100 === 0) onProgress?.(sample + 1);
  }
  return { layers, labels: data.labels.subarray(0, count), classes: spec.classes, samples: count };
}
