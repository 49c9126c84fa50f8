import { type Dataset, frame } from "../data/dataset.js";
import type { Network, ObservedActivity } from "../engine/network.js";
import type { NetworkSpec } from "../spec/network_spec.js";

/** Activities of one layer over many samples. */
export interface LayerActivities {
  /** From 0. */
  readonly layer: number;
  readonly units: number;
  /** [samples][units], before normalisation: i16 of the engine, 128 = 1.0; f32 of a network in float. Measures do not depend on the scale. */
  readonly y: Int16Array | Float32Array;
}

export interface Activities {
  readonly layers: readonly LayerActivities[];
  /** Of a recurrent network: the layers after its start (0) and each iteration; `layers` are those of the last. */
  readonly iterations?: readonly { readonly iteration: number; readonly layers: readonly LayerActivities[] }[];
  /** Class of each sample. */
  readonly labels: Uint8Array;
  readonly classes: number;
  readonly samples: number;
}

/**
 * What the label in the input is while units are watched. neutral: no class, as when the readout predicts; of a recurrent network only the
 * bottom-up start. true: each sample's own, as in Tosato et al. 2023. Networks without a label in their input are the same in both.
 */
export type ShownLabel = "neutral" | "true";

/** Neutral where there is such a pass that says everything. */
export function usualLabel({ readout, recurrence }: NetworkSpec): ShownLabel {
  return readout.from === null || recurrence.iterations > 0 ? "true" : "neutral";
}

/** What the network's units do on the first `samples` samples of a data set, by the engine itself. A stream starts anew, and its samples follow each other. */
export function collectActivities(network: Network, data: Dataset, samples: number, { shown = usualLabel(network.spec), onProgress }: { shown?: ShownLabel; onProgress?: (done: number) => void } = {}): Activities {
  const count = Math.min(samples, data.count);
  const { spec } = network;
  const { iterations, last, stream } = spec.recurrence;
  const byIteration = new Map<number, (LayerActivities & { readonly y: Int16Array })[]>();
  const layersOf = (iteration: number): (LayerActivities & { readonly y: Int16Array })[] => {
    const found = byIteration.get(iteration) ?? spec.layers.map(({ units }, layer) => ({ layer, units, y: new Int16Array(count * units) }));
    byIteration.set(iteration, found);
    return found;
  };
  if (stream) network.restartStream();
  for (let sample = 0; sample < count; sample++) {
    const label = data.labels[sample] ?? 0;
    for (const { layer, y, iteration } of ownPass(network.activities(frame(data, sample), shown === "neutral" ? "readout" : "goodness"), label)) layersOf(iteration)[layer]?.y.set(y, sample * y.length);
    if ((sample + 1) % 100 === 0) onProgress?.(sample + 1);
  }
  const rest = { labels: data.labels.subarray(0, count), classes: spec.classes, samples: count };
  if (iterations === 0 || shown === "neutral") return { layers: layersOf(0), ...rest };
  return { layers: layersOf(last), iterations: [...byIteration].sort(([a], [b]) => a - b).map(([iteration, layers]) => ({ iteration, layers })), ...rest };
}

/** The passes with the sample's own label, or without any. */
function ownPass(seen: readonly ObservedActivity[], label: number): ObservedActivity[] {
  return seen.filter((each) => each.label === null || each.label === label);
}
