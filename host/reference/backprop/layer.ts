import type { Shape } from "../../data/shape.js";
import type { Tensor, Tensor2D } from "../backends/backend.js";
import type { Kept } from "../scope.js";

/** A hidden layer: so many units that see all inputs, or a map whose places each see a field of the map below, with weights of their own. */
export type BackpropLayerSpec = number | { readonly channels: number; readonly field: number; readonly stride: number; readonly padding: number };

/** Sums (N, outputs) of a layer, and what its weights' gradient is made from. */
export interface Forwarded {
  readonly sums: Tensor2D;
  readonly seen: Tensor;
}

/** One matrix product and its two gradients. */
export interface BackpropLayer {
  readonly outputs: number;
  /** What the layer above sees of it: a dense layer is one place. */
  readonly shape: Shape;
  readonly weights: Kept<Tensor2D>;
  /** x (N, inputs), without bias. */
  forward(x: Tensor2D): Forwarded;
  /** δ (N, outputs) -> δ (N, inputs) of the inputs. Before `learn`: with the weights that made the sums. */
  below(delta: Tensor2D): Tensor2D;
  /** A step along δ (N, outputs), an ascent direction. */
  learn(seen: Tensor, delta: Tensor2D, rate: number): void;
  dispose(): void;
}

export interface LayerOptions {
  readonly optimiser: "sgd" | "adam";
  /** Draws for the first weights, uniform in -1..1. */
  readonly draw: () => number;
}

/** First weights of He: uniform in ±√(6 / inputs), biases 0. `rows` of `columns`, the bias's row behind every `inputs` rows. */
export function heWeights(inputs: number, rows: number, columns: number, draw: () => number): Float32Array {
  const bound = Math.sqrt(6 / inputs);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    if (row % (inputs + 1) === inputs) continue;
    for (let column = 0; column < columns; column++) values[row * columns + column] = draw() * bound;
  }
  return values;
}
