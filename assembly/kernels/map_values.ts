import { xorshift32 } from "../fixed/random";

/**
 * Values to the u7 inputs of a map: x = min(127, (v * by + 2^15) >> 16), as in normalise.ts, zeros included. `inner`: where the first value
 * goes; the zeros around the map stand already. One row of `width` values takes `rowBytes` bytes there.
 */

// @ts-ignore: decorator
@inline function normalised(value: i32, by: i32): i32 {
  return min(<i32>((<u32>value * <u32>by + 32768) >>> 16), 127);
}

/** From u8 values. Each non-zero one is left out with probability dropout / 256: one draw for each, none when dropout = 0. */
export function mapOfFrame(values: usize, height: i32, width: i32, by: i32, dropout: u32, state: usize, inner: usize, rowBytes: usize): void {
  let random = load<u32>(state);
  for (let row = 0; row < height; row++) {
    for (let i = 0; i < width; i++) {
      const value = <i32>load<u8>(values + <usize>i);
      let x = normalised(value, by);
      if (dropout != 0 && value != 0) {
        random = xorshift32(random);
        if (random >>> 24 < dropout) x = 0;
      }
      store<u8>(inner + <usize>i, <u8>x);
    }
    values += <usize>width;
    inner += rowBytes;
  }
  store<u32>(state, random);
}

/** The same from two frames, a positive and a negative one, into two maps, `plane` bytes apart. One draw for each value that is not 0 in one of them; it leaves the value out of both. */
export function mapsOfFrames(
  values: usize, negatives: usize, height: i32, width: i32, by: i32, byNegative: i32, dropout: u32, state: usize, inner: usize, plane: usize, rowBytes: usize,
): void {
  let random = load<u32>(state);
  for (let row = 0; row < height; row++) {
    for (let i = 0; i < width; i++) {
      const value = <i32>load<u8>(values + <usize>i);
      const negative = <i32>load<u8>(negatives + <usize>i);
      let kept = true;
      if (dropout != 0 && (value | negative) != 0) {
        random = xorshift32(random);
        kept = random >>> 24 >= dropout;
      }
      store<u8>(inner + <usize>i, kept ? <u8>normalised(value, by) : 0);
      store<u8>(inner + plane + <usize>i, kept ? <u8>normalised(negative, byNegative) : 0);
    }
    values += <usize>width;
    negatives += <usize>width;
    inner += rowBytes;
  }
  store<u32>(state, random);
}

/** From i16 activities, >= 0. */
export function mapOfActivity(y: usize, height: i32, width: i32, by: i32, inner: usize, rowBytes: usize): void {
  for (let row = 0; row < height; row++) {
    const done = ASC_FEATURE_SIMD ? blocks(y, width, by, inner) : 0;
    for (let i = done; i < width; i++) store<u8>(inner + <usize>i, <u8>normalised(<i32>load<i16>(y + (<usize>i << 1)), by));
    y += <usize>width << 1;
    inner += rowBytes;
  }
}

/** The whole blocks of 8 of one row; returns the values done. */
function blocks(y: usize, width: i32, by: i32, inner: usize): i32 {
  const factor = i32x4.splat(by), half = i32x4.splat(32768);
  let i = 0;
  for (; i + 8 <= width; i += 8) {
    const values = v128.load(y + (<usize>i << 1));
    const low = i32x4.shr_u(i32x4.add(i32x4.mul(i32x4.extend_low_i16x8_u(values), factor), half), 16);
    const high = i32x4.shr_u(i32x4.add(i32x4.mul(i32x4.extend_high_i16x8_u(values), factor), half), 16);
    const x = i16x8.min_u(i16x8.narrow_i32x4_u(low, high), i16x8.splat(127));
    v128.store_lane<i64>(inner + <usize>i, i8x16.narrow_i16x8_u(x, x), 0);
  }
  return i;
}
