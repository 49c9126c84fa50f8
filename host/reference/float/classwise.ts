import { isMap } from "../../spec/geometry.js";
import type { Tensor, Tensor2D } from "../backends/backend.js";
import type { FloatSample } from "./batch.js";
import type { FloatNetwork } from "./network.js";
import type { Objective } from "./objective.js";
import { activity, inputsOf, normalised, rowsOf, softmax } from "./rows.js";

/** One group of units for each class; the groups compete by goodness. One pass, no negative. */
export class ClasswiseObjective implements Objective {
  readonly tensors = [];

  constructor(private readonly network: FloatNetwork) {}

  async train(samples: readonly FloatSample[]): Promise<void> {
    const { network } = this;
    let x = inputsOf(network, samples.map(({ positive }) => network.inputs.image(positive, true)));
    const targets = samples.map((sample) => sample.targets);
    const xs: Tensor2D[] = [];
    for (const index of network.layers.keys()) {
      const made = activity(network, index, x);
      const gains = this.gains(await this.groupGoodness(made.y, index), targets, index);
      const out = normalised(network, made.y);
      if (gains.some((gain) => gain !== 0)) network.learn(index, x, this.coefficients(made.y, gains, index), made, samples.length);
      xs.push(out);
      x = network.withBias(out);
    }
    if (network.readout.exists) network.readout.learn(xs, targets, network.readoutRate());
  }

  /** Each group's share of the goodness, summed over the layers. */
  async scores(frames: readonly Uint8Array[]): Promise<number[][]> {
    const { network } = this;
    const { classes, goodnessFrom } = network.spec;
    const scores = frames.map(() => new Array<number>(classes).fill(0));
    await this.forward(frames, async (y, index) => {
      if (index < goodnessFrom) return;
      (await this.groupGoodness(y, index)).forEach((groups, row) => {
        const total = groups.reduce((sum, value) => sum + value, 0);
        if (total > 0) groups.forEach((value, k) => (scores[row]![k]! += value / total));
      });
    });
    return scores;
  }

  async logits(frames: readonly Uint8Array[]): Promise<number[][]> {
    const xs = await this.forward(frames, async () => undefined);
    const logits = this.network.readout.logits(xs);
    return logits ? rowsOf(await this.network.backend.read(logits), this.network.spec.classes) : [];
  }

  private async forward(frames: readonly Uint8Array[], visit: (y: Tensor2D, layer: number) => Promise<void>): Promise<Tensor2D[]> {
    const { network } = this;
    const xs: Tensor2D[] = [];
    let x = inputsOf(network, frames.map((frame) => network.inputs.image(frame, false)));
    for (const index of network.layers.keys()) {
      const { y } = activity(network, index, x);
      await visit(y, index);
      xs.push(normalised(network, y));
      x = network.withBias(xs[index]!);
    }
    return xs;
  }

  /** [rows][classes]: Σ y² over each group. */
  private async groupGoodness(y: Tensor2D, layer: number): Promise<number[][]> {
    const { backend: { tf, read }, spec: { classes } } = this.network;
    const squares = tf.square(y);
    const values = await read(this.isMap(layer) ? tf.sum(this.byPlaceAndGroup(squares, layer), [1, 3]) : tf.sum(tf.reshape(squares, [y.shape[0], classes, -1]), 2));
    this.network.checkFinite(values, "goodness", layer);
    return rowsOf(values, classes);
  }

  /** Target − p of every group of every row, flat; small ones sampled where the layer wants it. */
  private gains(goodness: readonly number[][], targets: readonly (readonly number[])[], layer: number): Float32Array {
    const { spec, recipe } = this.network;
    const T = recipe.temperature ?? spec.layers[layer]!.temperature;
    return Float32Array.from(goodness.flatMap((groups, row) => {
      const sampled = this.samplerOf(layer);
      return softmax(groups, T).map((p, k) => {
        const error = targets[row]![k]! - p;
        const size = sampled(Math.abs(error));
        return size < spec.minCoefficient ? 0 : Math.sign(error) * size;
      });
    }));
  }

  /** docs/variants.md, Sampled coefficients: one draw for a sample's groups. */
  private samplerOf(layer: number): (c: number) => number {
    const { spec, lanes } = this.network;
    const q = spec.layers[layer]!.sample;
    if (q === 0) return (c) => c;
    const bar = (lanes[layer]!.next() / 2 ** 32) * q;
    return (c) => (c >= q ? c : c > bar ? q : 0);
  }

  private coefficients(y: Tensor2D, gains: Float32Array, layer: number): Tensor2D {
    const { backend: { tf }, spec: { classes }, units } = this.network;
    const rows = y.shape[0];
    const raw = this.isMap(layer) ? tf.mul(this.byPlaceAndGroup(y, layer), tf.tensor4d(gains, [rows, 1, classes, 1])) : tf.mul(tf.reshape(y, [rows, classes, -1]), tf.tensor3d(gains, [rows, classes, 1]));
    return units[layer]!.belowCeiling(tf.reshape(raw, y.shape) as Tensor2D, y);
  }

  private isMap(layer: number): boolean {
    return isMap(this.network.spec.layers[layer]!);
  }

  /** [rows][places][groups][channels of a group]. */
  private byPlaceAndGroup(values: Tensor2D, layer: number): Tensor {
    const { backend: { tf }, spec: { classes, layers } } = this.network;
    return tf.reshape(values, [values.shape[0], -1, classes, layers[layer]!.channels / classes]);
  }
}
