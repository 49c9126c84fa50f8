import { MayflyError } from "../errors.js";
import type { Shape } from "../data/shape.js";
import type { Backend, Tensor2D } from "./backends/backend.js";
import { explainFailure } from "./backends/failures.js";
import type { Batch } from "./float/batch.js";
import { Dense } from "./float/dense.js";
import { rowsOf } from "./float/rows.js";
import { scheduled } from "./float/recipe.js";
import { Generator, streamOfInitialWeights } from "./random.js";
import { scoped } from "./scope.js";

export interface BackpropSpec {
  readonly input: Shape;
  readonly classes: number;
  /** Hidden layers; a softmax layer follows. */
  readonly layers: readonly number[];
  readonly optimiser: "sgd" | "adam";
  readonly rate: number;
  readonly schedule: { readonly holdSamples: number; readonly totalSamples: number };
  readonly seed: number;
}

/** Backpropagation through the same fully connected ReLU layers with a softmax on top: the baseline. Gradients are written out, as for FF; no tape. */
export class BackpropNetwork {
  readonly layers: readonly Dense[];
  samples = 0;
  private readonly inputs: number;

  private constructor(readonly backend: Backend, readonly spec: BackpropSpec) {
    const { input, classes, layers } = spec;
    this.inputs = input.width * input.height * input.channels;
    const widths = [this.inputs, ...layers, classes];
    // One row more for the bias.
    this.layers = widths.slice(1).map((units, index) => new Dense(backend, widths[index]! + 1, units, this.initial(index, widths[index]!, units), spec));
  }

  static async create(backend: Backend, spec: BackpropSpec): Promise<BackpropNetwork> {
    await backend.use();
    return new BackpropNetwork(backend, spec);
  }

  async train({ frames, labels }: Batch): Promise<void> {
    await this.work(async () => {
      const { tf, read } = this.backend;
      const count = labels.length;
      const { inputs, logits } = this.forward(frames);
      const p = softmaxRows(this.backend, logits);
      const truth = new Float32Array(count * this.spec.classes);
      labels.forEach((label, index) => (truth[index * this.spec.classes + label] = 1));
      // Ascent direction of the mean log likelihood.
      let delta = tf.mul(tf.sub(tf.tensor2d(truth, [count, this.spec.classes]), p), 1 / count) as Tensor2D;
      const check = await read(tf.sum(delta));
      if (!Number.isFinite(check[0])) throw new MayflyError(`the gradient of the output is ${check[0]} after ${this.samples} samples: take a lower rate`, 1);
      const rate = scheduled(this.spec.rate, this.spec.schedule, this.samples);
      for (let index = this.layers.length - 1; index >= 0; index--) {
        const layer = this.layers[index]!;
        const x = inputs[index]!;
        const below = index === 0 ? null : this.deltaBelow(delta, layer, x);
        layer.learn(x, delta, rate);
        if (below) delta = below;
      }
    });
    this.samples += labels.length;
  }

  /** Logits [frames][classes]. */
  async predict(frames: readonly Uint8Array[]): Promise<number[][]> {
    return this.work(async () => rowsOf(await this.backend.read(this.forward(frames).logits), this.spec.classes));
  }

  dispose(): void {
    for (const layer of this.layers) layer.dispose();
  }

  /** Every layer's input is kept: the backward pass needs it. */
  private forward(frames: readonly Uint8Array[]): { inputs: Tensor2D[]; logits: Tensor2D } {
    const { tf } = this.backend;
    const values = new Float32Array(frames.length * this.inputs);
    frames.forEach((frame, index) => values.set(frame, index * this.inputs));
    let x = this.withBias(tf.mul(tf.tensor2d(values, [frames.length, this.inputs]), 1 / 255) as Tensor2D);
    const inputs: Tensor2D[] = [];
    let sums = x;
    this.layers.forEach((layer, index) => {
      inputs.push(x);
      sums = layer.forward(x);
      if (index + 1 < this.layers.length) x = this.withBias(tf.relu(sums));
    });
    return { inputs, logits: sums };
  }

  /** δ of the layer below: (δ Wᵀ) where its ReLU was open; x is that layer's activity with the bias. */
  private deltaBelow(delta: Tensor2D, layer: Dense, x: Tensor2D): Tensor2D {
    const { tf } = this.backend;
    const units = layer.inputs - 1;
    const back = tf.matMul(delta, tf.transpose(tf.slice(layer.weights.value, [0, 0], [units, layer.outputs]))) as Tensor2D;
    return tf.mul(back, tf.step(tf.slice(x, [0, 0], [x.shape[0], units])));
  }

  private withBias(x: Tensor2D): Tensor2D {
    const { tf } = this.backend;
    return tf.concat([x, tf.ones([x.shape[0], 1]) as Tensor2D], 1);
  }

  /** Uniform in ±√(6 / inputs) (He), biases 0. */
  private initial(layer: number, inputs: number, units: number): Float32Array {
    const generator = Generator.of(this.spec.seed, streamOfInitialWeights(layer));
    const bound = Math.sqrt(6 / inputs);
    const values = new Float32Array((inputs + 1) * units);
    for (let at = 0; at < inputs * units; at++) values[at] = (generator.next() / 2 ** 31 - 1) * bound;
    return values;
  }

  private async work<T>(task: () => Promise<T>): Promise<T> {
    await this.backend.use();
    try {
      return await scoped(this.backend.tf, task);
    } catch (error) {
      throw explainFailure(error, this.backend.name);
    }
  }
}

function softmaxRows({ tf }: Backend, logits: Tensor2D): Tensor2D {
  const e = tf.exp(tf.sub(logits, tf.max(logits, 1, true)));
  return tf.div(e, tf.sum(e, 1, true));
}
