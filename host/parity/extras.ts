import { type Dataset, frame } from "../data/dataset.js";
import type { SampleExtras } from "../engine/extras.js";
import type { NetworkSpec } from "../spec/network_spec.js";

/** Share of a made target that the label has. */
const CERTAIN = 0.875;

/** What a sample of the comparison brings along where a spec says "given": the next sample's frame as its negative, and targets that are not quite sure. */
export function madeExtras({ negatives, targets, classes }: NetworkSpec, data: Dataset, index: number): SampleExtras {
  return {
    ...(negatives === "given" && { negative: frame(data, (index + 1) % data.count) }),
    ...(targets === "given" && { targets: Array.from({ length: classes }, (_, c) => (c === data.labels[index] ? CERTAIN : (1 - CERTAIN) / (classes - 1))) }),
  };
}
