import { addHigh, addLow, loadWeights } from "./weights";

/**
 * y (units,) = ReLU of sums (units,) + x · row (units,), as `activate` rounds and clamps them; returns Σ y². One pass over all of them, so that inputs
 * that differ in one row, such as labels, share their sums. With x = 0 the row is read and makes no difference.
 *
 * sums: i32. row: i8 or i16 weights. x: 0..127. y: i16. `count` is a multiple of 8; where units are padded sums and weights must be 0. Σ y²: at most 3840 * 2^30.
 */
export function rowActivity<W>(sums: usize, row: usize, x: i32, count: i32, shift: i32, y: usize): i64 {
  if (ASC_FEATURE_SIMD) return simd<W>(sums, row, x, count, shift, y);
  return scalar<W>(sums, row, x, count, shift, y);
}

function scalar<W>(sums: usize, row: usize, x: i32, count: i32, shift: i32, y: usize): i64 {
  const half = 1 << (shift - 1);
  let squares: i64 = 0;
  for (const end = sums + (<usize>count << 2); sums < end; sums += 4, row += sizeof<W>(), y += 2) {
    const value = max(min((load<i32>(sums) + <i32>load<W>(row) * x + half) >> shift, 32767), 0);
    store<i16>(y, <i16>value);
    squares += <i64>(value * value);
  }
  return squares;
}

/** The product and the rounding are one multiplication of pairs: weight · x + 1 · half. */
function simd<W>(sums: usize, row: usize, x: i32, count: i32, shift: i32, y: usize): i64 {
  const factors = i32x4.splat(x | (1 << (shift + 15))), one = i16x8.splat(1), none = i16x8.splat(0);
  let squares = i64x2.splat(0);
  for (const end = sums + (<usize>count << 2); sums < end; sums += 32, row += 8 * sizeof<W>(), y += 16) {
    const weights = loadWeights<W>(row);
    const low = i32x4.shr_s(addLow(v128.load(sums), weights, one, factors), shift);
    const high = i32x4.shr_s(addHigh(v128.load(sums, 16), weights, one, factors), shift);
    const values = i16x8.max_s(i16x8.narrow_i32x4_s(low, high), none);
    v128.store(y, values);
    // Two squares stay below 2^31.
    const pairs = i32x4.dot_i16x8_s(values, values);
    squares = i64x2.add(squares, i64x2.add(i64x2.extend_low_i32x4_u(pairs), i64x2.extend_high_i32x4_u(pairs)));
  }
  return i64x2.extract_lane(squares, 0) + i64x2.extract_lane(squares, 1);
}
