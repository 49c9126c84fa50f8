/** Variant peer normalisation: units that are seldom active are raised, those often active lowered (Hinton 2022, §3.2). */
import { rshr, shiftRight } from "./fixed.js";

const FIRST_MEAN = 64 * 2 ** 16;

export class Peers {
  /** M_i, a running mean of each unit's activity: q23. */
  readonly means: number[];

  constructor(units: number, /** λ, q15. */ readonly strength: number) {
    this.means = new Array<number>(units).fill(FIRST_MEAN);
  }

  /** Takes a positive's activities into the means. */
  observe(y: readonly number[]): void {
    y.forEach((value, unit) => (this.means[unit]! += shiftRight(value * 2 ** 16 - this.means[unit]!, 10)));
  }

  /** λ times the scheduled rate. */
  gain(rate: number): number {
    return shiftRight(this.strength * rate, 15);
  }

  /** b_i: toward the mean of the layer. */
  terms(gain: number, Q: number): number[] {
    const m = Math.floor(this.means.reduce((sum, mean) => sum + mean, 0) / this.means.length);
    return this.means.map((mean) => {
      const d = shiftRight(m - mean, 16);
      return Math.sign(d) * Math.min(rshr(Math.abs(d) * gain, 31 - Q), 32767);
    });
  }
}
