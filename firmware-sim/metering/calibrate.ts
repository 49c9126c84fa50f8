import { type Measurement, expectedInstructions } from "./cost.js";
import type { CoreName } from "../boards/schema.js";
import { CLASSES, type WorkClass } from "./opcodes.js";

/** How strongly a class that the measurements say little about is held at the common factor. */
const STAY = 0.01;
/** A network unlike all that were measured may lie further off than the furthest of them: 784-56 on Cortex-M4 did, at 5.9 % where the furthest was at 5.8. */
const MARGIN = 1.5;

/**
 * Instructions a unit of each class, fitted to measured firmware: the least squares of the relative errors, and of how far each class is from
 * one factor for all (ridge regression), so that few measurements do not turn classes that always come together into nonsense. The error is the
 * largest of predicting each measurement from all others, with a margin: what a network that was not measured is to expect.
 */
export function fit(core: CoreName, measured: readonly Measurement[]): { instructions: Record<WorkClass, number>; errorPercent: number } {
  const expected = expectedInstructions(core);
  const instructions = fitted(expected, measured);
  const errors = measured.map((one, left) => {
    const others = measured.length > 1 ? fitted(expected, measured.filter((_, index) => index !== left)) : instructions;
    return Math.abs(CLASSES.reduce((sum, name) => sum + one.work[name] * others[name], 0) / one.instructions - 1);
  });
  return { instructions, errorPercent: 100 * MARGIN * Math.max(...errors) };
}

function fitted(expected: Readonly<Record<WorkClass, number>>, measured: readonly Measurement[]): Record<WorkClass, number> {
  // Unknowns are factors on what was expected; row i says Σ factor_k · share_ik = 1.
  const shares = measured.map(({ work, instructions }) => CLASSES.map((name) => (work[name] * expected[name]) / instructions));
  const sums = shares.map((share) => share.reduce((sum, part) => sum + part, 0));
  const common = sums.reduce((sum, value) => sum + value, 0) / sums.reduce((sum, value) => sum + value * value, 0);
  const size = CLASSES.length;
  const matrix = Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) =>
    shares.reduce((sum, share) => sum + (share[row] ?? 0) * (share[column] ?? 0), row === column ? STAY : 0)));
  const right = Array.from({ length: size }, (_, row) => shares.reduce((sum, share) => sum + (share[row] ?? 0), STAY * common));
  const factors = solve(matrix, right).map((factor) => Math.max(factor, 0));
  return Object.fromEntries(CLASSES.map((name, index) => [name, expected[name] * (factors[index] ?? 1)])) as Record<WorkClass, number>;
}

/** Gaussian elimination; the matrix is symmetric and positive definite, so no pivoting is needed. */
function solve(matrix: number[][], right: number[]): number[] {
  const size = right.length;
  const a = matrix.map((row, index) => [...row, right[index] ?? 0]);
  for (let column = 0; column < size; column++) {
    const pivot = a[column]!;
    for (const row of a.slice(column + 1)) {
      const ratio = (row[column] ?? 0) / (pivot[column] ?? 1);
      for (let at = column; at <= size; at++) row[at] = (row[at] ?? 0) - ratio * (pivot[at] ?? 0);
    }
  }
  const result = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    let rest = a[row]![size] ?? 0;
    for (let at = row + 1; at < size; at++) rest -= (a[row]![at] ?? 0) * (result[at] ?? 0);
    result[row] = rest / (a[row]![row] ?? 1);
  }
  return result;
}
