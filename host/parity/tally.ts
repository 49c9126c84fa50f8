/** How two sequences of numbers compare, over all steps so far. */
export interface Difference {
  readonly compared: number;
  readonly differing: number;
  /** Of the absolute differences. */
  readonly max: number;
  readonly mean: number;
  /** The first that differed: step from 1, index in the values of that step. */
  readonly first: { readonly step: number; readonly index: number; readonly engine: number; readonly reference: number } | null;
}

export class Tally {
  private compared = 0;
  private differing = 0;
  private max = 0;
  private sum = 0;
  private first: Difference["first"] = null;

  add(step: number, engine: ArrayLike<number>, reference: ArrayLike<number>): void {
    if (engine.length !== reference.length) throw new Error(`${engine.length} values of the engine against ${reference.length} of the reference`);
    this.compared += engine.length;
    for (let index = 0; index < engine.length; index++) {
      const [a, b] = [engine[index]!, reference[index]!];
      if (a === b) continue;
      this.differing++;
      const distance = Math.abs(a - b);
      // NaN is as far off as can be.
      this.max = Number.isNaN(distance) ? Infinity : Math.max(this.max, distance);
      this.sum += Number.isNaN(distance) ? Infinity : distance;
      this.first ??= { step, index, engine: a, reference: b };
    }
  }

  get value(): Difference {
    const { compared, differing, max, first } = this;
    return { compared, differing, max, mean: compared > 0 ? this.sum / compared : 0, first };
  }
}
