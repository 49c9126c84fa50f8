import type { Tensor, Tf } from "../backends/backend.js";

/**
 * Integers in f32 tensors. f32 holds every integer up to 2^24, so a larger one is kept as two halves, value = 256 · high + low, each below
 * 2^24 in magnitude. Powers of two and `floor` are exact on every backend; nothing here is ever rounded.
 */
export interface Split {
  readonly high: Tensor;
  readonly low: Tensor;
}

const HALF = 256;

/** An integer tensor of magnitude below 2^24 in halves with low in −128..127. */
export function split(tf: Tf, value: Tensor): Split {
  const high = floorShift(tf, tf.add(value, HALF / 2), 8);
  return { high, low: tf.sub(value, tf.mul(high, HALF)) };
}

/** floor(value / 2^bits). */
export function floorShift<T extends Tensor>(tf: Tf, value: T, bits: number): T {
  return bits === 0 ? value : tf.floor(tf.mul(value, 2 ** -bits)) as T;
}

/** value mod 2^bits, ≥ 0, where `quotient` = floor(value / 2^bits). */
export function remainder(tf: Tf, value: Tensor, quotient: Tensor, bits: number): Tensor {
  return tf.sub(value, tf.mul(quotient, 2 ** bits));
}

/**
 * rshr(256 · high + low, bits), bits 1..31: rounding halves up. Exact where the result is below 2^24; a larger one stays larger, which a
 * saturation that follows does not tell from the truth.
 */
export function shiftRounded(tf: Tf, { high, low }: Split, bits: number): Tensor {
  if (bits > 8) return floorShift(tf, tf.add(tf.add(high, 2 ** (bits - 9)), floorShift(tf, low, 8)), bits - 8);
  const rounded = tf.add(low, 2 ** (bits - 1));
  return tf.add(tf.mul(high, 2 ** (8 - bits)), floorShift(tf, rounded, bits));
}

/** The integers of a split read-out: below 2^53 in doubles. */
export function joined(high: Float32Array, low: Float32Array): Float64Array {
  return Float64Array.from(high, (value, index) => value * HALF + low[index]!);
}
