/**
 * Learning rates are i32 with 2^24 = 1.0. A coefficient a is `signal * rate * c * 2^Q`; Q is chosen once, from the initial
 * rate, so that the largest expected signal (2^headroom) at c = 1 still fits an i16. A step of a weight is then
 * `a * x * 2^inputShift`, with 16 bits below the weight's last.
 */

/** The largest Q <= min(24, 12 + scale) with rate * 2^headroom * 2^Q <= 32767 * 2^24. */
export function coefficientExponent(rate: i32, headroom: i32, scale: i32): i32 {
  let exponent = min(24, 12 + scale);
  while (exponent > 0 && (<i64>rate << (headroom + exponent)) > (<i64>32767 << 24)) exponent--;
  return exponent;
}

/** Power of two that brings a * x to 16 fraction bits below a weight of 2^-scale: 0..8 for an accepted spec. */
// @ts-ignore: decorator
@inline export function inputShift(exponent: i32, scale: i32): i32 {
  return 12 + scale - exponent;
}

/** The scheduled rate: constant for `hold` steps, then linear to 0 at `total`; constant when total = 0. Truncates. */
export function scheduledRate(rate: i32, step: u32, hold: i32, total: i32): i32 {
  if (total == 0 || step < <u32>hold) return rate;
  if (step >= <u32>total) return 0;
  return <i32>((<i64>rate * (total - <i32>step)) / (total - hold));
}
