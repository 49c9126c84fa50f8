/** Variant peer normalisation: units that are seldom active are raised, those often active lowered (Hinton 2022, §3.2). */
import { rshr, shiftRight } from "./fixed.js";

const FIRST_MEAN = 64 * 2 ** 16;

export class Peers {
  /** M_i, a running mean of each unit's activity: q23. */
  readonly means: number[];

  /** `peers`: so many neighbouring units see the same, and are compared with each other. */
  constructor(units: number, /** λ, q15. */ readonly strength: number, readonly peers = units) {
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

  /** b_i: toward the mean of the peers. */
  terms(gain: number, Q: number): number[] {
    return this.means.map((mean, unit) => {
      const d = shiftRight(this.#meanOfPeers(unit) - mean, 16);
      return Math.sign(d) * Math.min(rshr(Math.abs(d) * gain, 31 - Q), 32767);
    });
  }

  #meanOfPeers(unit: number): number {
    const first = unit - (unit % this.peers);
    return Math.floor(this.means.slice(first, first + this.peers).reduce((sum, mean) => sum + mean, 0) / this.peers);
  }
}
