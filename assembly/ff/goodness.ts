/** Goodness: the sum of squared activities (Hinton 2022, §2), as i32 in q8 (256 = 1.0), saturating. */
export function goodnessOf(squares: i64): i32 {
  return <i32>min<i64>(squares >> 6, i32.MAX_VALUE);
}

/** (goodness - threshold) / T as the argument of a logistic, q8. T in q8. Truncates; clamped to ±2^20. */
export function argument(difference: i64, temperature: i32): i32 {
  return <i32>max<i64>(min<i64>((difference << 8) / temperature, 1 << 20), -(1 << 20));
}
