/** Σ y² over units `from`..`to`-1 of y (units,), i16. Exact: at most 3840 * 2^30. */
export function sumSquares(y: usize, from: i32, to: i32): i64 {
  if (ASC_FEATURE_SIMD) return simd(y, from, to);
  return scalar(y, from, to);
}

function scalar(y: usize, from: i32, to: i32): i64 {
  let sum: i64 = 0;
  for (let i = from; i < to; i++) {
    const value = <i32>load<i16>(y + (<usize>i << 1));
    sum += <i64>(value * value);
  }
  return sum;
}

function simd(y: usize, from: i32, to: i32): i64 {
  let sums = i64x2.splat(0);
  let i = from;
  for (; i + 8 <= to; i += 8) {
    const values = v128.load(y + (<usize>i << 1));
    // y >= 0, so two squares stay below 2^31.
    const squares = i32x4.dot_i16x8_s(values, values);
    sums = i64x2.add(sums, i64x2.add(i64x2.extend_low_i32x4_u(squares), i64x2.extend_high_i32x4_u(squares)));
  }
  return i64x2.extract_lane(sums, 0) + i64x2.extract_lane(sums, 1) + scalar(y, i, to);
}
