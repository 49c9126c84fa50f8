/** Variant box: a layer whose function only the host knows. */
import type { Input } from "./matrix.js";

/** Activities (q7, 0..32767, one for each unit) from a pass's normalised inputs (q4, one for each row, without a bias). */
export type BoxFunction = (layer: number, inputs: Uint8Array) => readonly number[];

export const noBox: BoxFunction = (layer) => {
  throw new Error(`layer ${layer} is a box, and the oracle was given no function for it`);
};

/** All rows, those that are not listed with 0. */
export function valuesOf(inputs: readonly Input[], rows: number): Uint8Array {
  const values = new Uint8Array(rows);
  for (const { row, x } of inputs) values[row] = x;
  return values;
}
