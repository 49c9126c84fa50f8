/**
 * y (units,) = ReLU of sums (units,): `(sum + half) >> shift`, clamped to 0..32767. i32 in, i16 out.
 * shift = scale - 3 turns sums of q(scale + 4) into q7 (128 = 1.0). `count` is a multiple of 8.
 */
export function activate(sums: usize, count: i32, shift: i32, y: usize): void {
  if (ASC_FEATURE_SIMD) simd(sums, count, shift, y);
  else scalar(sums, count, shift, y);
}

function scalar(sums: usize, count: i32, shift: i32, y: usize): void {
  const half = 1 << (shift - 1);
  for (let i = 0; i < count; i++) {
    const value = (load<i32>(sums + (<usize>i << 2)) + half) >> shift;
    store<i16>(y + (<usize>i << 1), <i16>max(min(value, 32767), 0));
  }
}

function simd(sums: usize, count: i32, shift: i32, y: usize): void {
  const half = i32x4.splat(1 << (shift - 1));
  for (let i = 0; i < count; i += 8) {
    const at = sums + (<usize>i << 2);
    const low = i32x4.shr_s(i32x4.add(v128.load(at), half), shift);
    const high = i32x4.shr_s(i32x4.add(v128.load(at, 16), half), shift);
    v128.store(y + (<usize>i << 1), i16x8.max_s(i16x8.narrow_i32x4_s(low, high), i16x8.splat(0)));
  }
}
