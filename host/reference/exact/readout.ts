import type { Backend, Tensor, Tensor2D } from "../backends/backend.js";
import type { FixedSpec } from "../fixed_spec.js";
import { coefficientExponent, errorsOf, rshr, sat, scheduledRate, softmax } from "../integers.js";
import { Lanes, streamOfReadoutLanes } from "../streams.js";
import { coefficientHalves } from "./carried.js";
import { ExactMatrix } from "./matrix.js";
import { splitProduct } from "./products.js";
import { floorShift, type Split } from "./split.js";

const SCALE = 11;
/** Rows whose sum the engine holds in an i32. */
const CHUNK = 3840;

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

  /** Σ w x >> 7 for each row of x and class: q8. Of a map, chunk by chunk (docs/maps.md). */
  async logits(x: Tensor2D): Promise<number[][]> {
    const { tf, read } = this.backend;
    const { classes } = this.fixed.spec;
    const { rows } = this.matrix;
    const shifted = ({ high, low }: Split): Tensor => tf.add(tf.mul(high, 2), floorShift(tf, low, 7));
    const chunks: Tensor[] = rows <= CHUNK ? [shifted(this.matrix.sums(x))] : [];
    if (rows > CHUNK) {
      for (let from = 0; from < rows; from += CHUNK) {
        const size = Math.min(CHUNK, rows - from);
        chunks.push(shifted(splitProduct(tf, tf.slice(x, [0, from], [x.shape[0], size]), tf.slice(this.matrix.weights.value, [from, 0], [size, classes]), 16)));
      }
    }
    const values = await read(tf.addN(chunks));
    return Array.from({ length: x.shape[0] }, (_, row) => Array.from(values.subarray(row * classes, (row + 1) * classes)));
  }

  /** Learns from one row x, whose logits from before it adds to those of the layers below. */
  async learn(x: Tensor2D, logits: number[], targets: readonly number[], step: number): Promise<void> {
    const [own] = await this.logits(x);
    own!.forEach((value, c) => (logits[c]! += value));
    this.train(x, own!, targets, step);
  }

  /** The delta rule, from the logits that x gave before. */
  private train(x: Tensor2D, logits: readonly number[], targets: readonly number[], step: number): void {
    const { tf } = this.backend;
    const { readoutRate, holdSteps, totalSteps, spec: { classes } } = this.fixed;
    const rate = scheduledRate(readoutRate, step, holdSteps, totalSteps);
    const a = errorsOf(softmax(logits), targets).map((error) => sat(rshr(error * rate, 39 - this.Q), -32767, 32767));
    this.lanes.advance();
    const coefficients = tf.tensor2d(a, [1, classes]);
    const starts = this.lanes.starts(classes);
    const k = 12 + SCALE - this.Q;
    if (this.matrix.rows <= CHUNK) return this.matrix.update({ x, coefficients, starts }, k);
    // The running sum of so many inputs would leave f32.
    const halves = coefficientHalves(tf, coefficients);
    const column = tf.transpose(x);
    this.matrix.learn({ high: tf.mul(column, halves.high), low: tf.mul(column, halves.low) }, tf.tensor2d(starts, [1, classes]), k);
  }
}
