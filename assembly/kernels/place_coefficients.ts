/** A ceiling that no activity is at. */
export const NO_CEILING: i32 = -1;

/**
 * Update coefficients of 8 channels at one place: `(y * |gain| + half) >> shift`, at most `limit`, with the sign of the channel's gain. y: i16, >= 0.
 * gains: i32 (8,), at most 65000 either way. A unit at the ceiling has coefficient 0.
 */

// @ts-ignore: decorator
@inline export function coefficient(y: i32, gain: i32, shift: i32, limit: i32, ceiling: i32): i32 {
  if (y == ceiling) return 0;
  const a = min((y * abs(gain) + (1 << (shift - 1))) >> shift, limit);
  return gain < 0 ? -a : a;
}

/** The 8 as i16 lanes. low, high: the gains; half, limit: i32 lanes; ceiling: i16 lanes. */
// @ts-ignore: decorator
@inline export function coefficients8(y: v128, low: v128, high: v128, shift: i32, half: v128, limit: v128, ceiling: v128): v128 {
  y = v128.andnot(y, i16x8.eq(y, ceiling));
  const a = i32x4.min_s(i32x4.shr_s(i32x4.add(i32x4.mul(i32x4.extend_low_i16x8_u(y), i32x4.abs(low)), half), shift), limit);
  const b = i32x4.min_s(i32x4.shr_s(i32x4.add(i32x4.mul(i32x4.extend_high_i16x8_u(y), i32x4.abs(high)), half), shift), limit);
  const signs = i16x8.narrow_i32x4_s(i32x4.shr_s(low, 31), i32x4.shr_s(high, 31));
  const both = i16x8.narrow_i32x4_s(a, b);
  return i16x8.sub(v128.xor(both, signs), signs);
}

/**
 * Coefficients of one place into i16 [stride][2], a+ and a- side by side; false when all are 0. yNegative 0: a single pass, a- = 0. gains: i32
 * [2][stride]. `stride` channels, a multiple of 8; the gains of the padding are 0.
 */
export function coefficientsOfPlace(yPositive: usize, yNegative: usize, stride: i32, gains: usize, shift: i32, ceiling: i32, coefficients: usize): bool {
  if (ASC_FEATURE_SIMD) return simd(yPositive, yNegative, stride, gains, shift, ceiling, coefficients);
  return scalar(yPositive, yNegative, stride, gains, shift, ceiling, coefficients);
}

function scalar(yPositive: usize, yNegative: usize, stride: i32, gains: usize, shift: i32, ceiling: i32, coefficients: usize): bool {
  let any = 0;
  for (let i: usize = 0; i < <usize>stride; i++) {
    const a = coefficient(<i32>load<i16>(yPositive + (i << 1)), load<i32>(gains + (i << 2)), shift, 32767, ceiling);
    const b = yNegative == 0 ? 0 : coefficient(<i32>load<i16>(yNegative + (i << 1)), load<i32>(gains + ((<usize>stride + i) << 2)), shift, 32767, ceiling);
    store<i32>(coefficients + (i << 2), (a & 0xffff) | (b << 16));
    any |= a | b;
  }
  return any != 0;
}

function simd(yPositive: usize, yNegative: usize, stride: i32, gains: usize, shift: i32, ceiling: i32, coefficients: usize): bool {
  const half = i32x4.splat(1 << (shift - 1)), limit = i32x4.splat(32767), at = i16x8.splat(<i16>ceiling);
  let any = i16x8.splat(0);
  for (let i: usize = 0; i < <usize>stride; i += 8) {
    const g = gains + (i << 2);
    const a = coefficients8(v128.load(yPositive + (i << 1)), v128.load(g), v128.load(g, 16), shift, half, limit, at);
    let b = i16x8.splat(0);
    if (yNegative != 0) {
      const h = g + (<usize>stride << 2);
      b = coefficients8(v128.load(yNegative + (i << 1)), v128.load(h), v128.load(h, 16), shift, half, limit, at);
    }
    const to = coefficients + (i << 2);
    v128.store(to, v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(to, v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    any = v128.or(any, v128.or(a, b));
  }
  return v128.any_true(any);
}
