import { addHigh, addLow, loadWeights } from "./weights";

/**
 * y (units,) = ReLU of sums (units,) as `activate` rounds and clamps them, and Σ y², in one pass; the same with one row more: sums + x · row (units,), so
 * that inputs that differ in one row, such as labels, share their sums.
 *
 * sums: i32. row: i8 or i16 weights. x: 0..127. y: i16. `count` is a multiple of 8, not 0; where units are padded sums and weights must be 0. Σ y²: at most 3840 * 2^30.
 */

export function activity(sums: usize, count: i32, shift: i32, y: usize): i64 {
  // Without SIMD a row that counts nothing: less code for a chip.
  return ASC_FEATURE_SIMD ? simd(sums, count, shift, y) : scalar(sums, sums, 1, 0, count, shift, y);
}

/** `bytes`: of a weight; both types share the code, for once a label is seldom enough. */
export function activityWithRow(sums: usize, row: usize, bytes: i32, x: i32, count: i32, shift: i32, y: usize): i64 {
  return ASC_FEATURE_SIMD ? simdWithRow(sums, row, bytes, x, count, shift, y) : scalar(sums, row, bytes, x, count, shift, y);
}

function scalar(sums: usize, row: usize, bytes: i32, x: i32, count: i32, shift: i32, y: usize): i64 {
  let squares: i64 = 0;
  const end = sums + (<usize>count << 2);
  do {
    const weight = bytes == 1 ? <i32>load<i8>(row) : <i32>load<i16>(row);
    const value = max(min((load<i32>(sums) + weight * x + (1 << (shift - 1))) >> shift, 32767), 0);
    store<i16>(y, <i16>value);
    squares += <i64>(value * value);
    sums += 4, row += bytes, y += 2;
  } while (sums < end);
  return squares;
}

// Σ y² of SIMD: `all` adds pairs of two sums of two squares each, below 2^31, as if they were one u64; `odd` the upper ones.

function simd(sums: usize, count: i32, shift: i32, y: usize): i64 {
  const half = i32x4.splat(1 << (shift - 1));
  let all = i64x2.splat(0), odd = i64x2.splat(0);
  const end = sums + (<usize>count << 2);
  do {
    const values = valuesOf(i32x4.add(v128.load(sums), half), i32x4.add(v128.load(sums, 16), half), shift);
    v128.store(y, values);
    const squares = i32x4.dot_i16x8_s(values, values);
    all = i64x2.add(all, squares), odd = i64x2.add(odd, i64x2.shr_u(squares, 32));
    sums += 32, y += 16;
  } while (sums < end);
  return squaresOf(all, odd);
}

/** The product and the rounding are one multiplication of pairs: weight · x + 1 · half. */
function simdWithRow(sums: usize, row: usize, bytes: i32, x: i32, count: i32, shift: i32, y: usize): i64 {
  const factors = i32x4.splat(x | (1 << (shift + 15))), one = i16x8.splat(1);
  let all = i64x2.splat(0), odd = i64x2.splat(0);
  const end = sums + (<usize>count << 2);
  do {
    const weights = bytes == 1 ? loadWeights<i8>(row) : loadWeights<i16>(row);
    const values = valuesOf(addLow(v128.load(sums), weights, one, factors), addHigh(v128.load(sums, 16), weights, one, factors), shift);
    v128.store(y, values);
    const squares = i32x4.dot_i16x8_s(values, values);
    all = i64x2.add(all, squares), odd = i64x2.add(odd, i64x2.shr_u(squares, 32));
    sums += 32, row += bytes << 3, y += 16;
  } while (sums < end);
  return squaresOf(all, odd);
}

// @ts-ignore: decorator
@inline function valuesOf(low: v128, high: v128, shift: i32): v128 {
  return i16x8.max_s(i16x8.narrow_i32x4_s(i32x4.shr_s(low, shift), i32x4.shr_s(high, shift)), i16x8.splat(0));
}

function squaresOf(all: v128, odd: v128): i64 {
  const upper = i64x2.extract_lane(odd, 0) + i64x2.extract_lane(odd, 1);
  return i64x2.extract_lane(all, 0) + i64x2.extract_lane(all, 1) - (upper << 32) + upper;
}
