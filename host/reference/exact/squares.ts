import type { Backend, Tensor, Tensor2D } from "../backends/backend.js";
import { floorShift, remainder } from "./split.js";

/** Σ of so many squared low bytes stays below 2^24: 256 · 255². */
const CHUNK = 256;

/** Σ y² over each group of units of each row: y [N][units], 0..32767 -> [N][groups], exact in doubles. */
export async function sumsOfSquares({ tf, read }: Backend, y: Tensor2D, groups = 1): Promise<number[][]> {
  const [rows, units] = y.shape;
  const size = units / groups;
  const chunks = Math.ceil(size / CHUNK);
  const length = Math.min(size, CHUNK);
  const flat = tf.reshape(y, [rows * groups, size]);
  const padded = chunks * length === size ? flat : tf.pad(flat, [[0, 0], [0, chunks * length - size]]);
  const pieces = tf.reshape(padded, [rows * groups * chunks, length]);
  const high = floorShift(tf, pieces, 8);
  const low = remainder(tf, pieces, high, 8);
  const sum = (values: Tensor): Tensor => tf.sum(values, 1);
  const sums = await read(tf.concat([sum(tf.mul(high, high)), sum(tf.mul(high, low)), sum(tf.mul(low, low))]));
  const count = rows * groups * chunks;
  const totals = new Array<number>(rows * groups).fill(0);
  for (let at = 0; at < count; at++) totals[Math.floor(at / chunks)]! += sums[at]! * 65536 + sums[count + at]! * 512 + sums[2 * count + at]!;
  return Array.from({ length: rows }, (_, row) => totals.slice(row * groups, (row + 1) * groups));
}
