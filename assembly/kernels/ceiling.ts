/** y (units,) = min(y, ceiling), i16, in place. `count` is a multiple of 8. */
export function clip(y: usize, count: i32, ceiling: i32): void {
  if (ASC_FEATURE_SIMD) clipSimd(y, count, ceiling);
  else clipScalar(y, count, ceiling);
}

function clipScalar(y: usize, count: i32, ceiling: i32): void {
  for (let i = 0; i < count; i++) {
    const at = y + (<usize>i << 1);
    store<i16>(at, <i16>min(<i32>load<i16>(at), ceiling));
  }
}

function clipSimd(y: usize, count: i32, ceiling: i32): void {
  const top = i16x8.splat(<i16>ceiling);
  for (let i = 0; i < count; i += 8) {
    const at = y + (<usize>i << 1);
    v128.store(at, i16x8.min_s(v128.load(at), top));
  }
}

/** The derivative of a clipped ReLU is 0 at the ceiling: so are the coefficients, i16 [units][2], of units at it. `half`: 0 positive, 1 negative. */
export function silenceAtCeiling(y: usize, count: i32, ceiling: i32, coefficients: usize, half: usize): void {
  for (let i = 0; i < count; i++) {
    if (<i32>load<i16>(y + (<usize>i << 1)) >= ceiling) store<i16>(coefficients + (<usize>i << 2) + (half << 1), 0);
  }
}
