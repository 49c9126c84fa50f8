import type { Shape } from "../../data/shape.js";
import { MayflyError } from "../../errors.js";
import type { Backend, Tensor, Tensor1D, Tensor2D, Tensor3D } from "../backends/backend.js";
import { optimiserOf, type Optimiser } from "../float/optimiser.js";
import { Kept } from "../scope.js";
import { type BackpropLayer, type BackpropLayerSpec, type Forwarded, heWeights, type LayerOptions } from "./layer.js";

/**
 * A map of places, each with a field of the map below and weights of its own (Hinton 2022, §4). With P places, R inputs and a bias in a field, C channels:
 *
 *   fields (P, N, R + 1) @ W (P, R + 1, C) -> sums (N, P · C), channels of a place beside each other, as the engine's maps lie
 *
 * Fields are gathered by a table of addresses; gathered back the same way, so no kernel is needed that the wasm backend lacks.
 */
export class LocalLayer implements BackpropLayer {
  readonly shape: Shape;
  readonly outputs: number;
  /** (P, (R + 1) · C): the optimiser knows matrices only. */
  readonly weights: Kept<Tensor2D>;
  private readonly optimiser: Optimiser;
  private readonly places: number;
  private readonly rows: number;
  private readonly inputs: number;
  /** Input of each row of each place; outside the map the one behind the last, which is 0. [P · R] */
  private readonly fields: Kept<Tensor1D>;
  /** Rows of places that see an input: [inputs · f²]; where there are fewer, the one behind the last, which is 0. */
  private readonly seers: Kept<Tensor1D>;
  private readonly seen: number;

  constructor(private readonly backend: Backend, input: Shape, { channels, field, stride, padding }: Exclude<BackpropLayerSpec, number>, { optimiser, draw }: LayerOptions) {
    const { tf } = backend;
    const along = (size: number): number => Math.floor((size + 2 * padding - field) / stride) + 1;
    this.shape = { width: along(input.width), height: along(input.height), channels };
    if (this.shape.width < 1 || this.shape.height < 1) throw new MayflyError(`a field of ${field} does not fit into a map of ${input.width}x${input.height}, padded by ${padding}`, 2);
    this.places = this.shape.width * this.shape.height;
    this.outputs = this.places * channels;
    this.rows = field * field * input.channels;
    this.inputs = input.width * input.height * input.channels;
    this.seen = field * field;
    const fields = new Int32Array(this.places * this.rows).fill(this.inputs);
    const seers = new Int32Array(this.inputs * this.seen).fill(this.places * this.rows);
    const filled = new Uint16Array(this.inputs);
    for (let place = 0, at = 0; place < this.places; place++) {
      const [top, left] = [Math.floor(place / this.shape.width) * stride - padding, (place % this.shape.width) * stride - padding];
      for (let dy = 0; dy < field; dy++) for (let dx = 0; dx < field; dx++) for (let channel = 0; channel < input.channels; channel++, at++) {
        const [y, x] = [top + dy, left + dx];
        if (y < 0 || x < 0 || y >= input.height || x >= input.width) continue;
        const from = (y * input.width + x) * input.channels + channel;
        fields[at] = from;
        seers[from * this.seen + filled[from]!++] = at;
      }
    }
    this.fields = new Kept(tf, tf.tensor1d(fields, "int32"));
    this.seers = new Kept(tf, tf.tensor1d(seers, "int32"));
    const perPlace = (this.rows + 1) * channels;
    this.weights = new Kept(tf, tf.tensor2d(heWeights(this.rows, this.places * (this.rows + 1), channels, draw), [this.places, perPlace]));
    this.optimiser = optimiserOf(tf, optimiser, [this.places, perPlace]);
  }

  forward(x: Tensor2D): Forwarded {
    const { tf } = this.backend;
    const count = x.shape[0];
    const padded = tf.concat([x, tf.zeros([count, 1]) as Tensor2D], 1);
    const gathered = tf.reshape(tf.gather(padded, this.fields.value, 1), [count, this.places, this.rows]);
    const seen = tf.transpose(tf.concat([gathered, tf.ones([count, this.places, 1])], 2), [1, 0, 2]);
    const sums = tf.matMul(seen, this.matrices()) as Tensor3D;
    return { sums: tf.reshape(tf.transpose(sums, [1, 0, 2]), [count, this.outputs]), seen };
  }

  below(delta: Tensor2D): Tensor2D {
    const { tf } = this.backend;
    const count = delta.shape[0];
    const { channels } = this.shape;
    const weights = tf.slice(this.matrices(), [0, 0, 0], [this.places, this.rows, channels]);
    const back = tf.matMul(this.byPlace(delta), tf.transpose(weights, [0, 2, 1]));
    const flat = tf.reshape(tf.transpose(back, [1, 0, 2]), [count, this.places * this.rows]) as Tensor2D;
    const padded = tf.concat([flat, tf.zeros([count, 1]) as Tensor2D], 1);
    return tf.sum(tf.reshape(tf.gather(padded, this.seers.value, 1), [count, this.inputs, this.seen]), 2);
  }

  learn(seen: Tensor, delta: Tensor2D, rate: number): void {
    const { tf } = this.backend;
    const gradient = tf.matMul(tf.transpose(seen as Tensor3D, [0, 2, 1]), this.byPlace(delta));
    this.optimiser.step(this.weights, tf.reshape(gradient, this.weights.value.shape), rate);
  }

  dispose(): void {
    for (const kept of [this.weights, this.fields, this.seers, ...this.optimiser.state]) kept.dispose();
  }

  /** (P, R + 1, C). */
  private matrices(): Tensor3D {
    return this.backend.tf.reshape(this.weights.value, [this.places, this.rows + 1, this.shape.channels]);
  }

  /** (N, P · C) -> (P, N, C). */
  private byPlace(delta: Tensor2D): Tensor3D {
    const { tf } = this.backend;
    return tf.transpose(tf.reshape(delta, [delta.shape[0], this.places, this.shape.channels]), [1, 0, 2]);
  }
}
