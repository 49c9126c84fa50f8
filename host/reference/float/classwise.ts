import type { Tensor2D } from "../backends/backend.js";
import type { Batch } from "./batch.js";
import type { FloatNetwork } from "./network.js";
import type { Objective } from "./objective.js";
import { activity, firstInputs, normalised, rowsOf, softmax } from "./rows.js";

/** One group of units for each class; the groups compete by goodness. One pass, no negative. */
export class ClasswiseObjective implements Objective {
  readonly tensors = [];

  constructor(private readonly network: FloatNetwork) {}

  async train({ frames, labels }: Batch): Promise<void> {
    const { network } = this;
    const images = frames.map((frame) => network.inputs.image(frame, true));
    let x = firstInputs(network, images, () => "neutral");
    const xs: Tensor2D[] = [];
    for (const index of network.layers.keys()) {
      const y = activity(network, index, x);
      const gains = this.gains(await this.groupGoodness(y, index), labels, index);
      const out = normalised(network, y);
      if (gains.some((gain) => gain !== 0)) network.learn(index, x, this.coefficients(y, gains), labels.length);
      xs.push(out);
      x = network.withBias(out);
    }
    if (network.readout.exists) network.readout.learn(xs, labels, network.readoutRate());
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
    let x = firstInputs(network, frames.map((frame) => network.inputs.image(frame, false)), () => "neutral");
    for (const index of network.layers.keys()) {
      const y = activity(network, index, x);
      await visit(y, index);
      xs.push(normalised(network, y));
      x = network.withBias(xs[index]!);
    }
    return xs;
  }

  /** [rows][classes]: Σ y² over each group. */
  private async groupGoodness(y: Tensor2D, layer: number): Promise<number[][]> {
    const { backend: { tf, read }, spec: { classes } } = this.network;
    const values = await read(tf.sum(tf.square(tf.reshape(y, [y.shape[0], classes, -1])), 2));
    this.network.checkFinite(values, "goodness", layer);
    return rowsOf(values, classes);
  }

  /** [is true class] − p of every group of every row, flat. */
  private gains(goodness: readonly number[][], labels: readonly number[], layer: number): Float32Array {
    const { spec, recipe } = this.network;
    const T = recipe.temperature ?? spec.layers[layer]!.temperature;
    return Float32Array.from(goodness.flatMap((groups, row) => softmax(groups, T).map((p, k) => {
      const error = (k === labels[row] ? 1 : 0) - p;
      return Math.abs(error) < spec.minCoefficient ? 0 : error;
    })));
  }

  private coefficients(y: Tensor2D, gains: Float32Array): Tensor2D {
    const { backend: { tf }, spec: { classes } } = this.network;
    const groups = tf.reshape(y, [y.shape[0], classes, -1]);
    return tf.reshape(tf.mul(groups, tf.tensor3d(gains, [y.shape[0], classes, 1])), y.shape) as Tensor2D;
  }
}
