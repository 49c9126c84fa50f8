import type { Tensor } from "../backends/backend.js";
import type { Kept } from "../scope.js";
import type { Batch } from "./batch.js";

/** What a network learns to tell apart: one file for each (objectives.ts lists them). Tensors made in a call are freed by the caller. */
export interface Objective {
  train(batch: Batch): Promise<void>;
  /** [frames][classes], by goodness. */
  scores(frames: readonly Uint8Array[]): Promise<number[][]>;
  /** [frames][classes], by the readout. */
  logits(frames: readonly Uint8Array[]): Promise<number[][]>;
  /** What it keeps from batch to batch, if anything. */
  readonly tensors: readonly Kept<Tensor>[];
}
