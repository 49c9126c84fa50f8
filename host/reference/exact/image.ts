import type { Backend, Tensor2D } from "../backends/backend.js";
import type { FixedSpec } from "../fixed_spec.js";
import { multiplier } from "../integers.js";
import type { Generator } from "../random.js";
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
    const { tf } = this.backend;
    const { frameSize, inputDropout, biasLevel } = this.fixed;
    const rate = dropout ? inputDropout : 0;
    const values = new Float32Array(frameSize);
    const keep = new Float32Array(frameSize);
    let S = 0;
    for (let at = this.ignored; at < frameSize; at++) {
      const value = (values[at] = frame[at]!);
      S += value * value;
      keep[at] = value > 0 && rate > 0 && dropout && dropout.next() >>> 24 < rate ? 0 : 1;
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
