/** Variant box: a layer whose function only the host knows. It has neither weights nor learning, and its state stays as it began. */
import { Layer, type Pass } from "./layer.js";
import { type Input, Matrix } from "./matrix.js";
import type { Spec } from "./spec.js";

/** Activities (q7, up to 32767; negative ones count as 0; one for each unit) from a pass's normalised inputs (q4, one for each row, without a bias). */
export type BoxFunction = (layer: number, inputs: Uint8Array) => readonly number[];

export const noBox: BoxFunction = (layer) => {
  throw new Error(`layer ${layer} is a box, and the oracle was given no function for it`);
};

export class BoxLayer extends Layer {
  readonly weights: Matrix;

  constructor(net: Spec, index: number, readonly box: BoxFunction) {
    super(net, index);
    this.weights = new Matrix(0, this.spec.units, 16);
  }

  override pass(inputs: readonly Input[]): Pass {
    return { y: this.box(this.index, valuesOf(inputs, this.inputs)).map((y) => Math.max(y, 0)) };
  }

  sums(): number[] {
    throw new Error("a box has no sums");
  }

  passOfSums(): Pass {
    throw new Error("a box has no sums");
  }

  update(): void {
    throw new Error("a box does not learn");
  }

  countUsed(): void {
    // It multiplies nothing.
  }
}

/** All rows, those that are not listed with 0. */
export function valuesOf(inputs: readonly Input[], rows: number): Uint8Array {
  const values = new Uint8Array(rows);
  for (const { row, x } of inputs) values[row] = x;
  return values;
}
