import type { Backend, Tensor2D } from "../backends/backend.js";
import type { FixedSpec } from "../fixed_spec.js";
import { coefficientExponent, errorsOf, rshr, sat, scheduledRate, softmax } from "../integers.js";
import { Lanes, streamOfReadoutLanes } from "../random.js";
import { ExactMatrix } from "./matrix.js";
import { floorShift } from "./split.js";

const SCALE = 11;

/** One layer's part of the readout. */
export class ExactReadout {
  readonly matrix: ExactMatrix;
  readonly lanes: Lanes;
  private readonly Q: number;

  constructor(private readonly backend: Backend, private readonly fixed: FixedSpec, layer: number) {
    const { units } = fixed.layers[layer]!;
    this.matrix = new ExactMatrix(backend, units, fixed.spec.classes, 16, new Float32Array(units * fixed.spec.classes));
    this.lanes = new Lanes(fixed.spec.seed, streamOfReadoutLanes(layer));
    this.Q = coefficientExponent(fixed.readoutRate, 0, SCALE);
  }

  /** Σ w x >> 7 for each row of x and class: q8. */
  async logits(x: Tensor2D): Promise<number[][]> {
    const { tf, read } = this.backend;
    const { classes } = this.fixed.spec;
    const { high, low } = this.matrix.sums(x);
    const values = await read(tf.add(tf.mul(high, 2), floorShift(tf, low, 7)));
    return Array.from({ length: x.shape[0] }, (_, row) => Array.from(values.subarray(row * classes, (row + 1) * classes)));
  }

  /** The delta rule, from the logits that x gave before. */
  train(x: Tensor2D, logits: readonly number[], label: number, step: number): void {
    const { tf } = this.backend;
    const { readoutRate, holdSteps, totalSteps, spec: { classes } } = this.fixed;
    const rate = scheduledRate(readoutRate, step, holdSteps, totalSteps);
    const a = errorsOf(softmax(logits), label).map((error) => sat(rshr(error * rate, 39 - this.Q), -32767, 32767));
    this.lanes.advance();
    this.matrix.update({ x, coefficients: tf.tensor2d(a, [1, classes]), starts: this.lanes.starts(classes) }, 12 + SCALE - this.Q);
  }
}
