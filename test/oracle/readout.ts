/** One layer's part of the readout: a softmax layer with its own delta rule. */
import { rshr, sat, shiftRight, softmax } from "./fixed.js";
import { unitInputs } from "./layer.js";
import { Matrix, shared } from "./matrix.js";
import { Lanes, streamOfReadoutLanes } from "./random.js";
import { scheduledRate } from "./schedule.js";
import type { Spec } from "./spec.js";
import { coefficientExponent, update } from "./update.js";

const SCALE = 11;
const HEADROOM = 0;
const CHUNK = 3840;

export class Readout {
  readonly weights: Matrix;
  readonly lanes: Lanes;
  readonly Q: number;

  constructor(readonly net: Spec, layer: number) {
    this.weights = new Matrix(net.layers[layer]!.units, net.classes, 16);
    this.lanes = new Lanes(net.seed, streamOfReadoutLanes(layer));
    this.Q = coefficientExponent(net.readoutRate, HEADROOM, SCALE);
  }

  /** One logit for each class: q8. The units of a map can be too many for one sum. */
  logits(x: readonly number[]): number[] {
    const logits = new Array<number>(this.net.classes).fill(0);
    for (let from = 0; from < x.length; from += CHUNK) {
      const sums = this.weights.sums(unitInputs(x).slice(from, from + CHUNK));
      sums.forEach((sum, c) => (logits[c]! += shiftRight(sum, 7)));
    }
    return logits;
  }

  /** `targets`: the wanted probabilities, q15. */
  train(x: readonly number[], targets: readonly number[], step: number): void {
    const { readoutRate, holdSteps, totalSteps, classes } = this.net;
    const rate = scheduledRate(readoutRate, step, holdSteps, totalSteps);
    const a = errors(softmax(this.logits(x)), targets).map((err) => sat(rshr(err * rate, 39 - this.Q), -32767, 32767));
    const none = new Array<number>(classes).fill(0);
    update(this.weights, this.lanes, shared(unitInputs(x)), a, none, 12 + SCALE - this.Q);
  }
}

/** err_c = target_c − p_c: q15. */
export function errors(p: readonly number[], targets: readonly number[]): number[] {
  return p.map((value, c) => targets[c]! - value);
}

/** The label is certain. */
export function targetsOfLabel(classes: number, label: number): number[] {
  return Array.from({ length: classes }, (_, c) => (c === label ? 32768 : 0));
}
