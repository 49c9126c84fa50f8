/**
 * squares (channels padded to 8,) i64 += Σ y² of each channel over the places of a map y [places][channels], i16, >= 0; what stands in the padding
 * means nothing. Reads up to 14 bytes behind y.
 */
export function channelSquares(y: usize, places: i32, channels: i32, squares: usize): void {
  for (let channel = 0; channel < channels; channel += 8) {
    const at = y + (<usize>channel << 1);
    if (ASC_FEATURE_SIMD) simd(at, places, channels, squares + (<usize>channel << 3));
    else scalar(at, places, channels, squares + (<usize>channel << 3));
  }
}

function scalar(y: usize, places: i32, channels: i32, squares: usize): void {
  for (let place = 0; place < places; place++) {
    for (let i: usize = 0; i < 8; i++) {
      const value = <i32>load<i16>(y + (i << 1));
      store<i64>(squares + (i << 3), load<i64>(squares + (i << 3)) + <i64>(value * value));
    }
    y += <usize>channels << 1;
  }
}

function simd(y: usize, places: i32, channels: i32, squares: usize): void {
  let s0 = v128.load(squares), s1 = v128.load(squares, 16), s2 = v128.load(squares, 32), s3 = v128.load(squares, 48);
  for (let place = 0; place < places; place++) {
    const values = v128.load(y);
    const low = i32x4.extmul_low_i16x8_u(values, values), high = i32x4.extmul_high_i16x8_u(values, values);
    s0 = i64x2.add(s0, i64x2.extend_low_i32x4_u(low)), s1 = i64x2.add(s1, i64x2.extend_high_i32x4_u(low));
    s2 = i64x2.add(s2, i64x2.extend_low_i32x4_u(high)), s3 = i64x2.add(s3, i64x2.extend_high_i32x4_u(high));
    y += <usize>channels << 1;
  }
  v128.store(squares, s0), v128.store(squares, s1, 16), v128.store(squares, s2, 32), v128.store(squares, s3, 48);
}
