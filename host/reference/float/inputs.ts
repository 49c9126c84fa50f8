import type { NetworkSpec } from "../../spec/network_spec.js";
import { Generator } from "../../random.js";
import { STREAM_DROPOUT } from "../streams.js";
import { labelled } from "../waves.js";
import type { Recipe } from "./recipe.js";

/** A class, or "neutral" for no label at all. */
export type Label = number | "neutral";

/**
 * Frames and labels as rows of the first layer, on the host: what the engine calls the image's and the label's rows.
 *
 * - "level": the frame over its root mean square; the label has a level of its own, relative to that.
 * - "strength": the label is a pixel of full strength (neutral: a tenth in each), and frame and label are normalised together.
 * - "standardised": MNIST's mean and deviation taken out, the label a pixel at the frame's maximum, and all divided by its length.
 */
export class InputEncoder {
  readonly rows: number;
  readonly dropout: Generator;
  private readonly size: number;
  private readonly labelAt: number;
  private readonly ignored: number;

  constructor(private readonly spec: NetworkSpec, private readonly how: Recipe["inputs"]) {
    const { width, height, channels } = spec.input;
    this.size = width * height * channels;
    const { placement } = spec.label;
    this.labelAt = placement === "append" ? this.size : 0;
    this.ignored = placement === "replace" ? spec.classes : 0;
    const above = spec.recurrence.iterations > 0 ? spec.layers[1]?.units ?? spec.classes : 0;
    this.rows = this.size + (placement === "append" ? spec.classes : 0) + above + (spec.bias > 0 ? 1 : 0);
    this.dropout = Generator.of(spec.seed, STREAM_DROPOUT);
  }

  /** The frame's part of a row; with `training`, after dropout. The generator is the engine's, so the same values are left out. */
  image(frame: Uint8Array, training: boolean): Float32Array {
    const row = this.rowOf(frame);
    if (training) this.leaveOut([row], (at) => frame[at]! > 0);
    return row;
  }

  /** Positive and negative frame of a step: what dropout leaves out it leaves out of both. */
  twoFrames(positive: Uint8Array, negative: Uint8Array): [Float32Array, Float32Array] {
    const rows: [Float32Array, Float32Array] = [this.rowOf(positive), this.rowOf(negative)];
    this.leaveOut(rows, (at) => positive[at]! > 0 || negative[at]! > 0);
    return rows;
  }

  /** What dropout leaves of a frame before the wave comes (docs/maps.md). */
  leftOf(frame: Uint8Array): Uint8Array {
    const rate = this.dropoutRate;
    return rate === 0 ? frame : frame.map((value) => (value > 0 && this.dropout.next() >>> 24 < rate ? 0 : value));
  }

  /** A frame with the wave of a label. */
  withWave(frame: Uint8Array, label: Label, training: boolean): Float32Array {
    const row = this.rowOf(labelled(this.spec, frame, label));
    return training && this.dropoutRate > 0 ? row.map((value) => value * this.gainOfDropout) : row;
  }

  private rowOf(frame: Uint8Array): Float32Array {
    const row = new Float32Array(this.rows);
    const { ignored, size, how } = this;
    if (how === "standardised") for (let at = ignored; at < size; at++) row[at] = (frame[at]! / 255 - MEAN) / DEVIATION;
    else if (how === "strength") for (let at = ignored; at < size; at++) row[at] = frame[at]! / 255;
    else this.overRootMeanSquare(frame, row);
    return row;
  }

  /** Writes an image with a label to `out` at `offset`. */
  write(image: Float32Array, label: Label, out: Float32Array, offset: number): void {
    out.set(image, offset);
    const { how, spec, rows } = this;
    if (spec.label.placement !== "none") this.writeLabel(image, label, out, offset);
    if (how !== "level") scale(out, offset, rows - (spec.bias > 0 ? 1 : 0), how === "strength" ? "rms" : "length");
    if (spec.bias > 0) out[offset + rows - 1] = spec.bias;
  }

  private writeLabel(image: Float32Array, label: Label, out: Float32Array, offset: number): void {
    const { how, spec: { classes, label: { level } }, labelAt } = this;
    const strength = how === "level" ? level : how === "strength" ? 1 : image.reduce((most, value) => Math.max(most, value), 0);
    if (label !== "neutral") out[offset + labelAt + label] = strength;
    // The engine's neutral level is a tenth, rounded to its format.
    else out.fill(how === "level" ? Math.floor((Math.round(level * 16) + 5) / 10) / 16 : strength / 10, offset + labelAt, offset + labelAt + classes);
  }

  /** As docs/algorithm.md, Normalisation, with S for the dropout's mean effect, but without rounding and without a ceiling of 127/16. */
  private overRootMeanSquare(frame: Uint8Array, row: Float32Array): void {
    let squares = 0;
    for (let at = this.ignored; at < this.size; at++) squares += frame[at]! ** 2;
    if (squares === 0) return;
    const factor = Math.sqrt(this.size / squares);
    for (let at = this.ignored; at < this.size; at++) row[at] = frame[at]! * factor;
  }

  /** One draw for each value that is there, the same for all rows. */
  private leaveOut(rows: readonly Float32Array[], isThere: (at: number) => boolean): void {
    const rate = this.dropoutRate;
    if (rate === 0) return;
    const kept = this.gainOfDropout;
    for (let at = this.ignored; at < this.size; at++) {
      if (!isThere(at)) continue;
      const out = this.dropout.next() >>> 24 < rate;
      for (const row of rows) row[at] = out ? 0 : row[at]! * kept;
    }
  }

  /** q8. */
  private get dropoutRate(): number {
    return Math.round(this.spec.inputDropout * 256);
  }

  /** How much larger the values kept are: S counts for the mean of what is left. */
  private get gainOfDropout(): number {
    return Math.sqrt(256 / (256 - this.dropoutRate));
  }
}

/** Of MNIST's pixels, 1 = white. */
const MEAN = 0.1307;
const DEVIATION = 0.3081;

function scale(out: Float32Array, offset: number, length: number, by: "rms" | "length"): void {
  let squares = 0;
  for (let at = offset; at < offset + length; at++) squares += out[at]! ** 2;
  const factor = by === "rms" ? (squares > 0 ? Math.sqrt(length / squares) : 0) : 1 / (Math.sqrt(squares) + 1e-4);
  for (let at = offset; at < offset + length; at++) out[at]! *= factor;
}
