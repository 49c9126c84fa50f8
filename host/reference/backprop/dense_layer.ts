import type { Shape } from "../../data/shape.js";
import type { Backend, Tensor, Tensor2D } from "../backends/backend.js";
import { Dense } from "../float/dense.js";
import type { Kept } from "../scope.js";
import { type BackpropLayer, type Forwarded, heWeights, type LayerOptions } from "./layer.js";

/** Every unit sees every input and a bias. */
export class DenseLayer implements BackpropLayer {
  readonly shape: Shape;
  private readonly dense: Dense;

  constructor(private readonly backend: Backend, private readonly inputs: number, readonly outputs: number, { optimiser, draw }: LayerOptions) {
    this.shape = { width: 1, height: 1, channels: outputs };
    this.dense = new Dense(backend, inputs + 1, outputs, heWeights(inputs, inputs + 1, outputs, draw), { optimiser });
  }

  get weights(): Kept<Tensor2D> {
    return this.dense.weights;
  }

  forward(x: Tensor2D): Forwarded {
    const { tf } = this.backend;
    const seen = tf.concat([x, tf.ones([x.shape[0], 1]) as Tensor2D], 1);
    return { sums: this.dense.forward(seen), seen };
  }

  below(delta: Tensor2D): Tensor2D {
    const { tf } = this.backend;
    return tf.matMul(delta, tf.transpose(tf.slice(this.weights.value, [0, 0], [this.inputs, this.outputs])));
  }

  learn(seen: Tensor, delta: Tensor2D, rate: number): void {
    this.dense.learn(seen as Tensor2D, delta, rate);
  }

  dispose(): void {
    this.dense.dispose();
  }
}
