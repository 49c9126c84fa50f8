/** What the hidden layers of all kinds have in common: lanes, counters, rates. */
import { deviceActivity, type Peculiarity } from "./device.js";
import { isqrt, rshr, sat, shiftRight } from "./fixed.js";
import { isMap, mapOf, sizeOf } from "./geometry.js";
import type { Input, Matrix, PairedInput } from "./matrix.js";
import { normalise, sumOfSquares } from "./normalise.js";
import type { Peers } from "./peer.js";
import { Generator, Lanes, streamOfInitialWeights, streamOfLanes } from "./random.js";
import { scheduledRate } from "./schedule.js";
import type { LayerSpec, Spec } from "./spec.js";
import { coefficientExponent, decayRow } from "./update.js";

const HEADROOM = 4;

/** What a layer does with one input. */
export interface Pass {
  /** Activity of each unit before normalisation: q7. */
  y: number[];
  /** Of a map: the place that each unit has its activity from. */
  places?: number[];
}

/** Coefficients, one for each unit, and the pass they belong to. */
export interface Signal extends Pass {
  a: number[];
  /** Gain of each unit; left out where all have one. */
  gains?: number[];
}

/** A pass alone, or two that go through a layer together. */
export type Company = "single" | "pair";

export abstract class Layer {
  readonly spec: LayerSpec;
  readonly lanes: Lanes;
  readonly Q: number;
  readonly theta: number;
  readonly isBox: boolean;
  /** Values of the frame or the layer below: the first inputs. */
  readonly below: number;
  /** All inputs: the values below; label rows or, in a recurrent network, the units above; the bias row. */
  readonly inputs: number;
  abstract readonly weights: Matrix;
  /** Positives with goodness above θ; class-wise: samples whose true group won. */
  positivesRight = 0;
  /** Negatives with goodness below θ. */
  negativesRight = 0;
  /** Rows multiplied in forward passes: those whose input is not 0. */
  rowsUsed = 0;
  /** Rows of the update calls; not those of labels. */
  rowsUpdated = 0;
  /** Only with peer normalisation. */
  readonly peers: Peers | undefined = undefined;

  constructor(readonly net: Spec, readonly index: number) {
    this.spec = net.layers[index]!;
    this.lanes = new Lanes(net.seed, streamOfLanes(index));
    this.Q = coefficientExponent(this.spec.rate, HEADROOM, this.spec.scale);
    this.theta = this.spec.units * this.spec.threshold;
    this.isBox = this.spec.kind === "box";
    this.below = sizeOf(mapOf(net, index - 1));
    this.inputs = inputsOf(net, index);
  }

  /** Whether an input is a label, and thus not counted. */
  isLabel({ row }: { row: number }): boolean {
    const { classes, placement, layers, recurrence } = this.net;
    if (placement === "replace") return this.index === 0 && row < classes;
    const hasLabels = recurrence ? this.index === layers.length - 1 : this.index === 0 && placement === "append";
    return hasLabels && row >= this.below && row < this.below + classes;
  }

  /** Runs on the inputs listed; all others are 0. */
  pass(inputs: readonly Input[]): Pass {
    return this.passOfSums(this.sums(inputs));
  }

  /** acc of each unit; of a map, of each channel of each place, before pooling. */
  abstract sums(inputs: readonly Input[]): number[];

  abstract passOfSums(sums: readonly number[]): Pass;

  /** Learns in one update (at each place) for each of `calls`, and counts their rows. */
  abstract update(calls: readonly PairedInput[][], positive: Signal, negative: Signal): void;

  /**
   * Counts the rows of some passes that go through the layer together: each row that any of them needs, once for each pass; no label rows. Two passes that differ
   * in their labels only have one list.
   */
  abstract countUsed(company: Company, ...passes: (readonly Input[])[]): void;

  /** Group of a unit, class-wise: as many units, or channels of a map, in each. */
  groupOf(unit: number): number {
    const { units } = this.spec;
    const channels = isMap(this.spec) ? this.spec.channels! : units;
    return Math.floor(((unit % channels) * this.net.classes) / channels);
  }

  /** The always-on row, the last one; none without a bias. */
  get biasInput(): Input[] {
    return this.net.biasLevel > 0 && !this.isBox ? [{ row: this.inputs - 1, x: this.net.biasLevel }] : [];
  }

  activity(inputs: readonly Input[]): number[] {
    return this.pass(inputs).y;
  }

  /** The activity as the next layer and the readout see it: q4. */
  normalised(y: readonly number[]): number[] {
    return normalise(y, sumOfSquares(y), y.length);
  }

  /** Whether learning leaves a unit with this activity alone: a clipped ReLU has no slope at its ceiling. */
  isAtCeiling(y: number): boolean {
    return y === this.spec.ceiling;
  }

  rateAt(step: number): number {
    return scheduledRate(this.spec.rate, step, this.net.holdSteps, this.net.totalSteps);
  }

  /** What a coefficient c makes of the rate: q15 times the rate. */
  gain(c: number, step: number): number {
    return c < (this.net.minCoefficient ?? 0) ? 0 : shiftRight(c * this.rateAt(step), 15);
  }

  decay(step: number): void {
    if (this.spec.decay > 0) decayRow(this.weights, this.lanes, step % this.weights.rows, this.spec.decay);
  }

  /** Activity after ReLU, device and ceiling: q7. `unit`: its peculiarity in a device that is not ideal. */
  protected activityOf(acc: number, unit: Peculiarity | undefined): number {
    const { scale, ceiling } = this.spec;
    const y = unit ? deviceActivity(acc, scale, unit) : sat(rshr(acc, scale - 3), 0, 32767);
    return ceiling ? Math.min(y, ceiling) : y;
  }

  /** Row by row. `inputs`: those of one unit. */
  protected drawWeights(weights: Matrix, inputs: number): void {
    const { scale, init } = this.spec;
    const generator = new Generator(this.net.seed, streamOfInitialWeights(this.index));
    const d = (isqrt((1n << BigInt(2 * scale + 16)) / BigInt(inputs)) * BigInt(init)) >> 8n;
    for (let row = 0; row < weights.rows; row++) {
      for (let unit = 0; unit < weights.units; unit++) {
        const b = generator.next();
        const g = (b & 255) + ((b >>> 8) & 255) + ((b >>> 16) & 255) + (b >>> 24) - 510;
        weights.set(row, unit, Number((BigInt(g) * d * 443n + (1n << 23n)) >> 24n));
      }
    }
  }
}

/** What a layer sees: the values below; label rows in the first layer when appended; in a recurrent network the units above, labels above the last; a bias row but for boxes. */
export function inputsOf(net: Spec, layer: number): number {
  const labels = layer === 0 && net.placement === "append" ? net.classes : 0;
  const above = net.recurrence ? net.layers[layer + 1]?.units ?? net.classes : 0;
  const bias = net.biasLevel > 0 && net.layers[layer]!.kind !== "box" ? 1 : 0;
  return sizeOf(mapOf(net, layer - 1)) + labels + above + bias;
}

/** The inputs of a later layer, without its bias: one row for each unit below. */
export function unitInputs(x: readonly number[]): Input[] {
  return x.map((value, row) => ({ row, x: value }));
}

/** Rows that any of some passes needs. */
export function rowsNeeded(passes: readonly (readonly Input[])[]): number {
  return new Set(passes.flat().flatMap(({ row, x }) => (x === 0 ? [] : [row]))).size;
}

/** Rows with an input in either pass. */
export function rowsOf(list: readonly PairedInput[]): number {
  return list.filter(({ positive, negative }) => positive !== 0 || negative !== 0).length;
}
