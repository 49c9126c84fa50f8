import { MAX_INPUTS } from "../../../assembly/abi/limits.js";
import type { Backend, Tensor, Tensor2D } from "../backends/backend.js";
import type { FixedLayer, FixedSpec } from "../fixed_spec.js";
import { initialIntegers } from "../initial_weights.js";
import { coefficientExponent, goodnessOf, multiplier, scheduledRate, shiftRight } from "../integers.js";
import { Lanes, streamOfLanes } from "../streams.js";
import { coefficientHalves } from "./carried.js";
import { deviceOf, type ExactDevice } from "./device.js";
import { ExactMatrix } from "./matrix.js";
import { normaliseRows } from "./normalise.js";
import { Peers } from "./peers.js";
import { learnedByRows, splitProduct } from "./products.js";
import { floorShift, remainder, shiftRounded, type Split } from "./split.js";
import { sumsOfSquares } from "./squares.js";

const HEADROOM = 4;
const ACTIVITY_MAX = 32767;
/** Past this a high half saturates the activity whatever the low half and the scale. */
const HIGH_MAX = 2 ** 19;

/** One update call: inputs [N][rows], of the rows from `from` on (0 when left out), as many as x has. */
export interface Call {
  readonly x: Tensor2D;
  readonly from?: number;
}

/** A device multiplies by less than 1, so its activities saturate later. */
const HIGH_MAX_DEVICE = 2 ** 21;

/** What a layer made of its inputs, N rows at once. */
export interface Activation {
  /** acc of each unit; null of a map, whose units come from many places. */
  readonly sums: Split | null;
  /** q7, [N][units]. */
  readonly y: Tensor2D;
  /** Of a map that pools: which place of its square each unit is from, row-major, [N][units]. */
  readonly from: Tensor | null;
  /** Σ y² of each row. */
  readonly squares: readonly number[];
  /** By group, [N][groups]; one group unless asked for more. */
  readonly goodness: readonly (readonly number[])[];
}

/** One hidden layer: integer weights, lanes. Kinds of maps are in maps.ts. */
export class ExactLayer {
  readonly spec: FixedLayer;
  readonly matrix: ExactMatrix;
  readonly lanes: Lanes;
  readonly Q: number;
  /** Null without peer normalisation. */
  readonly peers: Peers | null;
  private readonly device: ExactDevice | null;

  constructor(protected readonly backend: Backend, protected readonly fixed: FixedSpec, readonly index: number) {
    this.spec = fixed.layers[index]!;
    const { rows, matrices, columns, units, bits, rate, scale, peer } = this.spec;
    this.matrix = new ExactMatrix(backend, matrices * rows, columns, bits, initialIntegers(fixed, index));
    this.lanes = new Lanes(fixed.spec.seed, streamOfLanes(index));
    this.Q = coefficientExponent(rate, HEADROOM, scale);
    this.peers = peer > 0 ? new Peers(units, peer, columns) : null;
    this.device = deviceOf(backend, fixed, index);
  }

  async activate(x: Tensor2D, groups = 1): Promise<Activation> {
    const sums = this.sums(x);
    return this.activation(this.activityOf(sums), groups, sums);
  }

  /** acc of N inputs: [N][units]; of a map [N · places][channels]. */
  sums(x: Tensor2D): Split {
    return this.isLong ? splitProduct(this.backend.tf, x, this.matrix.weights.value, this.spec.bits) : this.matrix.sums(x);
  }

  /** u7 inputs of the next layer and of the readout. */
  normalised({ y, squares }: Activation): Tensor2D {
    return normaliseRows(this.backend, y, squares.map((S) => multiplier(S, this.spec.units)));
  }

  /** η of a step. */
  rateAt(step: number): number {
    const { holdSteps, totalSteps } = this.fixed;
    return scheduledRate(this.spec.rate, step, holdSteps, totalSteps);
  }

