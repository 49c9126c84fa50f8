import type { Tensor, Tf } from "../backends/backend.js";
import { floorShift, remainder, type Split, split } from "./split.js";

/** So many products of a u7 input and half a weight are below 2^24: 1024 · 127 · 128. */
const ROWS = 1024;
/** So many products of a u7 input and half a coefficient are: 512 · 127 · 256. */
const PLACES = 512;

/** x (…, N, rows) @ weights (…, rows, units) in integers, however large the inputs: runs of rows, whose low sums are carried into the high ones. */
export function splitProduct(tf: Tf, x: Tensor, weights: Tensor, bits: number): Split {
  const rows = x.shape[x.rank - 1]!;
  let total: Split | null = null;
  for (let from = 0; from < rows; from += ROWS) {
    const part = productOf(tf, sliced(tf, x, x.rank - 1, from, ROWS), sliced(tf, weights, weights.rank - 2, from, ROWS), bits);
    total = total ? added(tf, total, part) : part;
  }
  return total!;
}

function productOf(tf: Tf, x: Tensor, weights: Tensor, bits: number): Split {
  if (bits === 8) {
    const low = tf.matMul(x, weights);
    return { high: tf.zerosLike(low), low };
  }
  const halves = split(tf, weights);
  return { high: tf.matMul(x, halves.high), low: tf.matMul(x, halves.low) };
}

/** The sum of two splits; keeps the low half small. */
export function added(tf: Tf, a: Split, b: Split): Split {
  const [carryA, carryB] = [floorShift(tf, a.low, 8), floorShift(tf, b.low, 8)];
  const low = tf.add(remainder(tf, a.low, carryA, 8), remainder(tf, b.low, carryB, 8));
  return { high: tf.addN([a.high, b.high, carryA, carryB]), low };
}

/** xᵀ (rows, places) @ coefficients (places, units) as 128 · high + low: what every row learned from all places at once. The sum is below 2^31. */
export function learnedByRows(tf: Tf, x: Tensor, { high, low }: { high: Tensor; low: Tensor }): { high: Tensor; low: Tensor } {
  const places = x.shape[0]!;
  let total: { high: Tensor; low: Tensor } | null = null;
  for (let from = 0; from < places; from += PLACES) {
    const inputs = tf.transpose(sliced(tf, x, 0, from, PLACES));
    const [highs, lows] = [tf.matMul(inputs, sliced(tf, high, 0, from, PLACES)), tf.matMul(inputs, sliced(tf, low, 0, from, PLACES))];
    const carry = floorShift(tf, lows, 7);
    const part = { high: tf.add(highs, carry), low: remainder(tf, lows, carry, 7) };
    total = total ? { high: tf.add(total.high, part.high), low: tf.add(total.low, part.low) } : part;
  }
  return total!;
}

/** `count` slices along an axis from `from`, or those that are left. */
function sliced(tf: Tf, value: Tensor, axis: number, from: number, count: number): Tensor {
  if (value.shape[axis]! <= count) return value;
  const begin = value.shape.map((_, at) => (at === axis ? from : 0));
  const size = value.shape.map((length, at) => (at === axis ? Math.min(count, length - from) : length));
  return tf.slice(value, begin, size);
}
