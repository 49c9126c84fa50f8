import type { Tensor, Tensor2D } from "../backends/backend.js";
import { Kept } from "../scope.js";
import type { Batch } from "./batch.js";
import { drawNegative } from "./negative.js";
import type { FloatNetwork } from "./network.js";
import type { Objective } from "./objective.js";
import { activity, firstInputs, logistic, normalised, rowsOf } from "./rows.js";

/** Positive and negative go through the layers together, as rows of one matrix: positives first. */
export class PairObjective implements Objective {
  /** Of each layer: running means of the units' activities, for the peer normalisation. */
  private readonly means: Kept<Tensor>[];

  constructor(private readonly network: FloatNetwork) {
    const { backend: { tf }, recipe, layers } = network;
    this.means = recipe.peer > 0 ? layers.map(({ outputs }) => new Kept(tf, tf.fill([1, outputs], 0.5) as Tensor)) : [];
  }

  async train({ frames, labels }: Batch): Promise<void> {
    const { network } = this;
    const images = frames.map((frame) => network.inputs.image(frame, true));
    const negatives = await this.negatives(images, labels);
    const count = labels.length;
    let x = firstInputs(network, [...images, ...images], (index) => (index < count ? labels[index]! : negatives[index - count]!));
    for (const [index, layer] of network.layers.entries()) {
      const y = activity(network, index, x);
      const goodness = await this.goodness(y, index);
      const gains = this.gains(goodness, index);
      const coefficients = this.coefficients(y, gains, index, count);
      if (coefficients) network.learn(index, x, coefficients, count);
      if (index + 1 < network.layers.length) x = network.withBias(this.next(y, goodness, layer.outputs));
    }
  }

  async scores(frames: readonly Uint8Array[]): Promise<number[][]> {
    const { network } = this;
    const { classes, goodnessFrom } = network.spec;
    const images = frames.map((frame) => network.inputs.image(frame, false));
    const scores = frames.map(() => new Array<number>(classes).fill(0));
    for (let label = 0; label < classes; label++) {
      let x = firstInputs(network, images, () => label);
      for (const index of network.layers.keys()) {
        const y = activity(network, index, x);
        if (index >= goodnessFrom) (await this.goodness(y, index)).forEach((value, row) => (scores[row]![label]! += value));
        if (index + 1 < network.layers.length) x = network.withBias(normalised(network, y));
      }
    }
    return scores;
  }

  async logits(frames: readonly Uint8Array[]): Promise<number[][]> {
    const images = frames.map((frame) => this.network.inputs.image(frame, false));
    const { logits } = this.neutralPass(images);
    return logits ? rowsOf(await this.network.backend.read(logits), this.network.spec.classes) : [];
  }

  get tensors(): readonly Kept<Tensor>[] {
    return this.means;
  }

  /** The labels of the negatives; the readout learns on the way, in the neutral pass. */
  private async negatives(images: readonly Float32Array[], labels: readonly number[]): Promise<number[]> {
    const { network } = this;
    const { spec, readout } = network;
    let logits: number[][] = [];
    if (readout.exists) {
      const pass = this.neutralPass(images);
      const flat = await network.backend.read(pass.logits!);
      network.checkFinite(flat, "readout's logit", spec.layers.length - 1);
      logits = rowsOf(flat, spec.classes);
      readout.learn(pass.xs, labels, network.readoutRate());
    }
    return labels.map((label, index) => drawNegative(spec, network.sampler, label, logits[index] ?? null));
  }

  private neutralPass(images: readonly Float32Array[]): { xs: (Tensor2D | null)[]; logits: Tensor2D | null } {
    const { network } = this;
    const from = network.spec.readout.from ?? Infinity;
    let x = firstInputs(network, images, () => "neutral");
    const xs = network.layers.map((_, index) => {
      const out = normalised(network, activity(network, index, x));
      x = network.withBias(out);
      return index >= from ? out : null;
    });
    return { xs, logits: network.readout.logits(xs) };
  }

  /** Σ y² of each row, or its mean over the units. */
  private async goodness(y: Tensor2D, layer: number): Promise<Float32Array> {
    const { tf, read } = this.network.backend;
    const values = await read(tf.sum(tf.square(y), 1));
    this.network.checkFinite(values, "goodness", layer);
    return this.network.recipe.goodness === "mean" ? values.map((value) => value / y.shape[1]) : values;
  }

  /** Signed gains, positives first: how wrong the layer is about each row. */
  private gains(goodness: Float32Array, layer: number): Float32Array {
    const { recipe, spec } = this.network;
    const { units, threshold, temperature } = spec.layers[layer]!;
    const theta = recipe.theta ?? units * threshold;
    const T = recipe.temperature ?? temperature;
    const count = goodness.length / 2;
    const cut = (c: number): number => (c < spec.minCoefficient ? 0 : c);
    const gains = new Float32Array(2 * count);
    for (let row = 0; row < count; row++) {
      const [positive, negative] = [goodness[row]!, goodness[count + row]!];
      const both = spec.loss === "difference" ? logistic((negative - positive) / T) : null;
      gains[row] = cut(both ?? logistic((theta - positive) / T));
      gains[count + row] = -cut(both ?? logistic((negative - theta) / T));
    }
    return gains;
  }

  /** gain · y, and the peer normalisation's push on the positives; null when there is nothing to learn. */
  private coefficients(y: Tensor2D, gains: Float32Array, layer: number, count: number): Tensor2D | null {
    const { tf } = this.network.backend;
    const { peer } = this.network.recipe;
    const mean = this.means[layer];
    if (!mean && gains.every((gain) => gain === 0)) return null;
    const learned = tf.mul(y, tf.tensor2d(gains, [2 * count, 1])) as Tensor2D;
    if (!mean) return learned;
    const positives = tf.slice(y, [0, 0], [count, -1]);
    mean.set(tf.add(tf.mul(mean.value, 0.9), tf.mul(tf.mean(positives, 0, true), 0.1)));
    // Not gated by the ReLU: a unit that is never active has no other way up.
    const push = tf.mul(tf.sub(tf.mean(mean.value), mean.value), peer);
    const onPositives = new Float32Array(2 * count).fill(1, 0, count);
    return tf.add(learned, tf.mul(tf.tensor2d(onPositives, [2 * count, 1]), push));
  }

  /** Like `normalised`, with goodness that the host knows already. */
  private next(y: Tensor2D, goodness: Float32Array, units: number): Tensor2D {
    const { tf } = this.network.backend;
    const { recipe } = this.network;
    const factors = goodness.map((value) => {
      const squares = recipe.goodness === "mean" ? value * units : value;
      return recipe.norm === "length" ? 1 / (Math.sqrt(squares) + 1e-4) : squares > 0 ? Math.sqrt(units / squares) : 0;
    });
    return tf.mul(y, tf.tensor2d(factors, [factors.length, 1]));
  }
}
