/**
 * Integer arithmetic of docs/algorithm.md. A plain number here is an integer of magnitude below 2^53, so that `+`, `−`, `*` and
 * the shifts below are exact; where the page says i64 or u64, the value is a bigint.
 */

/** `>>` without a width: rounds toward −∞. */
export function shiftRight(value: number, bits: number): number {
  return Math.floor(value / 2 ** bits);
}

/** Shift right, rounding halves up. */
export function rshr(value: number, bits: number): number {
  return bits === 0 ? value : shiftRight(value + 2 ** (bits - 1), bits);
}

export function sat(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Floor of the square root, by bisection. */
export function isqrt(value: bigint): bigint {
  let low = 0n;
  let high = 1n << 32n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle * middle <= value) low = middle;
    else high = middle;
  }
  return low;
}

const EXP2 = Array.from({ length: 64 }, (_, f) => Math.round(32768 * 2 ** (-f / 64)));

/** e^−z: z ≥ 0 in q8 to q15. */
export function expneg(z: number): number {
  const u = shiftRight(Math.min(z, 4095) * 94548, 16);
  const i = u >> 8;
  const f = (u & 255) >> 2;
  return i > 15 ? 0 : rshr(EXP2[f]!, i);
}

/** 1 / (1 + e^−z): q8 to q15. */
export function logistic(z: number): number {
  const e = expneg(Math.abs(z));
  const n = Math.floor((e * 32768) / (32768 + e));
  return z < 0 ? n : 32768 - n;
}

/** q8 to q15. */
export function softmax(z: readonly number[]): number[] {
  const largest = Math.max(...z);
  const e = z.map((value) => expneg(Math.min(largest - value, 4095)));
  const sum = e.reduce((total, value) => total + value, 0);
  return e.map((value) => Math.floor((value * 32768) / sum));
}

/** Index of the largest; the lowest one on a tie. */
export function argmax(scores: readonly number[]): number {
  return scores.indexOf(Math.max(...scores));
}
