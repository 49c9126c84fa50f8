import { type Dataset, frame } from "../data/dataset.js";
import type { Network } from "../engine/network.js";
import { knowsLabels } from "../spec/network_spec.js";
import type { GoodnessHistogram } from "./report_data.js";

const BINS = 40;

/**
 * How well each layer's goodness tells right from wrong labels (class-wise: the true class's group from the others; recurrent: on average over the
 * iterations that count). Empty where goodness knows no labels.
 */
export function goodnessHistograms(network: Network, data: Dataset, samples: number): GoodnessHistogram[] {
  if (!knowsLabels(network.spec)) return [];
  const { iterations, first, last, stream } = network.spec.recurrence;
  const counting = iterations > 0 ? last - first + 1 : 1;
  if (stream) network.restartStream();
  const values = network.spec.layers.map(() => ({ positive: [] as number[], negative: [] as number[] }));
  for (let sample = 0; sample < Math.min(samples, data.count); sample++) {
    const truth = data.labels[sample] ?? 0;
    const ofLabels = network.spec.layers.map(() => new Map<number, number>());
    for (const { layer, label, iteration, y } of network.activities(frame(data, sample), "goodness")) {
      if (iterations > 0 && (iteration < first || iteration > last)) continue;
      if (label !== null) ofLabels[layer]?.set(label, (ofLabels[layer].get(label) ?? 0) + meanSquare(y) / counting);
      else groups(y, network, layer).forEach((goodness, group) => values[layer]?.[group === truth ? "positive" : "negative"].push(goodness));
    }
    ofLabels.forEach((goodness, layer) => goodness.forEach((value, label) => values[layer]?.[label === truth ? "positive" : "negative"].push(value)));
  }
  return values.flatMap(({ positive, negative }, layer) => {
    if (positive.length === 0 || negative.length === 0) return [];
    const most = quantile([...positive, ...negative], 0.995) || 1;
    const width = most / BINS;
    const share = (all: readonly number[]): number[] => {
      const counts = new Array<number>(BINS).fill(0);
      for (const value of all) {
        const bin = Math.min(BINS - 1, Math.floor(value / width));
        counts[bin] = (counts[bin] ?? 0) + 1;
      }
      return counts.map((count) => count / all.length);
    };
    return [{ layer: layer + 1, edges: Array.from({ length: BINS }, (_, bin) => bin * width), width, positive: share(positive), negative: share(negative) }];
  });
}

/** 128 = 1.0. */
function meanSquare(y: Int16Array): number {
  let sum = 0;
  for (const value of y) sum += value * value;
  return sum / 16384 / y.length;
}

/** Mean square of each class's group of units, or of channels of a map. */
function groups(y: Int16Array, { spec }: Network, layer: number): number[] {
  const channels = spec.layers[layer]?.channels || y.length;
  const size = channels / spec.classes;
  const sums = new Array<number>(spec.classes).fill(0);
  y.forEach((value, unit) => {
    const group = Math.floor((unit % channels) / size);
    sums[group] = (sums[group] ?? 0) + value * value;
  });
  return sums.map((sum) => sum / 16384 / (y.length / spec.classes));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}
