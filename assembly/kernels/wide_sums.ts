/**
 * Sums in 64 bits, of more rows than an i32 holds: each piece of at most 512 rows (32768 * 127 * 512 < 2^31) is summed in an i32 and added here.
 */

/** Rows whose sum fits an i32, whatever the inputs: a whole number of entries of a list. */
export const PIECE_ROWS: i32 = 512;

/** wide (count,) i64 += sums (count,) i32. `count` is a multiple of 8. */
export function addWide(sums: usize, count: i32, wide: usize): void {
  if (ASC_FEATURE_SIMD) addSimd(sums, count, wide);
  else addScalar(sums, count, wide);
}

function addScalar(sums: usize, count: i32, wide: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) store<i64>(wide + (i << 3), load<i64>(wide + (i << 3)) + <i64>load<i32>(sums + (i << 2)));
}

function addSimd(sums: usize, count: i32, wide: usize): void {
  for (let i: usize = 0; i < <usize>count; i += 4) {
    const piece = v128.load(sums + (i << 2));
    const at = wide + (i << 3);
    v128.store(at, i64x2.add(v128.load(at), i64x2.extend_low_i32x4_s(piece)));
    v128.store(at, i64x2.add(v128.load(at, 16), i64x2.extend_high_i32x4_s(piece)), 16);
  }
}

/** sums (count,) i32 = wide (count,) i64, at most `limit` either way. */
export function narrowSums(wide: usize, count: i32, limit: i32, sums: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) store<i32>(sums + (i << 2), <i32>max<i64>(min<i64>(load<i64>(wide + (i << 3)), limit), -limit));
}
