import type { Tensor, Tensor2D } from "../backends/backend.js";
import { phaseOf } from "../phases.js";
import { Kept } from "../scope.js";
import { gainsOf } from "./judge.js";
import type { FloatNetwork } from "./network.js";
import { FloatPeers } from "./peers.js";
import type { Activity } from "./units.js";

/** What layers learn from pairs, [2N][units] with the positives first, whatever way these came to be; keeps the running means of peers. */
export class Lessons {
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

  get tensors(): readonly Kept<Tensor>[] {
    return [...this.means, ...this.peers.flatMap((peers) => (peers ? [peers.means] : []))];
  }

  peerMeans(layer: number): Kept<Tensor> | null {
    return this.peers[layer]?.means ?? null;
  }

  /** One layer learns from what it made of its inputs x [2N][inputs]; its goodness, [2N]. */
  async learn(layer: number, x: Tensor2D, made: Activity): Promise<Float32Array> {
    const { network } = this;
    const { blocks } = network.spec.layers[layer]!;
    const count = x.shape[0] / 2;
    const goodness = await this.goodness(made.y, layer);
    const gains = gainsOf(network, blocks > 1 ? await this.goodness(made.y, layer, blocks) : goodness, layer, blocks);
    const coefficients = this.coefficients(made, gains, layer, count);
    if (coefficients) network.learn(layer, x, coefficients, made, count);
    return goodness;
  }

  /** Σ y² of each row, or its mean over the units; of each block when there are several, [rows][blocks] flat. */
  async goodness(y: Tensor2D, layer: number, blocks = 1): Promise<Float32Array> {
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
}