  /** What a coefficient c ≥ 0 makes of the rate at a step. */
  gain(c: number, step: number): number {
    return c < this.fixed.minCoefficient ? 0 : shiftRight(c * this.rateAt(step), 15);
  }

  /** a = ± min(rshr(y · |gain|, 31 − Q), 32767), 0 at the ceiling: y [N][units], gains [N][units] or [N][1], signed. */
  coefficients(y: Tensor2D, gains: Tensor2D): Tensor2D {
    const { tf } = this.backend;
    const size = tf.abs(gains);
    const high = floorShift(tf, size, 8);
    const product = { high: tf.mul(y, high), low: tf.mul(y, remainder(tf, size, high, 8)) };
    const a = tf.mul(tf.sign(gains), tf.minimum(shiftRounded(tf, product, 31 - this.Q), ACTIVITY_MAX)) as Tensor2D;
    const { ceiling } = this.spec;
    return ceiling > 0 ? tf.mul(a, tf.cast(tf.notEqual(y, ceiling), "float32")) : a;
  }

  /** The update calls of one step, in order, with the coefficients [N][units] of what the layer made of N inputs. */
  async learn(calls: readonly Call[], coefficients: Tensor2D, _activation: Activation): Promise<void> {
    const { tf } = this.backend;
    for (const { x, from } of calls) {
      this.lanes.advance();
      if (this.isLong) {
        const whole = tf.pad(x, [[0, 0], [from ?? 0, this.spec.inputs - x.shape[1] - (from ?? 0)]]);

        this.matrix.learn(learnedByRows(tf, whole, coefficientHalves(tf, coefficients)), tf.tensor2d(this.lanes.starts(this.spec.units), [1, this.spec.units]), this.k);
        continue;
      }
      this.matrix.update({ x, coefficients, starts: this.lanes.starts(this.spec.units), from: from ?? 0 }, this.k);
    }
  }

  decay(step: number): void {
    if (this.spec.decay === 0) return;
    this.lanes.advance();
    this.matrix.decayRow(step % this.matrix.rows, this.spec.decay, this.lanes.starts(this.spec.columns));
  }

  /** Group of a unit, class-wise: as many units, or channels of a map, in each. */
  groupOf(unit: number, groups: number): number {
    return Math.floor(((unit % this.spec.columns) * groups) / this.spec.columns);
  }

  dispose(): void {
    this.matrix.dispose();
    this.device?.dispose();
  }

  /** More rows than f32 holds running sums and products of: only i8 weights have so many (docs/algorithm.md, Bounds on rows). */
  private get isLong(): boolean {
    return this.spec.rows > MAX_INPUTS;
  }

  /** The update's shift. */
  protected get k(): number {
    return 12 + this.spec.scale - this.Q;
  }

  /** y of sums of any shape whose last axis is that of the units. */
  activityOf(sums: Split): Tensor2D {
    const { tf } = this.backend;
    const most = this.device ? HIGH_MAX_DEVICE : HIGH_MAX;
    const clamped = { high: tf.clipByValue(sums.high, -most, most), low: sums.low };
    const value = shiftRounded(tf, clamped, this.spec.scale - 3);
    const y = this.device ? this.device.activity(value) : tf.clipByValue(value, 0, ACTIVITY_MAX);
    return (this.spec.ceiling > 0 ? tf.minimum(y, this.spec.ceiling) : y) as Tensor2D;
  }

  async activation(y: Tensor2D, groups = 1, sums: Split | null = null, from: Tensor | null = null): Promise<Activation> {
    const byGroup = await sumsOfSquares(this.backend, this.inGroups(y, groups), groups);
    return { sums, y, from, squares: byGroup.map((row) => row.reduce((sum, value) => sum + value, 0)), goodness: byGroup.map((row) => row.map(goodnessOf)) };
  }

  /** The units in an order that has those of a group beside each other. */
  protected inGroups(y: Tensor2D, _groups: number): Tensor2D {
    return y;
  }
}
