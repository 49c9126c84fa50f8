import type { Tensor } from "../backends/backend.js";
import type { Kept } from "../scope.js";
import type { FloatSample } from "./batch.js";

/** What a network learns to tell apart: one file for each (objectives.ts lists them). Tensors made in a call are freed by the caller. */
export interface Objective {
  train(samples: readonly FloatSample[]): Promise<void>;
  /** [frames][classes], by goodness. */
  scores(frames: readonly Uint8Array[]): Promise<number[][]>;
  /** [frames][classes], by the readout. */
  logits(frames: readonly Uint8Array[]): Promise<number[][]>;
  /** What it keeps from batch to batch, if anything. */
  readonly tensors: readonly Kept<Tensor>[];
  /** Of peer normalisation, if the objective has it. */
  peerMeans?(layer: number): Kept<Tensor> | null;
  /** Of a stream. */
  streamState?(layer: number): { readonly y: Kept<Tensor>; readonly x: Kept<Tensor> } | null;
}
