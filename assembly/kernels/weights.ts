/** How a kernel reads and writes 8 neighbouring weights, whatever their type W (i8 or i16). */

/** 8 weights as i16 lanes. */
// @ts-ignore: decorator
@inline export function loadWeights<W>(at: usize): v128 {
  if (sizeof<W>() == 1) return v128.load_ext<i8>(at);
  return v128.load(at);
}

/** Adds 8 i16 steps to 8 weights, saturating to the range of W. */
// @ts-ignore: decorator
@inline export function addToWeights<W>(at: usize, steps: v128): void {
  if (sizeof<W>() == 1) {
    const sum = i16x8.add_sat_s(v128.load_ext<i8>(at), steps);
    v128.store_lane<i64>(at, i8x16.narrow_i16x8_s(sum, sum), 0);
  } else v128.store(at, i16x8.add_sat_s(v128.load(at), steps));
}

/** The same for 16 weights, `low` for the first 8 of them; steps fit W. */
// @ts-ignore: decorator
@inline export function addTo16Weights<W>(at: usize, low: v128, high: v128): void {
  if (sizeof<W>() == 1) v128.store(at, i8x16.add_sat_s(v128.load(at), i8x16.narrow_i16x8_s(low, high)));
  else {
    v128.store(at, i16x8.add_sat_s(v128.load(at), low));
    v128.store(at, i16x8.add_sat_s(v128.load(at, 16), high), 16);
  }
}

/** The scalar twin: one weight, one step. */
// @ts-ignore: decorator
@inline export function addToWeight<W>(at: usize, step: i32): void {
  const sum = <i32>load<W>(at) + step;
  const limit = sizeof<W>() == 1 ? 127 : 32767;
  store<W>(at, <W>max(min(sum, limit), -limit - 1));
}

// What the forward kernels do with the weights of two rows a and b and their inputs x: x0 x1 x0 x1 …

/** sums + a x0 + b x1 of the low 4 of 8 i16 weights. */
// @ts-ignore: decorator
@inline export function addLow(sums: v128, a: v128, b: v128, x: v128): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), x));
}

// @ts-ignore: decorator
@inline export function addHigh(sums: v128, a: v128, b: v128, x: v128): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), x));
}

/** a0 b0 a1 b1 …: bytes of two rows side by side. */
// @ts-ignore: decorator
@inline export function lowBytes(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline export function highBytes(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** sums + 256 (a x0 + b x1) of the low 4 of 8 pairs of i8 weights: a zero below each byte makes it an i16, 256 times as large. */
// @ts-ignore: decorator
@inline export function addLowBytes(sums: v128, ab: v128, x: v128): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(lowBytes(i32x4.splat(0), ab), x));
}

// @ts-ignore: decorator
@inline export function addHighBytes(sums: v128, ab: v128, x: v128): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(highBytes(i32x4.splat(0), ab), x));
}

/** Adds 4 sums of the former kind to those at `out`. */
// @ts-ignore: decorator
@inline export function addWhole(out: usize, sums: v128): void {
  v128.store(out, i32x4.add(v128.load(out), i32x4.shr_s(sums, 8)));
}
