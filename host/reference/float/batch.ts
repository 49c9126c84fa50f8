import { type Dataset, frame } from "../../data/dataset.js";

/** Samples that learn together. */
export interface Batch {
  readonly frames: readonly Uint8Array[];
  readonly labels: readonly number[];
}

/** The samples of `order` from `from` up to, not including, `to`. */
export function batchOf(data: Dataset, order: ArrayLike<number>, from: number, to: number): Batch {
  const indices = Array.from({ length: to - from }, (_, at) => order[from + at]!);
  return { frames: indices.map((index) => frame(data, index)), labels: indices.map((index) => data.labels[index]!) };
}
