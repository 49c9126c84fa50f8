import type { Backend, Tensor, Tensor2D } from "../backends/backend.js";
import { Kept } from "../scope.js";
import { type Optimiser, optimiserOf } from "./optimiser.js";
import type { Recipe } from "./recipe.js";

/** One matrix of weights [inputs][outputs] and what moves it. A hidden layer and a part of the readout are the same here; maps (maps.ts) use theirs at every place. */
export class Dense {
  readonly weights: Kept<Tensor2D>;
  readonly optimiser: Optimiser;

  /** `values`: row-major, inputs × outputs. */
  constructor(protected readonly backend: Backend, readonly inputs: number, readonly outputs: number, values: Float32Array, recipe: Pick<Recipe, "optimiser">) {
    this.weights = new Kept(backend.tf, backend.tf.tensor2d(values, [inputs, outputs]));
    this.optimiser = optimiserOf(backend.tf, recipe.optimiser, [inputs, outputs]);
  }

  /** x (N, inputs) @ W (inputs, outputs) -> (N, outputs). */
  forward(x: Tensor2D): Tensor2D {
    return this.backend.tf.matMul(x, this.weights.value);
  }

  /** A step along the local gradient. */
  learn(x: Tensor2D, coefficients: Tensor2D, rate: number, decay = 0): void {
    const { tf } = this.backend;
    const gradient = this.gradient(x, coefficients);
    const ascent = decay > 0 ? tf.sub<Tensor2D>(gradient, tf.mul(this.weights.value, decay)) : gradient;
    this.optimiser.step(this.weights, ascent, rate);
  }

  /** Multiplies one row after another by 1 − share, as the engine's decay does. */
  decayRow(row: number, share: number): void {
    const { tf } = this.backend;
    const factors = new Float32Array(this.inputs).fill(1);
    factors[row] = 1 - share;
    this.weights.set(tf.mul(this.weights.value, tf.tensor2d(factors, [this.inputs, 1])));
  }

  /** xᵀ (inputs, N) @ coefficients (N, outputs). An explicit transpose: the flag of matMul is five times slower on wasm. */
  protected gradient(x: Tensor2D, coefficients: Tensor2D): Tensor2D {
    const { tf } = this.backend;
    return tf.matMul(tf.transpose(x), coefficients);
  }

  get tensors(): Kept<Tensor>[] {
    return [this.weights, ...this.optimiser.state];
  }

  dispose(): void {
    for (const kept of this.tensors) kept.dispose();
  }
}
