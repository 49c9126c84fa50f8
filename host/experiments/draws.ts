/** Reproducible draws for an experiment's own choices: a 32-bit linear congruential generator, high bits used. Nothing in the engine depends on it. */
export class Draws {
  private state: number;

  constructor(seed: number) {
    this.state = (Math.imul(seed, 0x9e3779b9) + 0x7f4a7c15) >>> 0;
  }

  /** 0 ≤ x < 1. */
  next(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state / 2 ** 32;
  }

  /** A whole number of 0..count − 1. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** An index, in proportion to its weight. */
  proportional(weights: Float64Array): number {
    let left = this.next() * weights.reduce((sum, weight) => sum + weight, 0);
    for (const [index, weight] of weights.entries()) if ((left -= weight) < 0) return index;
    return weights.length - 1;
  }

  shuffled<T>(items: readonly T[]): T[] {
    const mixed = [...items];
    for (let last = mixed.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
    }
    return mixed;
  }
}
