/**
 * Max pooling, one place at a time: where y is larger than what is the largest so far, it takes its place and `place` is remembered. The
 * first of equals stays. y, best: i16 (count,); places: u8 (count,). `count` is a multiple of 8.
 */
export function poolPlace(y: usize, count: i32, place: i32, best: usize, places: usize): void {
  if (ASC_FEATURE_SIMD) simd(y, count, place, best, places);
  else scalar(y, count, place, best, places);
}

function scalar(y: usize, count: i32, place: i32, best: usize, places: usize): void {
  for (let i = 0; i < count; i++) {
    const at = <usize>i << 1;
    if (load<i16>(y + at) <= load<i16>(best + at)) continue;
    store<i16>(best + at, load<i16>(y + at));
    store<u8>(places + <usize>i, <u8>place);
  }
}

function simd(y: usize, count: i32, place: i32, best: usize, places: usize): void {
  for (let i = 0; i < count; i += 8) {
    const at = <usize>i << 1;
    const now = v128.load(y + at), before = v128.load(best + at);
    const larger = i16x8.gt_s(now, before);
    v128.store(best + at, i16x8.max_s(now, before));
    const narrow = i8x16.narrow_i16x8_s(larger, larger);
    const kept = v128.load64_zero(places + <usize>i);
    v128.store_lane<i64>(places + <usize>i, v128.bitselect(i8x16.splat(<i8>place), kept, narrow), 0);
  }
}
