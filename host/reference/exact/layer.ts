import type { Backend, Tensor2D } from "../backends/backend.js";
import type { FixedLayer, FixedSpec } from "../fixed_spec.js";
import { initialIntegers } from "../initial_weights.js";
import { coefficientExponent, goodnessOf, multiplier, scheduledRate, shiftRight } from "../integers.js";
import { Lanes, streamOfLanes } from "../random.js";
import { ExactMatrix } from "./matrix.js";
import { normaliseRows } from "./normalise.js";
import { floorShift, remainder, shiftRounded, type Split } from "./split.js";
import { sumsOfSquares } from "./squares.js";

const HEADROOM = 4;
const ACTIVITY_MAX = 32767;
/** Past this a high half saturates the activity whatever the low half and the scale. */
const HIGH_MAX = 2 ** 19;

/** What a layer made of its inputs, N rows at once. */
export interface Activation {
  readonly sums: Split;
  /** q7, [N][units]. */
  readonly y: Tensor2D;
  /** Σ y² of each row. */
  readonly squares: readonly number[];
  /** By group, [N][groups]; one group unless asked for more. */
  readonly goodness: readonly (readonly number[])[];
}

/** One hidden layer: integer weights, lanes. */
export class ExactLayer {
  readonly spec: FixedLayer;
  readonly matrix: ExactMatrix;
  readonly lanes: Lanes;
  readonly Q: number;

  constructor(private readonly backend: Backend, private readonly fixed: FixedSpec, readonly index: number) {
    this.spec = fixed.layers[index]!;
    const { inputs, units, bits, rate, scale } = this.spec;
    this.matrix = new ExactMatrix(backend, inputs, units, bits, initialIntegers(fixed, index));
    this.lanes = new Lanes(fixed.spec.seed, streamOfLanes(index));
    this.Q = coefficientExponent(rate, HEADROOM, scale);
  }

  async activate(x: Tensor2D, groups = 1): Promise<Activation> {
    const { tf } = this.backend;
    const sums = this.matrix.sums(x);
    const clamped = { high: tf.clipByValue(sums.high, -HIGH_MAX, HIGH_MAX), low: sums.low };
    const y = tf.clipByValue(shiftRounded(tf, clamped, this.spec.scale - 3), 0, ACTIVITY_MAX) as Tensor2D;
    const byGroup = await sumsOfSquares(this.backend, y, groups);
    return { sums, y, squares: byGroup.map((row) => row.reduce((sum, value) => sum + value, 0)), goodness: byGroup.map((row) => row.map(goodnessOf)) };
  }

  /** u7 inputs of the next layer and of the readout. */
  normalised({ y, squares }: Activation): Tensor2D {
    return normaliseRows(this.backend, y, squares.map((S) => multiplier(S, this.spec.units)));
  }

  /** What a coefficient c ≥ 0 makes of the rate at a step. */
  gain(c: number, step: number): number {
    const { holdSteps, totalSteps, minCoefficient } = this.fixed;
    return c < minCoefficient ? 0 : shiftRight(c * scheduledRate(this.spec.rate, step, holdSteps, totalSteps), 15);
  }

  /** a = ± min(rshr(y · |gain|, 31 − Q), 32767): y [N][units], gains [N][units] or [N][1], signed. */
  coefficients(y: Tensor2D, gains: Tensor2D): Tensor2D {
    const { tf } = this.backend;
    const size = tf.abs(gains);
    const high = floorShift(tf, size, 8);
    const product = { high: tf.mul(y, high), low: tf.mul(y, remainder(tf, size, high, 8)) };
    return tf.mul(tf.sign(gains), tf.minimum(shiftRounded(tf, product, 31 - this.Q), ACTIVITY_MAX)) as Tensor2D;
  }

  /** One update call; the lanes advance once. */
  update(x: Tensor2D, coefficients: Tensor2D, from = 0): void {
    this.lanes.advance();
    this.matrix.update({ x, coefficients, starts: this.lanes.starts(this.spec.units), from }, 12 + this.spec.scale - this.Q);
  }

  decay(step: number): void {
    if (this.spec.decay === 0) return;
    this.lanes.advance();
    this.matrix.decayRow(step % this.spec.inputs, this.spec.decay, this.lanes.starts(this.spec.units));
  }
}
