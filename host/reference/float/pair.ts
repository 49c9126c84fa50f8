import type { Tensor, Tensor2D } from "../backends/backend.js";
import { hasTwoFrames } from "../step_frames.js";
import { phaseOf, signOf } from "../phases.js";
import { Kept } from "../scope.js";
import type { FloatSample } from "./batch.js";
import { gainsOf } from "./judge.js";
import type { FloatNetwork } from "./network.js";
import type { Objective } from "./objective.js";
import { FloatPeers } from "./peers.js";
import { activity, firstInputs, inputsOf, normalised, rowsOf } from "./rows.js";
import { singlePass, startOf } from "./starts.js";
import type { Activity } from "./units.js";

/** Positive and negative go through the layers together, as rows of one matrix: positives first. */
export class PairObjective implements Objective {
  /** Of each layer: running means of the units' activities, for a recipe's peer normalisation. */
  private readonly means: Kept<Tensor>[];
  /** Of each layer that has it in its spec: the engine's peer normalisation. A recipe's own stands above it. */
  private readonly peers: readonly (FloatPeers | null)[];

  constructor(private readonly network: FloatNetwork) {
    const { backend, recipe, spec: { layers } } = network;
    const { tf } = backend;
    this.means = recipe.peer > 0 ? layers.map(({ units }) => new Kept(tf, tf.fill([1, units], 0.5) as Tensor)) : [];
    this.peers = layers.map(({ peer, units, channels }) => (peer > 0 && recipe.peer === 0 ? new FloatPeers(backend, units, channels || units, peer) : null));
  }

  async train(samples: readonly FloatSample[]): Promise<void> {
    const { network } = this;
    const count = samples.length;
    let x = await startOf(network, samples);
    for (const [index, { units, blocks }] of network.spec.layers.entries()) {
      const made = activity(network, index, x);
      const goodness = await this.goodness(made.y, index);
      const gains = blocks > 1 ? gainsOf(network, await this.goodness(made.y, index, blocks), index, blocks) : gainsOf(network, goodness, index);
      const coefficients = this.coefficients(made, gains, index, count);
      if (coefficients) network.learn(index, x, coefficients, made, count);
      if (index + 1 < network.layers.length) x = network.withBias(this.next(made.y, goodness, units));
    }
  }

  async scores(frames: readonly Uint8Array[]): Promise<number[][]> {
    const { network } = this;
    const { classes } = network.spec;
    const scores = frames.map(() => new Array<number>(classes).fill(0));
    const images = network.spec.waves ? [] : frames.map((frame) => network.inputs.image(frame, false));
    const labels = hasTwoFrames(network.spec) ? 1 : classes;
    for (let label = 0; label < labels; label++) {
      const x = network.spec.waves ? inputsOf(network, frames.map((frame) => network.inputs.withWave(frame, label, false))) : firstInputs(network, images, () => label);
      await this.addGoodness(x, (row, value) => (scores[row]![label]! += signOf(network.spec) * value));
    }
    return scores;
  }

  async logits(frames: readonly Uint8Array[]): Promise<number[][]> {
    const { network } = this;
    if (!network.readout.exists) return [];
    const images = frames.map((frame) => (network.spec.waves ? network.inputs.withWave(frame, "neutral", false) : network.inputs.image(frame, false)));
    const { logits } = singlePass(network, inputsOf(network, images));
    return rowsOf(await network.backend.read(logits!), network.spec.classes);
  }

  get tensors(): readonly Kept<Tensor>[] {
    return [...this.means, ...this.peers.flatMap((peers) => (peers ? [peers.means] : []))];
  }

  /** Running means of a layer's units, where its spec has peers. */
  peerMeans(layer: number): Kept<Tensor> | null {
    return this.peers[layer]?.means ?? null;
  }

  private async addGoodness(inputs: Tensor2D, add: (row: number, value: number) => void): Promise<void> {
    const { network } = this;
    let x = inputs;
    for (const index of network.layers.keys()) {
      const { y } = activity(network, index, x);
      if (index >= network.spec.goodnessFrom) (await this.goodness(y, index)).forEach((value, row) => add(row, value));
      if (index + 1 < network.layers.length) x = network.withBias(normalised(network, y));
    }
  }

  /** Σ y² of each row, or its mean over the units; of each block when there are several, [rows][blocks] flat. */
  private async goodness(y: Tensor2D, layer: number, blocks = 1): Promise<Float32Array> {
    const { tf, read } = this.network.backend;
    const squares = tf.square(y);
    const values = await read(blocks > 1 ? tf.sum(tf.reshape(squares, [y.shape[0] * blocks, -1]), 1) : tf.sum(squares, 1));
    this.network.checkFinite(values, "goodness", layer);
    return this.network.recipe.goodness === "mean" ? values.map((value) => (value * blocks) / y.shape[1]) : values;
  }

  /** gain · y, and the pull of peers on the positives; null when there is nothing to learn. */
  private coefficients({ y }: Activity, gains: Float32Array, layer: number, count: number): Tensor2D | null {
    const { tf } = this.network.backend;
    const mean = this.means[layer];
    const peers = this.peers[layer];
    if (!mean && !peers && gains.every((gain) => gain === 0)) return null;
    const blocks = gains.length / (2 * count);
    const raw = blocks === 1 ? tf.mul(y, tf.tensor2d(gains, [2 * count, 1])) : tf.reshape(tf.mul(tf.reshape(y, [2 * count, blocks, -1]), tf.tensor3d(gains, [2 * count, blocks, 1])), y.shape);
    const learned = this.network.units[layer]!.belowCeiling(raw as Tensor2D, y);
    if (!mean && !peers) return learned;
    const positives = tf.slice(y, [0, 0], [count, -1]);
    if (peers) return tf.add(learned, tf.concat([peers.pull(positives, this.awake(count)), tf.zerosLike(positives)], 0));
    mean!.set(tf.add(tf.mul(mean!.value, 0.9), tf.mul(tf.mean(positives, 0, true), 0.1)));
    // Not gated by the ReLU: a unit that is never active has no other way up.
    const push = tf.mul(tf.sub(tf.mean(mean!.value), mean!.value), this.network.recipe.peer);
    const onPositives = new Float32Array(2 * count).fill(1, 0, count);
    return tf.add(learned, tf.mul(tf.tensor2d(onPositives, [2 * count, 1]), push));
  }

  /** 1 for each sample whose phase has a positive. */
  private awake(count: number): Float32Array {
    return Float32Array.from({ length: count }, (_, row) => (phaseOf(this.network.spec, this.network.samples + row).positive ? 1 : 0));
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
