import type { SampleExtras } from "../../engine/extras.js";
import type { FramesOfStep } from "../step_frames.js";
import { type Dataset, frame } from "../../data/dataset.js";

/** Samples that learn together. */
export interface Batch {
  readonly frames: readonly Uint8Array[];
  readonly labels: readonly number[];
  /** What each brings along where negatives or targets are "given". */
  readonly extras?: readonly SampleExtras[];
}

/** A sample as it is learned from, after jitter and with its targets. */
export interface FloatSample extends FramesOfStep {
  readonly label: number;
  /** Wanted probability of every class. */
  readonly targets: readonly number[];
}

/** The samples of `order` from `from` up to, not including, `to`. */
export function batchOf(data: Dataset, order: ArrayLike<number>, from: number, to: number, extras?: (index: number) => SampleExtras): Batch {
  const indices = Array.from({ length: to - from }, (_, at) => order[from + at]!);
  return { frames: indices.map((index) => frame(data, index)), labels: indices.map((index) => data.labels[index]!), ...(extras && { extras: indices.map(extras) }) };
}
