/**
 * The engine's arithmetic on single numbers (docs/algorithm.md): roots, exponentials, probabilities, rates. There are a few of them for a
 * sample, each with 64-bit steps in it, so they are computed on the host; whatever has an element for each weight, unit or input is
 * computed in tensors (exact/). Plain numbers are integers below 2^53.
 */

/** Floor of the square root of a u64: Newton's method from above. */
export function isqrt(value: bigint): bigint {
  if (value < 2n) return value;
  let x = BigInt(Math.ceil(Math.sqrt(Number(value)))) + 1n;
  for (;;) {
    const next = (x + value / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

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

const EXP2 = Array.from({ length: 64 }, (_, f) => Math.round(32768 * 2 ** (-f / 64)));

/** e^−z: z ≥ 0 in q8 to q15. */
function expneg(z: number): number {
  const u = shiftRight(Math.min(z, 4095) * 94548, 16);
  return u >> 8 > 15 ? 0 : rshr(EXP2[(u & 255) >> 2]!, u >> 8);
}

/** q8 to q15. */
export function logistic(z: number): number {
  const e = expneg(Math.abs(z));
  const n = Math.floor((e * 32768) / (32768 + e));
  return z < 0 ? n : 32768 - n;
}

/** q8 to q15. */
export function softmax(z: readonly number[]): number[] {
  const most = Math.max(...z);
  const e = z.map((value) => expneg(Math.min(most - value, 4095)));
  const sum = e.reduce((total, value) => total + value, 0);
  return e.map((value) => Math.floor((value * 32768) / sum));
}

/** err_c = target_c − p_c: q15. */
export function errorsOf(p: readonly number[], targets: readonly number[]): number[] {
  return p.map((value, c) => targets[c]! - value);
}

/** Index of the largest; the lowest one on a tie. */
export function argmax(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > values[best]! ? index : best), 0);
}

const GOODNESS_MAX = 2 ** 31 - 1;

/** G from Σ y², which is below 2^53: q8. */
export function goodnessOf(squares: number): number {
  return Math.min(shiftRight(squares, 6), GOODNESS_MAX);
}

/** d / T: q8, truncating toward zero. */
export function argument(d: number, temperature: number): number {
  return sat(Math.trunc((d * 256) / temperature), -(2 ** 20), 2 ** 20);
}

/** What values are multiplied by for a root mean square of 16, where their squares sum to S over `count` of them; 0 when all are 0. */
export function multiplier(S: number, count: number): number {
  if (S === 0) return 0;
  const r = Number(isqrt((BigInt(S) << 16n) / BigInt(count)));
  return Math.floor(2 ** 28 / Math.max(r, 1));
}

/** η_t. */
export function scheduledRate(rate: number, step: number, holdSteps: number, totalSteps: number): number {
  if (totalSteps === 0 || step < holdSteps) return rate;
  return step >= totalSteps ? 0 : Number((BigInt(rate) * BigInt(totalSteps - step)) / BigInt(totalSteps - holdSteps));
}

/** Q(rate, headroom, s): the fraction bits of a coefficient. */
export function coefficientExponent(rate: number, headroom: number, s: number): number {
  let Q = Math.min(24, 12 + s);
  while (Q > 0 && rate * 2 ** (headroom + Q) > 32767 * 2 ** 24) Q--;
  return Q;
}
