import type { Backend, Tensor2D } from "../backends/backend.js";
import { floorShift } from "./split.js";

/** x = min(127, (v · m + 32768) >>> 16), with a multiplier m < 2^27 for each row: v [N][n], 0..32767 -> [N][n]. v · m < 2^28 by how m is made. */
export function normaliseRows({ tf }: Backend, v: Tensor2D, multipliers: readonly number[]): Tensor2D {
  const column = (value: (m: number) => number): Tensor2D => tf.tensor2d(multipliers.map(value), [multipliers.length, 1]);
  const high = tf.mul(v, column((m) => Math.floor(m / 512)));
  const low = tf.add(tf.mul(v, column((m) => m % 512)), 32768);
  return tf.minimum(floorShift(tf, tf.add(high, floorShift(tf, low, 9)), 7), 127) as Tensor2D;
}
