import type { Backend, Tensor, Tensor2D } from "../backends/backend.js";
import { Kept, scoped } from "../scope.js";
import { carriedChange } from "./carried.js";
import { floorShift, remainder, type Split, split } from "./split.js";

/** Update coefficients of one call: a⁺ and a⁻ (or a⁺ alone), [1 or 2][units], and the inputs they go with, [1 or 2][rows]. */
export interface UpdateCall {
  readonly x: Tensor2D;
  readonly coefficients: Tensor2D;
  /** start_i of every unit. */
  readonly starts: Float32Array;
  /** The call is over rows `from`.. only, as many as x has. */
  readonly from?: number;
}

/** Integer weights [rows][units] of 8 or 16 bits, saturating. */
export class ExactMatrix {
  readonly weights: Kept<Tensor2D>;
  private readonly low: number;
  private readonly high: number;

  constructor(private readonly backend: Backend, readonly rows: number, readonly units: number, readonly bits: number, values: Float32Array) {
    this.low = -(2 ** (bits - 1));
    this.high = 2 ** (bits - 1) - 1;
    this.weights = new Kept(backend.tf, backend.tf.tensor2d(values, [rows, units]));
  }

  /** acc = x (N, rows) @ W (rows, units). Each half's sums stay below 2^24: Σ x ≤ 16 · 3840 and halves of weights are at most 128. */
  sums(x: Tensor2D): Split {
    const { tf } = this.backend;
    if (this.bits === 8) {
      const low = tf.matMul(x, this.weights.value);
      return { high: tf.zerosLike(low), low };
    }
    const halves = split(tf, this.weights.value);
    return { high: tf.matMul(x, halves.high), low: tf.matMul(x, halves.low) };
  }

  /**
   * Update with carried rounding (docs/algorithm.md). What is carried into row j is start + Σ of all terms before it, modulo 2^16; so the
   * weight's change is floor(C_j / 2^16) − floor(C_{j−1} / 2^16) with C_j = start + 2^k Σ_{i ≤ j} (a⁺ x⁺_i + a⁻ x⁻_i): a running sum of the
   * inputs and two outer products, in place of a loop over the rows. Rows with no input change nothing, so no list is needed.
   */
  update({ x, coefficients, starts, from = 0 }: UpdateCall, k: number): void {
    const { tf } = this.backend;
    const running = tf.transpose(tf.cumsum(x, 1)) as Tensor2D;
    const high = floorShift(tf, coefficients, 7);
    const low = remainder(tf, coefficients, high, 7) as Tensor2D;
    const lowSum = tf.matMul(running, low);
    const lowHigh = floorShift(tf, lowSum, 7);
    // C = 2^(k+7) · sum + 2^k · rest + start
    const sum = tf.add(tf.matMul(running, high), lowHigh);
    const rest = remainder(tf, lowSum, lowHigh, 7);
    const whole = floorShift(tf, sum, 9 - k);
    const below = tf.add(tf.add(tf.mul(remainder(tf, sum, whole, 9 - k), 2 ** (k + 7)), tf.mul(rest, 2 ** k)), tf.tensor2d(starts, [1, this.units]));
    const floors = tf.add(whole, floorShift(tf, below, 16));
    const rows = x.shape[1];
    const before = rows === 1 ? tf.zerosLike(floors) : tf.concat([tf.zeros([1, this.units]), tf.slice(floors, [0, 0], [rows - 1, this.units])], 0);
    const change = tf.sub(floors, before);
    this.add(rows === this.rows ? change : tf.pad(change, [[from, this.rows - from - rows], [0, 0]]));
  }

  /** An update from what every row learned, D = 128 · high + low: [rows][units], or [matrices][rows][units] of as many matrices, one below the other. */
  learn(learned: { high: Tensor; low: Tensor }, starts: Tensor, k: number): void {
    const { tf } = this.backend;
    this.add(tf.reshape(carriedChange(tf, learned, k, starts), [this.rows, this.units]));
  }

  /** w −= (w · decay + start) >> 16 in one row; decay ≤ 2^12. */
  decayRow(row: number, decay: number, starts: Float32Array): void {
    const { tf } = this.backend;
    const halves = split(tf, tf.slice(this.weights.value, [row, 0], [1, this.units]));
    const low = tf.add(tf.mul(halves.low, decay), tf.tensor2d(starts, [1, this.units]));
    const change = floorShift(tf, tf.add(tf.mul(halves.high, decay), floorShift(tf, low, 8)), 8);
    this.add(tf.pad(tf.neg(change), [[row, this.rows - row - 1], [0, 0]]));
  }

  async read(): Promise<Float32Array> {
    await this.backend.use();
    return scoped(this.backend.tf, () => this.backend.read(this.weights.value));
  }

  dispose(): void {
    this.weights.dispose();
  }

  private add(change: Tensor): void {
    const { tf } = this.backend;
    this.weights.set(tf.clipByValue(tf.add(this.weights.value, change), this.low, this.high) as Tensor2D);
  }
}
