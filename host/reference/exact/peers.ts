import { rshr, shiftRight } from "../integers.js";

const FIRST_MEAN = 64 * 2 ** 16;

/**
 * Running means of the units' activities, and the pull to those of a unit's peers (docs/variants.md, Peer normalisation). A q23 of a unit and its
 * products need more than f32 holds and there is one for each unit, so it is done on the host, in doubles.
 */
export class Peers {
  /** M_i: q23. */
  readonly means: Float64Array;

  /** `strength`: λ, q15; `peers` neighbouring units see the same and are compared with each other. */
  constructor(units: number, private readonly strength: number, private readonly peers: number) {
    this.means = new Float64Array(units).fill(FIRST_MEAN);
  }

  /** Takes a positive's activities into the means. */
  observe(y: ArrayLike<number>): void {
    for (let unit = 0; unit < this.means.length; unit++) this.means[unit]! += shiftRight(y[unit]! * 2 ** 16 - this.means[unit]!, 10);
  }

  /** λ times the rate: 0 pulls no unit. */
  gain(rate: number): number {
    return shiftRight(this.strength * rate, 15);
  }

  /** b_i of every unit. */
  pulls(gain: number, Q: number): Float32Array {
    return Float32Array.from(this.means, (mean, unit) => {
      const first = unit - (unit % this.peers);
      const d = shiftRight(this.meanOf(first) - mean, 16);
      return Math.sign(d) * Math.min(rshr(Math.abs(d) * gain, 31 - Q), 32767);
    });
  }

  /** m of the peers from a unit on. */
  private meanOf(first: number): number {
    let sum = 0;
    for (let unit = first; unit < first + this.peers; unit++) sum += this.means[unit]!;
    return Math.floor(sum / this.peers);
  }
}
