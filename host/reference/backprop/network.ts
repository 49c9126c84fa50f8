import { MayflyError } from "../../errors.js";
import type { Shape } from "../../data/shape.js";
import type { Backend, Tensor, Tensor2D } from "../backends/backend.js";
import type { Batch } from "../float/batch.js";
import { scheduled } from "../float/recipe.js";
import { rowsOf, softmaxRows } from "../float/rows.js";
import type { BatchLearner } from "../float/train.js";
import { Generator } from "../../random.js";
import { streamOfInitialWeights } from "../streams.js";
import { type Kept, workOn } from "../scope.js";
import type { BackpropLayer, BackpropLayerSpec } from "./layer.js";
import { layersOf } from "./layers.js";

export interface BackpropSpec {
  readonly input: Shape;
  readonly classes: number;
  /** Hidden layers; a softmax layer follows. */
  readonly layers: readonly BackpropLayerSpec[];
  readonly optimiser: "sgd" | "adam";
  readonly rate: number;
  readonly schedule: { readonly holdSamples: number; readonly totalSamples: number };
  readonly seed: number;
}

/** Backpropagation of the cross-entropy through ReLU layers with a softmax on top: the baseline. Gradients are written out, as for FF; no tape. */
export class BackpropNetwork implements BatchLearner {
  readonly layers: readonly BackpropLayer[];
  samples = 0;
  private readonly inputs: number;

  private constructor(readonly backend: Backend, readonly spec: BackpropSpec) {
    const { input, classes, layers, optimiser, seed } = spec;
    this.inputs = input.width * input.height * input.channels;
    this.layers = layersOf(backend, input, layers, classes, (index) => {
      const generator = Generator.of(seed, streamOfInitialWeights(index));
      return { optimiser, draw: () => generator.next() / 2 ** 31 - 1 };
    });
  }

  static async create(backend: Backend, spec: BackpropSpec): Promise<BackpropNetwork> {
    await backend.use();
    return new BackpropNetwork(backend, spec);
  }

  async train({ frames, labels }: Batch): Promise<void> {
    await workOn(this.backend, async () => {
      const { tf, read } = this.backend;
      const count = labels.length;
      const { seen, activities, logits } = this.forward(frames);
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
        // Where the ReLU below was open.
        const below = index === 0 ? null : (tf.mul(layer.below(delta), tf.step(activities[index - 1]!)) as Tensor2D);
        layer.learn(seen[index]!, delta, rate);
        if (below) delta = below;
      }
    });
    this.samples += labels.length;
  }

  /** Logits [frames][classes]; there is no goodness to predict by. */
  async predict(frames: readonly Uint8Array[], by: "goodness" | "readout" = "readout"): Promise<number[][]> {
    if (by === "goodness") return [];
    return workOn(this.backend, async () => rowsOf(await this.backend.read(this.forward(frames).logits), this.spec.classes));
  }

  /** y of every hidden layer, [frames][units], flat. */
  async activities(frames: readonly Uint8Array[]): Promise<Float32Array[]> {
    return workOn(this.backend, async () => {
      const read: Float32Array[] = [];
      for (const y of this.forward(frames).activities) read.push(await this.backend.read(y));
      return read;
    });
  }

  get weights(): readonly Kept<Tensor>[] {
    return this.layers.map((layer) => layer.weights);
  }

  dispose(): void {
    for (const layer of this.layers) layer.dispose();
  }

  /** What every layer saw is kept: the backward pass needs it. */
  private forward(frames: readonly Uint8Array[]): { seen: Tensor[]; activities: Tensor2D[]; logits: Tensor2D } {
    const { tf } = this.backend;
    const values = new Float32Array(frames.length * this.inputs);
    frames.forEach((frame, index) => values.set(frame, index * this.inputs));
    let x = tf.mul(tf.tensor2d(values, [frames.length, this.inputs]), 1 / 255) as Tensor2D;
    const [seen, activities]: [Tensor[], Tensor2D[]] = [[], []];
    let logits = x;
    this.layers.forEach((layer, index) => {
      const forwarded = layer.forward(x);
      seen.push(forwarded.seen);
      logits = forwarded.sums;
      if (index + 1 === this.layers.length) return;
      x = tf.relu(forwarded.sums);
      activities.push(x);
    });
    return { seen, activities, logits };
  }
}
