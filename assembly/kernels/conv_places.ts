import { coefficient, coefficients8 } from "./place_coefficients";

/**
 * The active places of 8 neighbouring channels of a convolution: those where a coefficient is not 0, each with the address of its window and its 8
 * coefficients, two places an entry, because `dot_i16x8_s` multiplies two at once:
 *
 *   40 bytes: u32 window0, u32 window1, then i16 [8][2], the channels' coefficients at both places side by side
 */
export const PLACES_BYTES: usize = 40;

/** Place number `index`: where its coefficients go, 4 bytes from one to the next. `closePlaces` ends the list. */
// @ts-ignore: decorator
@inline export function slot(list: usize, index: i32, window: usize): usize {
  const at = list + <usize>(index >> 1) * PLACES_BYTES + (<usize>(index & 1) << 2);
  store<u32>(at, <u32>window);
  // Coefficients that are not written are 0, and so are those of the second place until it comes.
  if ((index & 1) == 0) memory.fill(at + 8, 0, 32);
  return at + 8 - (<usize>(index & 1) << 1);
}

/** Joins an odd last place by itself with coefficients 0. */
export function closePlaces(list: usize, places: i32): void {
  if ((places & 1) == 0) return;
  const at = list + <usize>(places >> 1) * PLACES_BYTES;
  store<u32>(at, load<u32>(at), 4);
}

/**
 * The places of one plane of activity, behind the `places` there are; returns their number with them.
 *
 * y: i16, the first of the 8 channels at the first place, `channels` from one place to the next, width by height places (after pooling). remembered:
 * u8, of the same layout: which place of its square of `pool` by `pool` each activity is from; unused when pool = 1. gains: i32 (8,). window: of the first
 * place before pooling; rowStep, columnStep: bytes to the window of the place below and beside it. sums: i32 (8,), to which the coefficients are added.
 */
export function gatherPlaces(
  y: usize, remembered: usize, channels: i32, width: i32, height: i32, pool: i32, gains: usize, shift: i32, limit: i32, ceiling: i32,
  window: usize, rowStep: usize, columnStep: usize, list: usize, places: i32, sums: usize,
): i32 {
  const squares = pool * pool;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const corner = window + <usize>(row * pool) * rowStep + <usize>(column * pool) * columnStep;
      if (ASC_FEATURE_SIMD) places = simd(y, remembered, squares, pool, gains, shift, limit, ceiling, corner, rowStep, columnStep, list, places, sums);
      else places = scalar(y, remembered, squares, pool, gains, shift, limit, ceiling, corner, rowStep, columnStep, list, places, sums);
      y += <usize>channels << 1;
      remembered += <usize>channels;
    }
  }
  return places;
}

function scalar(y: usize, remembered: usize, squares: i32, pool: i32, gains: usize, shift: i32, limit: i32, ceiling: i32, corner: usize, rowStep: usize, columnStep: usize, list: usize, places: i32, sums: usize): i32 {
  for (let place = 0; place < squares; place++) {
    const window = corner + <usize>(place / pool) * rowStep + <usize>(place % pool) * columnStep;
    let at: usize = 0;
    for (let i: usize = 0; i < 8; i++) {
      const a = squares > 1 && <i32>load<u8>(remembered + i) != place ? 0 : coefficient(<i32>load<i16>(y + (i << 1)), load<i32>(gains + (i << 2)), shift, limit, ceiling);
      if (a != 0) {
        if (at == 0) at = slot(list, places++, window);
        store<i16>(at + (i << 2), <i16>a);
        store<i32>(sums + (i << 2), load<i32>(sums + (i << 2)) + a);
      }
    }
  }
  return places;
}

// @ts-ignore: decorator
@inline function put(list: usize, index: i32, window: usize, a: v128): void {
  const at = list + <usize>(index >> 1) * PLACES_BYTES;
  if ((index & 1) == 0) {
    store<u32>(at, <u32>window);
    // The second of the two is interleaved with the first when it comes.
    v128.store(at, v128.shuffle<i16>(a, i16x8.splat(0), 0, 8, 1, 9, 2, 10, 3, 11), 8);
    v128.store(at, v128.shuffle<i16>(a, i16x8.splat(0), 4, 12, 5, 13, 6, 14, 7, 15), 24);
  } else {
    store<u32>(at, <u32>window, 4);
    v128.store(at, v128.or(v128.load(at, 8), v128.shuffle<i16>(i16x8.splat(0), a, 0, 8, 1, 9, 2, 10, 3, 11)), 8);
    v128.store(at, v128.or(v128.load(at, 24), v128.shuffle<i16>(i16x8.splat(0), a, 4, 12, 5, 13, 6, 14, 7, 15)), 24);
  }
}

// @ts-ignore: decorator
@inline function simd(y: usize, remembered: usize, squares: i32, pool: i32, gains: usize, shift: i32, limit: i32, ceiling: i32, corner: usize, rowStep: usize, columnStep: usize, list: usize, places: i32, sums: usize): i32 {
  const values = v128.load(y);
  if (!v128.any_true(values)) return places;
  const a = coefficients8(values, v128.load(gains), v128.load(gains, 16), shift, i32x4.splat(1 << (shift - 1)), i32x4.splat(limit), i16x8.splat(<i16>ceiling));
  if (!v128.any_true(a)) return places;
  v128.store(sums, i32x4.add(v128.load(sums), i32x4.extend_low_i16x8_s(a)));
  v128.store(sums, i32x4.add(v128.load(sums, 16), i32x4.extend_high_i16x8_s(a)), 16);
  if (squares == 1) {
    put(list, places, corner, a);
    return places + 1;
  }
  const from = v128.load_ext<u8>(remembered);
  for (let place = 0; place < squares; place++) {
    const here = v128.and(a, i16x8.eq(from, i16x8.splat(<i16>place)));
    if (v128.any_true(here)) put(list, places++, corner + <usize>(place / pool) * rowStep + <usize>(place % pool) * columnStep, here);
  }
  return places;
}
