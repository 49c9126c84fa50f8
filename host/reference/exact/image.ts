import type { Backend, Tensor2D } from "../backends/backend.js";
import type { FixedSpec } from "../fixed_spec.js";
import { multiplier } from "../integers.js";
import type { Generator } from "../../random.js";
import { labelled } from "../waves.js";
import { normaliseRows } from "./normalise.js";

/** Rows of the first layer: frame, label, bias. */
export class ImageRows {
  private readonly rows: number;
  private readonly ignored: number;
  readonly labelAt: number;

  constructor(private readonly backend: Backend, private readonly fixed: FixedSpec) {
    const { spec: { classes, label: { placement } }, frameSize } = fixed;
    this.rows = fixed.layers[0]!.inputs;
    this.ignored = placement === "replace" ? classes : 0;
    this.labelAt = placement === "append" ? frameSize : 0;
  }

  /** The frame's rows and the bias, without a label: [1][inputs]. With a dropout generator, those of a training step. */
  image(frame: Uint8Array, dropout: Generator | null): Tensor2D {
    const rate = this.rateOf(dropout);
    const keep = new Float32Array(frame.length).fill(1);
    if (rate > 0 && dropout) for (let at = this.ignored; at < frame.length; at++) if (frame[at]! > 0 && dropout.next() >>> 24 < rate) keep[at] = 0;
    return this.rowsOf(frame, rate, keep);
  }

  /** Two frames as positive and negative, [2][inputs]: what is left out is left out of both (docs/variants.md, Two frames). */
  twoFrames(positive: Uint8Array, negative: Uint8Array, dropout: Generator): Tensor2D {
    const rate = this.rateOf(dropout);
    const keep = new Float32Array(positive.length).fill(1);
    if (rate > 0) for (let at = 0; at < keep.length; at++) if ((positive[at]! > 0 || negative[at]! > 0) && dropout.next() >>> 24 < rate) keep[at] = 0;
    return this.backend.tf.concat([this.rowsOf(positive, rate, keep), this.rowsOf(negative, rate, keep)], 0);
  }

  /** What dropout leaves of a frame before the wave comes. */
  leftOf(frame: Uint8Array, dropout: Generator): Uint8Array {
    const rate = this.rateOf(dropout);
    return rate === 0 ? frame : frame.map((value) => (value > 0 && dropout.next() >>> 24 < rate ? 0 : value));
  }

  /** A frame with the waves of some labels, [labels][inputs]; in training S counts for what dropout left (docs/maps.md). */
  withWaves(frame: Uint8Array, labels: readonly (number | "neutral")[], training: boolean): Tensor2D {
    const keep = new Float32Array(frame.length).fill(1);
    const rate = training ? this.fixed.inputDropout : 0;
    return this.backend.tf.concat(labels.map((label) => this.rowsOf(labelled(this.fixed.spec, frame, label), rate, keep)), 0);
  }

  /** A frame with labels of either kind, without dropout: [labels][inputs]. */
  labelledFrame(frame: Uint8Array, labels: readonly (number | "neutral")[]): Tensor2D {
    return this.fixed.spec.waves ? this.withWaves(frame, labels, false) : this.withLabels(this.image(frame, null), labels);
  }

  private rateOf(dropout: Generator | null): number {
    return dropout ? this.fixed.inputDropout : 0;
  }

  /** Normalised with S for the mean effect of a dropout rate (q8); `keep` is 0 where a value is left out: [1][inputs]. */
  private rowsOf(frame: Uint8Array, rate: number, keep: Float32Array): Tensor2D {
    const { tf } = this.backend;
    const { frameSize, biasLevel } = this.fixed;
    const values = new Float32Array(frameSize);
    let S = 0;
    for (let at = this.ignored; at < frameSize; at++) {
      const value = (values[at] = frame[at]!);
      S += value * value;
    }
    const x = tf.mul(normaliseRows(this.backend, tf.tensor2d(values, [1, frameSize]), [multiplier(Math.floor((S * (256 - rate)) / 256), frameSize)]), tf.tensor2d(keep, [1, frameSize]));
    const rest = new Float32Array(this.rows - frameSize);
    if (biasLevel > 0) rest[rest.length - 1] = biasLevel;
    return (rest.length === 0 ? x : tf.concat([x, tf.tensor2d(rest, [1, rest.length])], 1)) as Tensor2D;
  }

  /** The image with each of some labels: [labels][inputs]. */
  withLabels(image: Tensor2D, labels: readonly (number | "neutral")[]): Tensor2D {
    const { tf } = this.backend;
    const { spec: { classes }, labelLevel } = this.fixed;
    if (this.fixed.spec.label.placement === "none") return tf.tile(image, [labels.length, 1]);
    const values = new Float32Array(labels.length * this.rows);
    labels.forEach((label, index) => {
      const at = index * this.rows + this.labelAt;
      if (label === "neutral") values.fill(Math.floor((labelLevel + 5) / 10), at, at + classes);
      else values[at + label] = labelLevel;
    });
    return tf.add(image, tf.tensor2d(values, [labels.length, this.rows])) as Tensor2D;
  }

  /** The label rows alone, as the inputs of their own update call: positive and negative, [2][classes]. */
  labelRows(positive: number, negative: number): Tensor2D {
    const { spec: { classes }, labelLevel } = this.fixed;
    const values = new Float32Array(2 * classes);
    values[positive] = labelLevel;
    values[classes + negative] = labelLevel;
    return this.backend.tf.tensor2d(values, [2, classes]);
  }
}
