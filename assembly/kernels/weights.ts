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

/** The scalar twin: one weight, one step. */
// @ts-ignore: decorator
@inline export function addToWeight<W>(at: usize, step: i32): void {
  const sum = <i32>load<W>(at) + step;
  const limit = sizeof<W>() == 1 ? 127 : 32767;
  store<W>(at, <W>max(min(sum, limit), -limit - 1));
}
