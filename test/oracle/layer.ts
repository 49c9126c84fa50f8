/** One hidden layer: weights, lanes, counters. A box has neither weights nor learning; its state stays as it began. */
import { type BoxFunction, noBox, valuesOf } from "./box.js";
import { deviceActivity, type Peculiarity, peculiarities } from "./device.js";
import { isqrt, rshr, sat, shiftRight } from "./fixed.js";
import { Matrix, type Input, type PairedInput } from "./matrix.js";
import { normalise, sumOfSquares } from "./normalise.js";
import { Peers } from "./peer.js";
import { Generator, Lanes, streamOfInitialWeights, streamOfLanes } from "./random.js";
import { scheduledRate } from "./schedule.js";
import { frameSize, type LayerSpec, type Spec } from "./spec.js";
import { coefficientExponent, decayRow, update } from "./update.js";

const HEADROOM = 4;

export class Layer {
  readonly spec: LayerSpec;
  readonly weights: Matrix;
  readonly lanes: Lanes;
  readonly Q: number;
  readonly theta: number;
  /** Positives with goodness above θ; class-wise: samples whose true group won. */
  positivesRight = 0;
  /** Negatives with goodness below θ. */
  negativesRight = 0;
  /** Rows multiplied in forward passes: those whose input is not 0. */
  rowsUsed = 0;
  /** Rows of the update calls; not those of labels. */
  rowsUpdated = 0;
  /** Only with peer normalisation. */
  readonly peers: Peers | undefined;
  /** By unit; none in the ideal device. */
  readonly #device: readonly Peculiarity[] | undefined;

  constructor(readonly net: Spec, readonly index: number, readonly box: BoxFunction = noBox) {
    this.spec = net.layers[index]!;
    const { units, weightBits, peer } = this.spec;
    this.weights = new Matrix(this.isBox ? 0 : inputsOf(net, index), units, weightBits);
    this.lanes = new Lanes(net.seed, streamOfLanes(index));
    this.Q = coefficientExponent(this.spec.rate, HEADROOM, this.spec.scale);
    this.theta = this.spec.units * this.spec.threshold;
    this.peers = peer ? new Peers(units, peer) : undefined;
    this.#device = net.device ? peculiarities(net.device, index, units) : undefined;
    if (!this.isBox) this.#drawWeights();
  }

  get isBox(): boolean {
    return this.spec.kind === "box";
  }

  #drawWeights(): void {
    const { scale, init, units } = this.spec;
    const generator = new Generator(this.net.seed, streamOfInitialWeights(this.index));
    const d = (isqrt((1n << BigInt(2 * scale + 16)) / BigInt(this.weights.rows)) * BigInt(init)) >> 8n;
    for (let row = 0; row < this.weights.rows; row++) {
      for (let unit = 0; unit < units; unit++) {
        const b = generator.next();
        const g = (b & 255) + ((b >>> 8) & 255) + ((b >>> 16) & 255) + (b >>> 24) - 510;
        this.weights.set(row, unit, Number((BigInt(g) * d * 443n + (1n << 23n)) >> 24n));
      }
    }
  }

  /** The always-on row, the last one; none without a bias. */
  get biasInput(): Input[] {
    return this.net.biasLevel > 0 && !this.isBox ? [{ row: this.weights.rows - 1, x: this.net.biasLevel }] : [];
  }

  /** Activity after ReLU, before normalisation: q7. */
  activity(inputs: readonly Input[]): number[] {
    if (this.isBox) return [...this.box(this.index, valuesOf(inputs, inputsOf(this.net, this.index)))];
    const { scale } = this.spec;
    return this.weights.sums(inputs).map((acc, unit) => {
      const y = this.#device ? deviceActivity(acc, scale, this.#device[unit]!) : sat(rshr(acc, scale - 3), 0, 32767);
      return Math.min(y, this.spec.ceiling || y);
    });
  }

  /** Whether learning leaves a unit with this activity alone: a clipped ReLU has no slope at its ceiling. */
  isAtCeiling(y: number): boolean {
    return y === this.spec.ceiling;
  }

  /** The activity as the next layer and the readout see it: q4. */
  normalised(y: readonly number[]): number[] {
    return normalise(y, sumOfSquares(y), y.length);
  }

  rateAt(step: number): number {
    return scheduledRate(this.spec.rate, step, this.net.holdSteps, this.net.totalSteps);
  }

  /** What a coefficient c makes of the rate: q15 times the rate. */
  gain(c: number, step: number): number {
    return c < (this.net.minCoefficient ?? 0) ? 0 : shiftRight(c * this.rateAt(step), 15);
  }

  /** Counts the rows of some passes that go through the layer together: each row that any of them needs, once for each pass. */
  countUsed(...passes: (readonly Input[])[]): void {
    if (this.isBox) return;
    const rows = new Set(passes.flat().flatMap(({ row, x }) => (x === 0 ? [] : [row])));
    this.rowsUsed += rows.size * passes.length;
  }

  countUpdated(rows: readonly PairedInput[]): void {
    this.rowsUpdated += rows.filter(({ positive, negative }) => positive !== 0 || negative !== 0).length;
  }

  update(rows: readonly PairedInput[], positive: readonly number[], negative: readonly number[]): void {
    update(this.weights, this.lanes, rows, positive, negative, 12 + this.spec.scale - this.Q);
  }

  decay(step: number): void {
    if (this.spec.decay > 0) decayRow(this.weights, this.lanes, step % this.weights.rows, this.spec.decay);
  }
}

/** Rows of a layer's weights: frame or units below, label rows when appended, bias row. A box has no bias. */
export function inputsOf(net: Spec, layer: number): number {
  const bias = net.biasLevel > 0 && net.layers[layer]!.kind !== "box" ? 1 : 0;
  if (layer > 0) return net.layers[layer - 1]!.units + bias;
  return frameSize(net) + (net.placement === "append" ? net.classes : 0) + bias;
}

/** The inputs of a later layer, without its bias: one row for each unit below. */
export function unitInputs(x: readonly number[]): Input[] {
  return x.map((value, row) => ({ row, x: value }));
}
