/**
 * The goodness of all layers as one loss, and its gradient through the whole network: backpropagation on the objective of Forward-Forward ("BP/FF" of
 * Tosato et al. 2023). With y of layer l, x = y / rms(y) what the next one sees, and G = Σ y²:
 *
 *   pair, difference:  log σ(Σ_l (G⁺ − G⁻) / T_l)                       threshold:  log σ(Σ_l (G⁺ − θ_l) / T_l) + log σ(Σ_l (θ_l − G⁻) / T_l)
 *   class-wise:        log softmax over the groups k of Σ_l G_k / T_l
 *   δ_l = [y > 0] · (gain · y / T_l + r (g − x · mean(x g))),  g = δ_{l+1} W_{l+1}ᵀ,  r = 1 / rms(y)
 *
 * Prediction is that of the layer-wise objective. Negatives are random: there is no readout to draw hard ones from.
 */
import type { Tensor, Tensor2D } from "../backends/backend.js";
import type { Kept } from "../scope.js";
import type { FloatSample } from "./batch.js";
import { ClasswiseObjective } from "./classwise.js";
import { drawNegative } from "./negative.js";
import type { FloatNetwork } from "./network.js";
import type { Objective } from "./objective.js";
import { PairObjective } from "./pair.js";
import { activity, firstInputs, logistic, normalised, rowsOf, softmax } from "./rows.js";

interface Pass {
  /** With bias: what each layer saw. */
  readonly seen: Tensor2D[];
  readonly y: Tensor2D[];
  /** Normalised, without bias. */
  readonly x: Tensor2D[];
}

export class EndToEndObjective implements Objective {
  readonly tensors: readonly Kept<Tensor>[] = [];
  private readonly layerwise: Objective;

  constructor(private readonly network: FloatNetwork) {
    this.layerwise = network.spec.objective === "pair" ? new PairObjective(network) : new ClasswiseObjective(network);
  }

  async train(samples: readonly FloatSample[]): Promise<void> {
    const { network } = this;
    const pass = this.forward(samples);
    const gains = network.spec.objective === "pair" ? await this.pairGains(pass.y) : await this.classGains(pass.y, samples.map(({ label }) => label));
    this.backward(pass, gains, samples.length);
  }

  scores(frames: readonly Uint8Array[]): Promise<number[][]> {
    return this.layerwise.scores(frames);
  }

  async logits(): Promise<number[][]> {
    return [];
  }

  private forward(samples: readonly FloatSample[]): Pass {
    const { network } = this;
    const { spec, sampler } = network;
    const images = samples.map(({ positive }) => network.inputs.image(positive, true));
    const labels = samples.map(({ label }) => label);
    const count = images.length;
    const wrong = spec.objective === "pair" ? labels.map((label) => drawNegative(spec, sampler, label, null)) : null;
    let input = wrong ? firstInputs(network, [...images, ...images], (index) => (index < count ? labels[index]! : wrong[index - count]!)) : firstInputs(network, images, () => "neutral");
    const pass: Pass = { seen: [], y: [], x: [] };
    for (const index of network.layers.keys()) {
      const { y } = activity(network, index, input);
      const x = normalised(network, y);
      pass.seen.push(input);
      pass.y.push(y);
      pass.x.push(x);
      input = network.withBias(x);
    }
    return pass;
  }

  /** [2N][1]: how wrong the network as a whole is about each row, positives first, signed. */
  private async pairGains(y: readonly Tensor2D[]): Promise<Tensor2D> {
    const { backend: { tf, read }, spec } = this.network;
    const rows = y[0]!.shape[0];
    const total = new Float64Array(rows);
    let theta = 0;
    for (const [index, each] of y.entries()) {
      const { temperature, threshold, units } = spec.layers[index]!;
      const goodness = await read(tf.sum(tf.square(each), 1));
      this.network.checkFinite(goodness, "goodness", index);
      goodness.forEach((value, row) => (total[row]! += value / temperature));
      theta += (units * threshold) / temperature;
    }
    const count = rows / 2;
    const gains = new Float32Array(rows);
    for (let row = 0; row < count; row++) {
      const [positive, negative] = [total[row]!, total[count + row]!];
      const both = spec.loss === "difference" ? logistic(negative - positive) : null;
      gains[row] = both ?? logistic(theta - positive);
      gains[count + row] = -(both ?? logistic(negative - theta));
    }
    return tf.tensor2d(gains, [rows, 1]);
  }

  /** [N][classes]: [is true class] − p. */
  private async classGains(y: readonly Tensor2D[], labels: readonly number[]): Promise<Tensor2D> {
    const { backend: { tf, read }, spec } = this.network;
    const count = labels.length;
    const total = new Float32Array(count * spec.classes);
    for (const [index, each] of y.entries()) {
      const goodness = await read(tf.sum(tf.square(tf.reshape(each, [count, spec.classes, -1])), 2));
      this.network.checkFinite(goodness, "goodness", index);
      goodness.forEach((value, at) => (total[at]! += value / spec.layers[index]!.temperature));
    }
    const gains = rowsOf(total, spec.classes).flatMap((row, sample) => softmax(row).map((p, k) => (k === labels[sample] ? 1 : 0) - p));
    return tf.tensor2d(Float32Array.from(gains), [count, spec.classes]);
  }

  private backward({ seen, y, x }: Pass, gains: Tensor2D, samples: number): void {
    const { network } = this;
    const { tf } = network.backend;
    let above: Tensor2D | null = null;
    for (let index = network.layers.length - 1; index >= 0; index--) {
      const dense = network.layers[index]!;
      const own = tf.mul(this.spread(gains, y[index]!), 1 / network.spec.layers[index]!.temperature) as Tensor2D;
      // Before the layer learns: with the weights that made its sums.
      const delta: Tensor2D = above ? (tf.mul(tf.add(own, this.throughNorm(above, y[index]!, x[index]!)), tf.step(y[index]!)) as Tensor2D) : own;
      if (index > 0) above = tf.matMul(delta, tf.transpose(tf.slice(dense.weights.value, [0, 0], [network.layers[index - 1]!.outputs, dense.outputs])));
      network.learn(index, seen[index]!, delta, { y: y[index]!, from: null }, samples);
    }
  }

  /** gain · y: of the pair one gain a row, class-wise one a group. */
  private spread(gains: Tensor2D, y: Tensor2D): Tensor2D {
    const { backend: { tf }, spec } = this.network;
    if (spec.objective === "pair") return tf.mul(y, gains);
    const [rows] = y.shape;
    return tf.reshape(tf.mul(tf.reshape(y, [rows, spec.classes, -1]), tf.reshape(gains, [rows, spec.classes, 1])), y.shape);
  }

  /** From the gradient of x to that of y. */
  private throughNorm(g: Tensor2D, y: Tensor2D, x: Tensor2D): Tensor2D {
    const { tf } = this.network.backend;
    const r = tf.rsqrt(tf.maximum(tf.mean(tf.square(y), 1, true), 1e-20));
    return tf.mul(tf.sub(g, tf.mul(x, tf.mean(tf.mul(x, g), 1, true))), r);
  }
}
