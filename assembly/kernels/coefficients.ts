/**
 * Update coefficients of units `from`..`to`-1: `(y * gain + half) >> shift`, at most 32767; the positive half of the pair, or the
 * negative one with its sign turned. y: i16 (units,), >= 0. gain: 0..65000 for an i16 y. coefficients: i16 [units][2].
 */

/** a+ = y+ * gainPositive, a- = -(y- * gainNegative). `count` is a multiple of 8. */
export function coefficientsPaired(yPositive: usize, yNegative: usize, count: i32, gainPositive: i32, gainNegative: i32, shift: i32, coefficients: usize): void {
  if (ASC_FEATURE_SIMD) simd(yPositive, yNegative, count, gainPositive, gainNegative, shift, coefficients);
  else scalar(yPositive, yNegative, count, gainPositive, gainNegative, shift, coefficients);
}

/** a+ = y * gain (gain of either sign), a- = 0. */
export function coefficientsSingle(y: usize, from: i32, to: i32, gain: i32, shift: i32, coefficients: usize): void {
  if (ASC_FEATURE_SIMD && from + 8 <= to) return simdSingle(y, from, to, gain, shift, coefficients);
  for (let i = from; i < to; i++) {
    const a = signal(<i32>load<i16>(y + (<usize>i << 1)), abs(gain), shift);
    store<i32>(coefficients + (<usize>i << 2), (gain < 0 ? -a : a) & 0xffff);
  }
}

// @ts-ignore: decorator
@inline function signal(y: i32, gain: i32, shift: i32): i32 {
  return min((y * gain + (1 << (shift - 1))) >> shift, 32767);
}

function scalar(yPositive: usize, yNegative: usize, count: i32, gainPositive: i32, gainNegative: i32, shift: i32, coefficients: usize): void {
  for (let i = 0; i < count; i++) {
    const positive = signal(<i32>load<i16>(yPositive + (<usize>i << 1)), gainPositive, shift);
    const negative = -signal(<i32>load<i16>(yNegative + (<usize>i << 1)), gainNegative, shift);
    store<i32>(coefficients + (<usize>i << 2), (positive & 0xffff) | (negative << 16));
  }
}

function simd(yPositive: usize, yNegative: usize, count: i32, gainPositive: i32, gainNegative: i32, shift: i32, coefficients: usize): void {
  const gainsPositive = i32x4.splat(gainPositive), gainsNegative = i32x4.splat(gainNegative), half = i32x4.splat(1 << (shift - 1));
  for (let i = 0; i < count; i += 8) {
    const positive = signals(v128.load(yPositive + (<usize>i << 1)), gainsPositive, half, shift);
    const negative = i16x8.neg(signals(v128.load(yNegative + (<usize>i << 1)), gainsNegative, half, shift));
    const at = coefficients + (<usize>i << 2);
    v128.store(at, v128.shuffle<i16>(positive, negative, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(at, v128.shuffle<i16>(positive, negative, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  }
}

/** 8 or more units, the last 8 of them perhaps twice. */
function simdSingle(y: usize, from: i32, to: i32, gain: i32, shift: i32, coefficients: usize): void {
  const sign = i16x8.splat(<i16>(gain >> 31)), gains = i32x4.splat(abs(gain)), half = i32x4.splat(1 << (shift - 1));
  for (let i = from; i < to; i += 8) {
    i = min(i, to - 8);
    // -a = ~a + 1.
    const a = i16x8.sub(v128.xor(signals(v128.load(y + (<usize>i << 1)), gains, half, shift), sign), sign);
    const at = coefficients + (<usize>i << 2);
    v128.store(at, i32x4.extend_low_i16x8_u(a));
    v128.store(at, i32x4.extend_high_i16x8_u(a), 16);
  }
}

// @ts-ignore: decorator
@inline function signals(y: v128, gains: v128, half: v128, shift: i32): v128 {
  const low = i32x4.shr_s(i32x4.add(i32x4.mul(i32x4.extend_low_i16x8_u(y), gains), half), shift);
  const high = i32x4.shr_s(i32x4.add(i32x4.mul(i32x4.extend_high_i16x8_u(y), gains), half), shift);
  return i16x8.narrow_i32x4_s(low, high);
}
