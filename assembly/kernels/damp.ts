/**
 * v = (old * share + v * (256 - share) + 128) >> 8, in place: a damped step of a recurrent network (Hinton 2022, §3.4: 0.3 of the old
 * state, 0.7 of the new). old, v: i16 (count,), 0..32767; `count` is a multiple of 8. share: 0..255, q8.
 */
export function damp(old: usize, v: usize, count: i32, share: i32): void {
  if (ASC_FEATURE_SIMD) simd(old, v, count, share);
  else scalar(old, v, count, share);
}

function scalar(old: usize, v: usize, count: i32, share: i32): void {
  for (let i: usize = 0; i < <usize>count << 1; i += 2) {
    store<i16>(v + i, <i16>((<i32>load<i16>(old + i) * share + <i32>load<i16>(v + i) * (256 - share) + 128) >> 8));
  }
}

function simd(old: usize, v: usize, count: i32, share: i32): void {
  const shares = i32x4.splat(share | ((256 - share) << 16));
  const half = i32x4.splat(128);
  for (let i: usize = 0; i < <usize>count << 1; i += 16) {
    const a = v128.load(old + i), b = v128.load(v + i);
    const low = i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), shares);
    const high = i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), shares);
    v128.store(v + i, i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, half), 8), i32x4.shr_s(i32x4.add(high, half), 8)));
  }
}
