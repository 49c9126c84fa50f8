import type { Tensor, Tf } from "../backends/backend.js";
import { floorShift, remainder } from "./split.js";

/**
 * The change of every weight by an update with carried rounding (docs/algorithm.md), from what each row learned in all: D = 128 · high + low, both
 * exact, [rows][units] or [matrices][rows][units]; |D · 2^k| < 2^31. `starts` (u16) stands before the first row of each unit.
 *
 * With T = D · 2^k the change of row j is floor((T_j + e_{j−1}) / 2^16), and e_{j−1} is start + Σ_{i<j} T_i modulo 2^16: a running sum of the low
 * halves of T, byte by byte, which stays below 2^24 for 65,535 rows. Rows without inputs have D = 0 and carry their remainder on.
 */
export function carriedChange(tf: Tf, { high, low }: { high: Tensor; low: Tensor }, k: number, starts: Tensor): Tensor {
  const over = floorShift(tf, low, 7);
  const whole = tf.add(high, over);
  const quotient = floorShift(tf, whole, 9 - k);
  // T mod 2^16, 0..65535.
  const rest = tf.add(tf.mul(remainder(tf, whole, quotient, 9 - k), 2 ** (7 + k)), tf.mul(remainder(tf, low, over, 7), 2 ** k));
  const restHigh = floorShift(tf, rest, 8);
  const startsHigh = floorShift(tf, starts, 8);
  const before = (value: Tensor): Tensor => tf.cumsum(value, value.rank - 2, true);
  const lowSum = tf.add(before(remainder(tf, rest, restHigh, 8)), remainder(tf, starts, startsHigh, 8));
  const lowCarry = floorShift(tf, lowSum, 8);
  const highSum = tf.add(tf.add(before(restHigh), startsHigh), lowCarry);
  const carried = tf.add(tf.mul(remainder(tf, highSum, floorShift(tf, highSum, 8), 8), 256), remainder(tf, lowSum, lowCarry, 8));
  return tf.add(quotient, floorShift(tf, tf.add(rest, carried), 16));
}

/** Coefficients as 128 · high + low, low 0..127: what products with u7 inputs need. */
export function coefficientHalves(tf: Tf, coefficients: Tensor): { high: Tensor; low: Tensor } {
  const high = floorShift(tf, coefficients, 7);
  return { high, low: remainder(tf, coefficients, high, 7) };
}
